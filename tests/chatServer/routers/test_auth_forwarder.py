import asyncio
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
import respx

from chatServer.main import create_app
from chatServer.settings import Settings
from tests.chatServer.live_server import client_for, serve
from tests.stack.api import SupabaseApi
from tests.stack.ports import free_port


@pytest.fixture
async def client(server_url: str, supabase_api: SupabaseApi) -> AsyncIterator[httpx.AsyncClient]:
    """What a browser on the server's own origin can do."""
    async with client_for(server_url, None) as opened:
        opened.headers["apikey"] = supabase_api.publishable_key
        yield opened


async def test_a_user_signs_up_and_in_through_the_server(client: httpx.AsyncClient) -> None:
    person = {"email": f"{uuid.uuid4()}@example.com", "password": uuid.uuid4().hex}
    signed_up = await client.post("/auth/v1/signup", json=person)
    assert signed_up.status_code == 200
    path = "/auth/v1/token?grant_type=password"
    signed_in = await client.post(path, json=person)
    bearer = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
    assert (await client.get("/auth/v1/user", headers=bearer)).json()["email"] == person["email"]
    assert (await client.get("/api/chat/sessions", headers=bearer)).json()["sessions"] == []
    wrong = await client.post(path, json=person | {"password": "wrong"})
    assert wrong.status_code == 400
    assert wrong.headers.get_list("date") == [wrong.headers["date"]]


async def test_sends_on_what_the_browser_sent_but_for_the_hop(demo_settings: Settings) -> None:
    app = create_app(demo_settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client,
    ):
        with respx.mock(assert_all_called=False) as router:
            route = router.put(url__startswith=f"{demo_settings.supabase_url}/auth/v1/").respond(
                418, headers={"X-Answer": "yes", "Connection": "close"}, content=b"\x00\xff"
            )
            router.route(path__startswith="/rest/v1/").pass_through()
            response = await client.put(
                "/auth/v1/a%2Fb?x=1&x=2&y=%20",
                content=b"\x01\x02",
                headers={"X-Client-Info": "supabase-js", "Cookie": "a=b", "TE": "trailers"},
            )
    sent = route.calls.last.request
    assert sent.url.raw_path == b"/auth/v1/a%2Fb?x=1&x=2&y=%20"
    assert sent.content == b"\x01\x02"
    assert sent.headers["x-client-info"] == "supabase-js"
    assert sent.headers["host"] != "chat.example"
    assert {"cookie", "te"}.isdisjoint(sent.headers)
    assert (response.status_code, response.content) == (418, b"\x00\xff")
    assert response.headers["x-answer"] == "yes"
    assert "connection" not in response.headers


@pytest.mark.parametrize("path", ["/auth/v1/../../rest/v1/", "/auth/v1/%2e%2e/rest/v1/"])
async def test_leads_nowhere_but_to_auth(server_url: str, path: str) -> None:
    host, port = server_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    # By hand, because a client takes the dots out before it sends them.
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b'"code":"not_found"' in answer


async def test_says_when_auth_is_away(demo_settings: Settings) -> None:
    away = demo_settings.model_copy(update={"supabase_url": f"http://127.0.0.1:{free_port()}"})
    async with serve(away) as url, client_for(url, None) as client:
        response = await client.post("/auth/v1/signup", json={})
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")


async def test_a_hosted_supabase_is_reached_directly(demo_settings: Settings) -> None:
    hosted = demo_settings.model_copy(update={"supabase_url": "https://project.example"})
    transport = httpx.ASGITransport(create_app(hosted))
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        response = await client.get("/auth/v1/user")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
