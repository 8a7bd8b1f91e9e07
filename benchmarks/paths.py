"""The ways to the same rows: the driver alone, the Supabase API, and chatServer over either."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import psycopg
from psycopg import sql

from benchmarks.calls import MESSAGE, SqlCall, begin_turn, complete_turn
from benchmarks.measure import Settle
from benchmarks.stack import Stack

Run = Callable[[SqlCall], Awaitable[bytes]]
"""Runs one SQL function as the user and returns its JSON, unread."""

IDLE_SECONDS = 4.0
TIMEOUT_SECONDS = 60.0


@asynccontextmanager
async def open_sql(
    db_url: str, user_id: uuid.UUID, connections: int, *, as_service: bool = False
) -> AsyncIterator[Run]:
    """Call through psycopg, on connections that already are what PostgREST makes of a token."""
    free: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()
    role = "service_role" if as_service else "authenticated"
    claims = json.dumps({"role": role} if as_service else {"sub": str(user_id), "role": role})

    async def run(call: SqlCall) -> bytes:
        connection = await free.get()
        try:
            cursor = await connection.execute(to_statement(call), call.params)
            row = await cursor.fetchone()
        finally:
            free.put_nowait(connection)
        return bytes(row[0], "utf-8") if row else b"null"

    async with AsyncExitStack() as opened:
        for _ in range(connections):
            connection = await psycopg.AsyncConnection.connect(db_url, autocommit=True)
            await opened.enter_async_context(connection)
            await connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
            await connection.execute("select set_config('role', %s, false)", [role])
            free.put_nowait(connection)
        yield run


def to_statement(call: SqlCall) -> sql.Composed:
    """Return the call as SQL with a placeholder for each parameter."""
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in call.params
    )
    # As text, because psycopg would otherwise parse what the other two paths leave unread.
    return sql.SQL("select public.{}({})::text").format(sql.Identifier(call.function), arguments)


def _open_http(url: str, headers: dict[str, str], connections: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        headers=headers,
        timeout=TIMEOUT_SECONDS,
        limits=httpx.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=IDLE_SECONDS,
        ),
        trust_env=False,
    )


@asynccontextmanager
async def open_api(
    stack: Stack, user_id: uuid.UUID, connections: int, *, as_service: bool = False
) -> AsyncIterator[Run]:
    """Call through the Supabase API, with the user's own token or the secret key."""
    headers = (
        {"apikey": stack.secret_key}
        if as_service
        else {
            "apikey": stack.publishable_key,
            "Authorization": f"Bearer {stack.token(user_id)}",
        }
    )
    async with _open_http(f"{stack.supabase_url}/rest/v1", headers, connections) as http:

        async def run(call: SqlCall) -> bytes:
            response = await http.post(f"/rpc/{call.function}", json=dict(call.params))
            return response.raise_for_status().content

        yield run


@asynccontextmanager
async def open_server(
    stack: Stack, user_id: uuid.UUID, connections: int, *, over_api: bool = False
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of a chatServer, the direct one or the other, signed in as the user."""
    headers = {"Authorization": f"Bearer {stack.token(user_id)}"}
    # Twice as many, because a turn is stopped while its stream is open.
    base_url = stack.server_over_api_url if over_api else stack.base_url
    async with _open_http(f"{base_url}/api/chat", headers, 2 * connections) as http:
        yield http


async def append_by(run: Run, user_id: uuid.UUID, session_id: str) -> Settle:
    """Begin a turn; what is left is to complete it, as the server would after generating."""
    begun = await run(begin_turn(user_id, session_id))

    async def complete() -> None:
        turn = json.loads(begun)
        message_id = turn["assistant_message"]["id"]
        await run(complete_turn(user_id, message_id, turn["lease_token"]))

    return complete


async def append_on(http: httpx.AsyncClient, session_id: str) -> Settle:
    """Post a message up to the answer's headers; what is left is to stop the answer.

    Raises:
        RuntimeError: The stream did not end as it should.
    """
    messages = f"/sessions/{session_id}/messages"
    body = {"content": MESSAGE, "client_request_id": str(uuid.uuid4())}
    response = await http.send(http.build_request("POST", messages, json=body), stream=True)

    async def stop() -> None:
        try:
            response.raise_for_status()
            answer_id = response.headers["X-Assistant-Message-Id"]
            (await http.post(f"{messages}/{answer_id}/cancel")).raise_for_status()
            if b"turn.finished" not in await response.aread():
                raise RuntimeError(f"the answer in {session_id} did not end")
        finally:
            await response.aclose()

    return stop
