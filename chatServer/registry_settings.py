"""What an agent program needs to reach the registry, from the same environment as the server."""

from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from chatServer.environment import EnvironmentSettings
from chatServer.limits import DATABASE_POOL_SIZE
from chatServer.settings import ENV_FILE, DbUrl, SettingsError, Url, to_sentence


class RegistrySettings(EnvironmentSettings):
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
    def load(cls, **given: object) -> Self:
        """Read the settings; what is given and not None wins.

        Raises:
            SettingsError: One is missing or malformed.
        """
        try:
            stated: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
            return cls(**stated)
        except ValidationError as error:
            raise SettingsError(to_sentence(error)) from None
