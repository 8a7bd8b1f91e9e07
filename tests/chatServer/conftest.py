from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr

from chatServer.database.transport import Caller
from chatServer.settings import Settings
from tests.chatServer.history_stage import HistoryStage, open_history_stage
from tests.chatServer.live_server import client_for, serve
from tests.stack.api import SupabaseApi


@dataclass(frozen=True)
class Visitor:
    """A signed-in user at the server."""

    caller: Caller
    client: httpx.AsyncClient


@pytest.fixture
async def history_stage(supabase_api: SupabaseApi) -> AsyncIterator[HistoryStage]:
    async with open_history_stage(supabase_api) as stage:
        yield stage


@pytest.fixture(scope="session")
def demo_settings(supabase_api: SupabaseApi) -> Settings:
    """Settings with the demo model, whatever the environment says."""
    return Settings(
        _env_file=None,
        supabase_url=supabase_api.url,
        supabase_publishable_key=supabase_api.publishable_key,
        supabase_secret_key=SecretStr(supabase_api.secret_key),
        supabase_jwt_secret=SecretStr(supabase_api.jwt_secret),
        supabase_jwks_url=None,
        supabase_db_url=SecretStr(supabase_api.server_db_url),
        openai_api_key=None,
        openai_base_url=None,
        chat_model=None,
        chat_fallback_model=None,
        run_schedules=False,
        make_titles=False,
        run_retention=False,
    )


@pytest.fixture(scope="session")
async def server_url(demo_settings: Settings) -> AsyncIterator[str]:
    """The server, on a real socket, shared by tests that sign up users of their own."""
    async with serve(demo_settings) as url:
        yield url


@pytest.fixture
async def visitor(history_stage: HistoryStage, server_url: str) -> AsyncIterator[Visitor]:
    caller = await history_stage.sign_up()
    async with client_for(server_url, caller) as client:
        yield Visitor(caller, client)


@pytest.fixture
async def stranger(history_stage: HistoryStage, server_url: str) -> AsyncIterator[Visitor]:
    """Another user of the same server."""
    caller = await history_stage.sign_up()
    async with client_for(server_url, caller) as client:
        yield Visitor(caller, client)
