"""What an operator may set."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from chatServer import limits
from chatServer.environment import EnvironmentSettings
from chatServer.retention_rules import RetentionAges

ENV_FILE = Path(".env.local")
AGENTS_FILE = Path(__file__).parent.parent / "agents.toml"
JWT_SECRET_MIN_LENGTH = 32
DEMO_MODEL = "demo"
TELEGRAM_API_URL = "https://api.telegram.org"


class SettingsError(Exception):
    """A setting is missing or contradicts another; the message names it in one sentence."""


def check_url(value: str) -> str:
    """Keep an http(s) address without its trailing slash.

    Raises:
        ValueError: It is not such an address.
    """
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https address")
    return value.rstrip("/")


def is_loopback(url: str) -> bool:
    """Tell whether an address leads to this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_https(url: str | None) -> bool:
    return url is not None and urlsplit(url).scheme == "https"


def check_bot_token(value: SecretStr) -> SecretStr:
    """Keep a token of Telegram's form.

    Raises:
        ValueError: It has another form.
    """
    if not re.fullmatch(r"\d{1,18}:[A-Za-z0-9_-]+", value.get_secret_value()):
        raise ValueError("must be the token that @BotFather gives, like 123456:ABC-DEF")
    return value


def check_webhook_secret(value: SecretStr) -> SecretStr:
    """Keep a secret that Telegram takes: https://core.telegram.org/bots/api#setwebhook.

    Raises:
        ValueError: It does not.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
        raise ValueError("must have 16 to 256 letters, digits, _ or -")
    return value


def check_db_url(value: SecretStr) -> SecretStr:
    """Keep the address of a Postgres database.

    Raises:
        ValueError: It is not such an address.
    """
    try:
        parts = urlsplit(value.get_secret_value())
        is_address = parts.scheme in ("postgres", "postgresql") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address:
        raise ValueError("must be an address like postgresql://user:password@host:5432/postgres")
    return value


Url = Annotated[str, AfterValidator(check_url)]
DbUrl = Annotated[SecretStr, AfterValidator(check_db_url)]
BotToken = Annotated[SecretStr, AfterValidator(check_bot_token)]
WebhookSecret = Annotated[SecretStr, AfterValidator(check_webhook_secret)]


class Settings(RetentionAges, EnvironmentSettings):
    """Everything an operator may set; the environment wins over `.env.local`."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    supabase_url: Url
    supabase_publishable_key: str
    supabase_secret_key: SecretStr
    supabase_jwt_secret: SecretStr | None = None
    supabase_jwks_url: Url | None = None
    supabase_db_url: DbUrl | None = None
    supabase_db_pool_size: int = Field(default=limits.DATABASE_POOL_SIZE, ge=1, le=1000)

    openai_api_key: SecretStr | None = None
    openai_base_url: Url | None = None
    chat_model: str | None = None
    chat_fallback_model: str | None = None
    agents_file: Path = AGENTS_FILE

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: Url | None = None

    run_schedules: bool = True
    make_titles: bool = True
    title_after_messages: int = Field(default=limits.TITLE_AFTER_MESSAGES, ge=0, le=1_000_000)

    attachment_quota_bytes: int = Field(default=limits.ATTACHMENT_QUOTA_BYTES, ge=0)
    import_max_bytes: int = Field(
        default=limits.ARCHIVE_MAX_BYTES, ge=1, le=limits.ARCHIVE_SETTING_MAX_BYTES
    )

    telegram_bot_token: BotToken | None = None
    telegram_webhook_secret: WebhookSecret | None = None
    telegram_api_base_url: Url = TELEGRAM_API_URL

    @property
    def is_demo_model(self) -> bool:
        """True when no real model is configured."""
        return self.openai_api_key is None and self.openai_base_url is None

    @property
    def is_supabase_local(self) -> bool:
        """True when only this machine reaches Supabase, so browsers need us to forward to it."""
        return is_loopback(self.supabase_url)

    @model_validator(mode="after")
    def _check_tokens(self) -> Self:
        secret = self.supabase_jwt_secret
        if secret is None and self.supabase_jwks_url is None:
            raise ValueError("Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL to verify tokens with.")
        if secret is not None and self.supabase_jwks_url is not None:
            raise ValueError("Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL, not both.")
        if secret is not None and len(secret.get_secret_value()) < JWT_SECRET_MIN_LENGTH:
            raise ValueError(
                f"SUPABASE_JWT_SECRET must have at least {JWT_SECRET_MIN_LENGTH} characters."
            )
        return self

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        secret_key = self.supabase_secret_key.get_secret_value()
        if secret_key.startswith("sb_publishable_"):
            raise ValueError("SUPABASE_SECRET_KEY holds a publishable key.")
        if self.supabase_publishable_key.startswith("sb_secret_"):
            raise ValueError("SUPABASE_PUBLISHABLE_KEY holds a secret key.")
        if secret_key == self.supabase_publishable_key:
            raise ValueError("SUPABASE_SECRET_KEY and SUPABASE_PUBLISHABLE_KEY are the same.")
        return self

    @model_validator(mode="after")
    def _check_model(self) -> Self:
        if self.is_demo_model and (self.chat_model or self.chat_fallback_model):
            name = "CHAT_MODEL" if self.chat_model else "CHAT_FALLBACK_MODEL"
            raise ValueError(f"{name} needs OPENAI_API_KEY or OPENAI_BASE_URL beside it.")
        if not self.is_demo_model and not self.chat_model:
            raise ValueError("CHAT_MODEL must name the model that answers.")
        return self

    @model_validator(mode="after")
    def _check_telegram(self) -> Self:
        if self.telegram_webhook_secret is not None and self.telegram_bot_token is None:
            raise ValueError("TELEGRAM_WEBHOOK_SECRET needs TELEGRAM_BOT_TOKEN beside it.")
        if self.telegram_webhook_secret is not None and self.public_url is None:
            raise ValueError("TELEGRAM_WEBHOOK_SECRET needs PUBLIC_URL, where Telegram calls.")
        is_telegrams = self.telegram_api_base_url == TELEGRAM_API_URL
        if self.telegram_webhook_secret and is_telegrams and not _is_https(self.public_url):
            raise ValueError("PUBLIC_URL must begin with https, or Telegram does not call it.")
        return self


def load_settings() -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: One is missing, malformed or contradicts another.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(to_sentence(error)) from None


def to_sentence(error: ValidationError) -> str:
    """Return what is wrong with the settings, in one sentence that names the first."""
    problems = error.errors(include_url=False, include_input=False)
    missing = [str(p["loc"][0]).upper() for p in problems if p["type"] == "missing"]
    if missing:
        return f"Set {', '.join(missing)} in the environment or in {ENV_FILE}."
    first = problems[0]
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{str(first['loc'][0]).upper()} {message}." if first["loc"] else message
