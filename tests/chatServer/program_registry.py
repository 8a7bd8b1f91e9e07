"""Registries as an agent program opens them, either way."""

import pytest

from chatServer.registry_session import Registry
from chatServer.registry_settings import RegistrySettings
from tests.stack.api import SupabaseApi


def new_registry(api: SupabaseApi, way: str, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry over the Supabase API, or "direct" to Postgres; the test closes it.

    What `make run` has left in the checkout, or the shell sets, is none of its business.
    """
    monkeypatch.setitem(RegistrySettings.model_config, "env_file", None)
    monkeypatch.delenv("SUPABASE_DB_URL", raising=False)
    if way == "direct":
        monkeypatch.setenv("SUPABASE_JWT_SECRET", api.jwt_secret)
        return Registry(api.url, db_url=api.server_db_url)
    return Registry(api.url, secret_key=api.secret_key, publishable_key=api.publishable_key)
