"""What the tests of the history play on: real users and rows behind the real Supabase API."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg
from pydantic import JsonValue, SecretStr

from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.dependencies.tokens import SecretVerifier
from chatServer.services.chat_history_service import ChatHistoryService
from chatServer.services.session_cursor import SessionCursors
from tests.chatServer.turn_stage import eventually
from tests.stack.api import SupabaseApi

WAITING = """
select exists (
  select from pg_stat_activity a where pg_backend_pid() = any(pg_blocking_pids(a.pid))
)
"""


@dataclass(frozen=True)
class HeldLock:
    """A row that nobody else can write meanwhile."""

    connection: psycopg.AsyncConnection

    async def wait_contended(self) -> None:
        """Returns once somebody waits for the row."""

        async def are_waiting() -> bool:
            await self.connection.execute("select pg_stat_clear_snapshot()")
            found = await self.connection.execute(WAITING)
            row = await found.fetchone()
            return row == (True,)

        await eventually(are_waiting, what="a call waits for the row")


@dataclass(frozen=True)
class HistoryStage:
    """The registry over PostgREST, and rows written past it with the secret key."""

    api: SupabaseApi
    http: httpx.AsyncClient

    @property
    def transport(self) -> PostgrestTransport:
        """The transport under test."""
        return PostgrestTransport(
            self.http,
            url=self.api.url,
            publishable_key=self.api.publishable_key,
            secret_key=SecretStr(self.api.secret_key),
        )

    def history(self, caller: Caller | None = None) -> ChatHistoryService:
        """The service as that caller, or with the service key."""
        return ChatHistoryService(
            SessionRegistry(self.transport),
            SessionCursors(self.api.secret_key),
            caller=caller,
        )

    async def sign_up(self) -> Caller:
        """Signs a new user up."""
        user = await asyncio.to_thread(self.api.add_user)
        return await SecretVerifier(self.api.jwt_secret).verify(user.access_token)

    async def add_session(self, caller: Caller, **fields: JsonValue) -> str:
        """Adds a session of this user and returns its id."""
        session_id = str(uuid.uuid4())
        row = {"user_id": str(caller.user_id), "session_id": session_id, "agent_name": "assistant"}
        await self._insert("chat_sessions", {**row, **fields})
        return str(fields.get("session_id", session_id))

    async def add_messages(self, caller: Caller, session_id: str, *contents: str) -> None:
        """Adds messages one after the other, each from the user."""
        for content in contents:
            row = {"user_id": str(caller.user_id), "session_id": session_id, "role": "user"}
            await self._insert("chat_message_history", {**row, "content": content})

    @asynccontextmanager
    async def session_locked(self, session_id: str) -> AsyncIterator[HeldLock]:
        """Keeps a session's row from being written until the end."""
        connection = await psycopg.AsyncConnection.connect(self.api.db_url)
        async with connection:
            await connection.execute(
                "select from public.chat_sessions where session_id = %s for update", [session_id]
            )
            yield HeldLock(connection)

    async def _insert(self, table: str, row: Mapping[str, JsonValue]) -> None:
        response = await self.http.post(
            f"{self.api.url}/rest/v1/{table}", headers={"apikey": self.api.secret_key}, json=row
        )
        assert response.status_code == 201, response.text


@asynccontextmanager
async def open_history_stage(api: SupabaseApi) -> AsyncIterator[HistoryStage]:
    """Opens a stage with a pool of its own."""
    async with open_http_pool(trust_env=False) as http:
        yield HistoryStage(api, http)
