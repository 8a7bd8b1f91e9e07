"""The settings of `make run`: the environment, then .env.local, then values made up once."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parents[2]
ENV_FILE = ROOT / ".env.local"
SERVER_LOGIN = "authenticator"
"""As the Supabase API logs in: no rights of its own, only those of the roles it may set."""
LOOPBACK = ("127.0.0.1", "localhost")
HEADER = """\
# Made by `make run` for this checkout alone; keep it out of git. Values that you set here are kept,
# and the environment wins over this file. See .env.example.
"""


class CannotStart(Exception):
    """Why nothing was started, in one sentence."""


def read_settings() -> dict[str, str]:
    """Returns the settings that apply; an empty one counts as absent."""
    stored = dotenv_values(ENV_FILE) if ENV_FILE.exists() else {}
    merged = {**stored, **os.environ}
    return {name: value for name, value in merged.items() if value}


def is_embedded(settings: Mapping[str, str]) -> bool:
    """Tells whether this checkout runs its own Supabase: no other one is named."""
    if os.environ.get("SUPABASE_URL"):
        return False
    url = settings.get("SUPABASE_URL")
    return url is None or urlsplit(url).hostname in LOOPBACK


def complete_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Makes up what the embedded stack needs and stores it; returns all settings, ports applied."""
    missing = {name: value for name, value in _made_up_values().items() if not settings.get(name)}
    if missing:
        _store(missing)
    complete = {**missing, **settings}
    for url, port in (
        ("SUPABASE_URL", "SUPABASE_API_PORT"),
        ("SUPABASE_DB_URL", "SUPABASE_DB_PORT"),
    ):
        if port in settings:
            complete[url] = _with_port(complete[url], port, settings[port])
    return complete


def server_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Returns what chatServer is given: the database as the login that owns none of it."""
    url = urlsplit(settings["SUPABASE_DB_URL"])
    password_and_host = url.netloc.partition(":")[2]
    netloc = f"{SERVER_LOGIN}:{password_and_host}"
    return {**settings, "SUPABASE_DB_URL": urlunsplit(url._replace(netloc=netloc))}


def _made_up_values() -> dict[str, str]:
    return {
        "SUPABASE_URL": "http://127.0.0.1:54321",
        "SUPABASE_PUBLISHABLE_KEY": f"sb_publishable_{secrets.token_urlsafe(24)}",
        "SUPABASE_SECRET_KEY": f"sb_secret_{secrets.token_urlsafe(24)}",
        "SUPABASE_JWT_SECRET": secrets.token_urlsafe(48),
        "SUPABASE_DB_URL": f"postgresql://postgres:{secrets.token_hex(16)}@127.0.0.1:54322/postgres",
        "DEMO_EMAIL": "demo@example.com",
        "DEMO_PASSWORD": secrets.token_urlsafe(9),
    }


def _store(values: Mapping[str, str]) -> None:
    is_new = not ENV_FILE.exists()
    descriptor = os.open(ENV_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a") as file:
        if is_new:
            file.write(HEADER)
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _with_port(url: str, name: str, port: str) -> str:
    if not port.isdecimal() or not 1 <= int(port) <= 65_535:
        raise CannotStart(f"{name} must be a port number from 1 to 65535.")
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
