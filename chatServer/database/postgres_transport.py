"""The direct transport: the same SQL functions over connections of our own to Postgres."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final, cast

from psycopg import AsyncConnection, Error, OperationalError, sql
from pydantic import JsonValue, SecretStr

from chatServer.database.failures import refuse_value, to_failure
from chatServer.database.postgres_pool import PostgresPool
from chatServer.database.transport import SLOW_CALL_SECONDS, Caller, RpcError
from chatServer.errors import DatabaseUnavailable, Unauthorized
from chatServer.limits import DATABASE_READ_SECONDS

ACT_AS: Final = (
    b"select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
    b" set_config('statement_timeout', %s, true)"
)
"""How PostgREST says who calls: https://docs.postgrest.org/en/stable/references/transactions.html"""
USER_ROLE: Final = "authenticated"
SERVICE_ROLE: Final = "service_role"
CALL_SECONDS: Final = DATABASE_READ_SECONDS
GRACE_SECONDS: Final = 1.0
"""After which Postgres has not even ended the call by its own time-out."""


class PostgresTransport:
    """Calls SQL functions on a pool, each call one transaction under its own caller's identity.

    Role and claims are set for one transaction alone, in the same round trip as the call: a
    pipeline ends with one Sync, up to which Postgres takes it as one transaction. So nothing of a
    caller stays behind, whatever becomes of the call. The claims are those of the verified token;
    one that expires between verification and call still counts, where PostgREST would refuse it.
    """

    def __init__(self, pool: PostgresPool) -> None:
        self._pool = pool
        self._running: set[asyncio.Task[JsonValue]] = set()

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Run one function in one transaction, as `RpcTransport` says."""
        seconds = SLOW_CALL_SECONDS.get(function, CALL_SECONDS)
        identity = _identity(caller, str(int(seconds * 1000)))
        statement = _statement(function, tuple(params))
        values = [_to_text(value) for value in params.values()]
        connection = await self._pool.acquire()
        running = asyncio.create_task(self._run(connection, identity, (statement, values)))
        self._running.add(running)
        running.add_done_callback(self._forget)
        try:
            # A caller who leaves does not break the call off half way: its connection stays clean.
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                return await asyncio.shield(running)
        except TimeoutError:
            running.cancel()
            raise DatabaseUnavailable from None
        except Error as error:
            # Not chained: Postgres's details may quote the row, and so what somebody wrote.
            raise _translate(error) from None
        except UnicodeEncodeError:
            raise refuse_value() from None

    async def close(self) -> None:
        """End the calls that nobody waits for any more, and close the pool."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._pool.close()

    async def _run(
        self,
        connection: AsyncConnection,
        identity: Sequence[str],
        call: tuple[bytes, Sequence[str | None]],
    ) -> JsonValue:
        try:
            async with connection.pipeline():
                await connection.execute(ACT_AS, identity)
                cursor = await connection.execute(*call)
            row = await cursor.fetchone()
        finally:
            await self._pool.release(connection)
        return cast("JsonValue", row[0] if row else None)

    def _forget(self, running: asyncio.Task[JsonValue]) -> None:
        self._running.discard(running)
        if not running.cancelled():
            running.exception()  # Seen, also when its caller has left.


@asynccontextmanager
async def open_postgres_transport(url: SecretStr, *, size: int) -> AsyncIterator[PostgresTransport]:
    """Open a transport with a pool of its own and close both at the end."""
    transport = PostgresTransport(PostgresPool(url, size=size))
    try:
        yield transport
    finally:
        await transport.close()


def _identity(caller: Caller, statement_ms: str) -> tuple[str, str, str]:
    if caller.access_token is None:
        return SERVICE_ROLE, json.dumps({"role": SERVICE_ROLE}), statement_ms
    if caller.claims is None:
        raise Unauthorized
    return USER_ROLE, json.dumps({**caller.claims, "role": USER_ROLE}), statement_ms


@lru_cache(maxsize=256)
def _statement(function: str, names: tuple[str, ...]) -> bytes:
    """Return the call with a placeholder for each parameter."""
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => %s").format(sql.Identifier(name)) for name in names
    )
    call = sql.SQL("select public.{}({})").format(sql.Identifier(function), arguments)
    return call.as_bytes(None)


def _to_text(value: JsonValue) -> str | None:
    """Spell a value so that Postgres reads it as whatever type the function declares."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _translate(error: Error) -> RpcError | DatabaseUnavailable:
    if error.sqlstate is None:
        return DatabaseUnavailable() if isinstance(error, OperationalError) else refuse_value()
    return to_failure(
        error.sqlstate,
        message=error.diag.message_primary or "",
        details=error.diag.message_detail,
        hint=error.diag.message_hint,
    )
