"""What an agent program needs to reach the registry, from the same environment as the server."""

from typing import Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from chatServer.limits import DATABASE_POOL_SIZE
from chatServer.settings import ENV_FILE, DbUrl, EnvFile, SettingsError, Url, to_sentence


class RegistrySettings(BaseSettings):
    """The address and the keys; which are needed depends on for whom the program acts."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    supabase_url: Url
    supabase_publishable_key: str | None = None
    supabase_secret_key: SecretStr | None = None
    supabase_jwt_secret: SecretStr | None = None
    supabase_jwks_url: Url | None = None
    supabase_db_url: DbUrl | None = None
    supabase_db_pool_size: int = Field(default=DATABASE_POOL_SIZE, ge=1, le=1000)

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
        env_file = EnvFile(settings_cls, env_file=getattr(dotenv_settings, "env_file", None))
        return init_settings, env_settings, env_file, file_secret_settings

    @classmethod
    def load(cls, **given: object) -> Self:
        """Read the settings; what is given and not None wins.

        Raises:
            SettingsError: One is missing or malformed.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # pydantic checks them
        except ValidationError as error:
            raise SettingsError(to_sentence(error)) from None
