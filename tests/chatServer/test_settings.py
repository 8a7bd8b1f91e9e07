from collections.abc import Callable
from pathlib import Path

import pytest

from chatServer.settings import Settings, SettingsError, load_settings

SECRET = "a-secret-of-thirty-two-characters"
COMPLETE = {
    "SUPABASE_URL": "https://project.example",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "SUPABASE_SECRET_KEY": "sb_secret_x",
    "SUPABASE_JWT_SECRET": SECRET,
}
TELEGRAM = {
    "TELEGRAM_BOT_TOKEN": "123456:secret-token",
    "TELEGRAM_WEBHOOK_SECRET": "a-secret-of-the-webhook",
    "PUBLIC_URL": "https://registry.example",
}
Load = Callable[..., Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """Loads settings from nothing but what the test gives."""

    def load_from(environment: dict[str, str], file: dict[str, str] | None = None) -> Settings:
        monkeypatch.chdir(tmp_path)
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        lines = [f"{name}={value}\n" for name, value in (file or {}).items()]
        (tmp_path / ".env.local").write_text("".join(lines))
        return load_settings()

    return load_from


def test_what_is_left_out_is_local_and_the_demo_model(load: Load) -> None:
    settings = load(COMPLETE)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.is_demo_model
    assert not settings.is_supabase_local


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SUPABASE_URL": ""}, "Set SUPABASE_URL in the environment or in .env.local."),
        (
            {"SUPABASE_PUBLISHABLE_KEY": "", "SUPABASE_SECRET_KEY": ""},
            "Set SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY in the environment"
            " or in .env.local.",
        ),
        (
            {"SUPABASE_JWT_SECRET": ""},
            "Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL to verify tokens with.",
        ),
        (
            {"SUPABASE_JWKS_URL": "https://project.example/jwks.json"},
            "Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL, not both.",
        ),
        (
            {"SUPABASE_JWT_SECRET": "short"},
            "SUPABASE_JWT_SECRET must have at least 32 characters.",
        ),
        ({"SUPABASE_URL": "project"}, "SUPABASE_URL must be an http or https address."),
        (
            {"SUPABASE_SECRET_KEY": "sb_publishable_x"},
            "SUPABASE_SECRET_KEY holds a publishable key.",
        ),
        (
            {"SUPABASE_PUBLISHABLE_KEY": "sb_secret_y"},
            "SUPABASE_PUBLISHABLE_KEY holds a secret key.",
        ),
        (
            {"SUPABASE_PUBLISHABLE_KEY": "same", "SUPABASE_SECRET_KEY": "same"},
            "SUPABASE_SECRET_KEY and SUPABASE_PUBLISHABLE_KEY are the same.",
        ),
        (
            {"CHAT_MODEL": "some-model"},
            "CHAT_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL beside it.",
        ),
        (
            {"CHAT_FALLBACK_MODEL": "some-model"},
            "CHAT_FALLBACK_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL beside it.",
        ),
        (
            {"SUPABASE_DB_URL": "https://user:a-password@project.example"},
            "SUPABASE_DB_URL must be an address like postgresql://user:password@host:5432/postgres.",
        ),
        ({"OPENAI_API_KEY": "sk-x"}, "CHAT_MODEL must name the model that answers."),
        (
            {"TELEGRAM_BOT_TOKEN": "secret-token"},
            "TELEGRAM_BOT_TOKEN must be the token that @BotFather gives, like 123456:ABC-DEF.",
        ),
        (
            TELEGRAM | {"TELEGRAM_BOT_TOKEN": ""},
            "TELEGRAM_WEBHOOK_SECRET needs TELEGRAM_BOT_TOKEN beside it.",
        ),
        (
            TELEGRAM | {"PUBLIC_URL": ""},
            "TELEGRAM_WEBHOOK_SECRET needs PUBLIC_URL, where Telegram calls.",
        ),
        (
            TELEGRAM | {"PUBLIC_URL": "http://registry.example"},
            "PUBLIC_URL must begin with https, or Telegram does not call it.",
        ),
        (
            TELEGRAM | {"TELEGRAM_WEBHOOK_SECRET": "short"},
            "TELEGRAM_WEBHOOK_SECRET must have 16 to 256 letters, digits, _ or -.",
        ),
    ],
)
def test_a_missing_or_contradictory_setting_is_named_in_one_sentence(
    load: Load, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(COMPLETE | changes)
    assert str(refused.value) == sentence


def test_a_bot_api_server_of_ones_own_may_call_over_http(load: Load) -> None:
    own = {"TELEGRAM_API_BASE_URL": "http://10.0.0.7:8081/", "PUBLIC_URL": "http://10.0.0.5"}
    assert load(COMPLETE | TELEGRAM | own).telegram_api_base_url == "http://10.0.0.7:8081"


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_must_be_one(load: Load, port: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT [^\n]*\.$"):
        load(COMPLETE | {"PORT": port})


def test_no_secret_is_shown(load: Load) -> None:
    others = {
        "OPENAI_API_KEY": "sk-secret",
        "CHAT_MODEL": "m",
        "SUPABASE_DB_URL": "postgresql://postgres:a-password@127.0.0.1:54322/postgres",
    }
    shown = repr(load(COMPLETE | TELEGRAM | others))
    for secret in (
        "sb_secret_x",
        SECRET,
        "sk-secret",
        "secret-token",
        "a-secret-of-the-webhook",
        "a-password",
    ):
        assert secret not in shown


class TestFile:
    def test_is_read(self, load: Load) -> None:
        assert load({}, COMPLETE).supabase_url == "https://project.example"

    def test_stands_below_the_environment(self, load: Load) -> None:
        settings = load({"PORT": "9000"}, COMPLETE | {"PORT": "7000", "HOST": "::1"})
        assert (settings.port, settings.host) == (9000, "::1")

    def test_gives_no_key_of_another_supabase(self, load: Load) -> None:
        """Else the keys of the embedded stack would be sent to a hosted one."""
        with pytest.raises(SettingsError, match="SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY"):
            load({"SUPABASE_URL": "https://other.example"}, COMPLETE)

    def test_gives_the_keys_of_the_same_supabase(self, load: Load) -> None:
        settings = load(
            {"SUPABASE_URL": "https://project.example"},
            COMPLETE | {"SUPABASE_URL": "https://project.example/"},
        )
        assert settings.supabase_publishable_key == "sb_publishable_x"

    def test_gives_up_its_way_to_check_tokens(self, load: Load) -> None:
        settings = load({"SUPABASE_JWKS_URL": "https://project.example/jwks.json"}, COMPLETE)
        assert settings.supabase_jwt_secret is None
        assert settings.supabase_jwks_url == "https://project.example/jwks.json"


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:54321", True),
        ("http://localhost:54321/", True),
        ("http://[::1]:54321", True),
        ("http://10.0.0.5:8000", False),
        ("https://project.supabase.example", False),
    ],
)
def test_a_loopback_supabase_is_local(load: Load, url: str, is_local: bool) -> None:
    assert load(COMPLETE | {"SUPABASE_URL": url}).is_supabase_local is is_local
