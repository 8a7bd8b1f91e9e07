import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from chatServer.routers import health_router
from chatServer.settings import Settings
from tests.chatServer.dependencies.made_tokens import shared
from tests.chatServer.live_server import client_for, serve
from tests.stack.ports import free_port


def settings_to(port: int, settings: Settings, *, is_direct: bool) -> Settings:
    """Settings of a server that looks for its database behind this port."""
    url = f"postgresql://authenticator:x@127.0.0.1:{port}/postgres" if is_direct else None
    return settings.model_copy(
        update={
            "supabase_url": f"http://127.0.0.1:{port}",
            "supabase_db_url": SecretStr(url) if url else None,
        }
    )


@pytest.fixture(params=[True, False], ids=["direct", "Supabase API"])
def is_direct(request: pytest.FixtureRequest) -> bool:
    """How the server gets at its database."""
    return bool(request.param)


@pytest.fixture
async def without_database(
    demo_settings: Settings, is_direct: bool
) -> AsyncIterator[httpx.AsyncClient]:
    """A server whose database does not listen."""
    away = settings_to(free_port(), demo_settings, is_direct=is_direct)
    async with serve(away) as url, client_for(url, None) as client:
        yield client


async def test_a_server_with_its_database_lives_and_is_ready(server_url: str) -> None:
    async with client_for(server_url, None) as client:
        for path in ("/healthz", "/readyz"):
            response = await client.get(path)
            assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_server_without_its_database_lives_and_is_not_ready(
    without_database: httpx.AsyncClient,
) -> None:
    assert (await without_database.get("/healthz")).status_code == 200
    response = await without_database.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert int(response.headers["retry-after"]) > 0


async def test_a_server_whose_key_is_refused_is_not_ready(demo_settings: Settings) -> None:
    wrong = demo_settings.model_copy(
        update={"supabase_secret_key": SecretStr("sb_secret_wrong"), "supabase_db_url": None}
    )
    async with serve(wrong) as url, client_for(url, None) as client:
        assert (await client.get("/readyz")).status_code == 503


async def test_readiness_looks_at_the_way_that_is_used(demo_settings: Settings) -> None:
    without_api = demo_settings.model_copy(
        update={"supabase_url": f"http://127.0.0.1:{free_port()}"}
    )
    async with serve(without_api) as url, client_for(url, None) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_keeps_silent_is_not_waited_for(
    demo_settings: Settings, monkeypatch: pytest.MonkeyPatch, is_direct: bool
) -> None:
    monkeypatch.setattr(health_router, "READY_TIMEOUT_SECONDS", 0.05)

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    settings = settings_to(port, demo_settings, is_direct=is_direct)
    async with silent, serve(settings) as url, client_for(url, None) as client:
        assert (await client.get("/readyz")).status_code == 503


async def test_routes_answer_503_while_the_database_is_away(
    demo_settings: Settings, without_database: httpx.AsyncClient
) -> None:
    secret = demo_settings.supabase_jwt_secret
    assert secret is not None
    token = shared(secret.get_secret_value())
    headers = {"Authorization": f"Bearer {token}"}
    for path in (
        "/api/chat/sessions",
        "/api/chat/sessions/counts",
        "/api/chat/sessions/x/messages",
    ):
        response = await without_database.get(path, headers=headers)
        assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
        assert int(response.headers["retry-after"]) > 0
    posted = await without_database.post("/api/chat/sessions", headers=headers, json={})
    assert posted.status_code == 503
