"""chatServer inside the test's own process, over real sockets, and how to read what it streams."""

import asyncio
import json
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from chatServer.database.transport import Caller
from chatServer.main import build_server
from chatServer.settings import Settings
from tests.chatServer.turn_stage import DEADLINE_SECONDS, TurnStage, eventually, open_stage
from tests.stack.api import SupabaseApi
from tests.stack.embedded import SupabaseProject


@dataclass(frozen=True)
class SseEvent:
    """One event as it came over the wire."""

    type: str
    id: str | None
    data: Any


def settings_for(project: SupabaseProject, openai_base_url: str) -> Settings:
    """Settings that ask a fake provider, whatever the environment says."""
    return Settings(
        _env_file=None,
        supabase_url=project.url,
        supabase_publishable_key=project.publishable_key,
        supabase_secret_key=SecretStr(project.secret_key),
        supabase_jwt_secret=SecretStr(project.jwt_secret),
        supabase_jwks_url=None,
        supabase_db_url=SecretStr(project.server_db_url),
        openai_api_key=None,
        openai_base_url=openai_base_url,
        chat_model="fake",
        chat_fallback_model=None,
        # Or a test's runs would be carried out by another test's server.
        run_schedules=False,
        make_titles=False,
        run_retention=False,
    )


@asynccontextmanager
async def serve(settings: Settings) -> AsyncIterator[str]:
    """Serves the app on a free port and yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = build_server(settings)
        serving = asyncio.create_task(server.serve(sockets=[listener]))

        async def is_started() -> bool:
            return server.started or serving.done()

        await eventually(is_started, what="the server started")
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


def client_for(base_url: str, caller: Caller | None) -> httpx.AsyncClient:
    """A client that carries the caller's token."""
    headers = {"Authorization": f"Bearer {caller.access_token}"} if caller else {}
    return httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=DEADLINE_SECONDS, trust_env=False
    )


async def read_events(response: httpx.Response) -> AsyncIterator[SseEvent]:
    """Yields the events of a stream; comments are passed over."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line == "" and "data" in fields:
            yield SseEvent(fields["event"], fields.get("id"), json.loads(fields["data"]))
            fields = {}
        elif line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


async def read_all(response: httpx.Response) -> list[SseEvent]:
    """Reads a stream to its end."""
    assert response.status_code == 200
    return [event async for event in read_events(response)]


@dataclass(frozen=True)
class Visit:
    """A user with a session, at a server."""

    stage: TurnStage
    base_url: str
    caller: Caller
    session_id: str
    client: httpx.AsyncClient

    @property
    def path(self) -> str:
        """Where the session's messages are."""
        return f"/api/chat/sessions/{self.session_id}/messages"

    async def post(self, content: str, request_id: str | None = None) -> list[SseEvent]:
        """Posts a message and reads its stream to the end."""
        body = message_body(content, request_id)
        async with self.client.stream("POST", self.path, json=body) as response:
            return await read_all(response)


def message_body(content: str, request_id: str | None = None) -> dict[str, str]:
    """The body of a post, with a request id of its own unless one is given."""
    return {"content": content, "client_request_id": request_id or str(uuid.uuid4())}


@asynccontextmanager
async def open_visit(api: SupabaseApi, **changed: object) -> AsyncIterator[Visit]:
    """Signs a user up at a server of their own, with some settings changed."""
    async with (
        open_stage(api) as stage,
        serve(settings_for(api, stage.fake.base_url).model_copy(update=changed)) as base_url,
    ):
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        async with client_for(base_url, caller) as client:
            yield Visit(stage, base_url, caller, session_id, client)
