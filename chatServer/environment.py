"""The only reader of the environment."""

import os
from collections.abc import Mapping

from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

JWT_MODES = ("SUPABASE_JWT_SECRET", "SUPABASE_JWKS_URL")


class EnvFile(DotEnvSettingsSource):
    """`.env.local`, less what belongs to another Supabase or token mode than the environment's."""

    def __call__(self) -> dict[str, object]:
        """Return the file's settings that still apply."""
        values = super().__call__()
        return {name: value for name, value in values.items() if not _is_replaced(name, values)}


def _is_replaced(name: str, values: Mapping[str, object]) -> bool:
    name = name.upper()
    url = os.environ.get("SUPABASE_URL")
    in_file = str(values.get("supabase_url", "")).rstrip("/")
    if url and name.startswith("SUPABASE_") and url.rstrip("/") != in_file:
        return True
    return name in JWT_MODES and any(os.environ.get(mode) for mode in JWT_MODES)


class EnvironmentSettings(BaseSettings):
    """Settings that are read the same way, whoever needs them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the file."""
        file = getattr(dotenv_settings, "env_file", None)
        env_file = EnvFile(settings_cls, env_file=file)
        return init_settings, env_settings, env_file, file_secret_settings
