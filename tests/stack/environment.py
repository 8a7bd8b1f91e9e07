"""The environment without what the shell that starts the tests may have set."""

import os

from chatServer.settings import Settings

SETTINGS = {name.upper() for name in Settings.model_fields} - {"RUN_RETENTION"}
"""All of the server but one: retention may be switched off for a whole stack."""
PREFIXES = ("SUPABASE_", "OPENAI_", "PG")
"""Of `make run`, of the model's client, and of https://www.postgresql.org/docs/17/libpq-envars.html"""
PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}


def plain_environment() -> dict[str, str]:
    """Returns this process's environment without the settings of any server and without proxies."""
    return {name: value for name, value in os.environ.items() if not _is_setting(name.upper())}


def _is_setting(name: str) -> bool:
    return name in SETTINGS or name in PROXIES or name.startswith(PREFIXES)
