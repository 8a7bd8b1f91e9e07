"""Connections to Postgres that are opened when they are needed and used again.

psycopg's own pool was measured and not taken. After a restart of Postgres it gave out 16 dead
connections, or with its check answered again after 20 s; here a dead one is noticed before it is
given out, and a database that is away is noticed at once.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from psycopg import AsyncConnection, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import ConnStatus, PipelineStatus, TransactionStatus
from pydantic import SecretStr

from chatServer.errors import DatabaseUnavailable
from chatServer.limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_IDLE_SECONDS,
    DATABASE_POOL_SECONDS,
    DATABASE_READ_SECONDS,
)

DEFAULTS: Final[Mapping[str, str | int]] = {
    "application_name": "chat-registry",
    "client_encoding": "UTF8",
    "connect_timeout": int(DATABASE_CONNECT_SECONDS),
    # A network that swallows everything ends a connection as late as a read may take.
    "keepalives_idle": 30,
    "tcp_user_timeout": int(DATABASE_READ_SECONDS * 1000),
}
"""What the address may set otherwise: https://www.postgresql.org/docs/17/libpq-connect.html"""


def complete_address(url: SecretStr) -> str:
    """Return the address with what it leaves open, in the words of libpq."""
    address = url.get_secret_value()
    given = conninfo_to_dict(address)
    return make_conninfo(address, **{n: v for n, v in DEFAULTS.items() if n not in given})


class PostgresPool:
    """At most `size` connections; the one used last is given out first, for its caches are warm."""

    def __init__(self, url: SecretStr, *, size: int) -> None:
        self._address = complete_address(url)
        self._free = asyncio.Semaphore(size)
        self._opening = asyncio.Lock()
        self._idle: list[tuple[float, AsyncConnection]] = []
        """When each came back, oldest first, and the connection."""
        self._is_closed = False

    async def acquire(self) -> AsyncConnection:
        """Return a connection in autocommit mode, to be given back with `release`.

        Raises:
            DatabaseUnavailable: Postgres is away, or every connection stays in use.
        """
        try:
            async with asyncio.timeout(DATABASE_POOL_SECONDS):
                await self._free.acquire()
                try:
                    return await self._find_alive() or await self._open_or_find()
                except BaseException:
                    self._free.release()
                    raise
        except TimeoutError:
            raise DatabaseUnavailable from None

    async def release(self, connection: AsyncConnection) -> None:
        """Take a connection back; one that is not ready for the next call is closed."""
        if _is_ready(connection) and not self._is_closed:
            self._idle.append((time.monotonic(), connection))
        else:
            await connection.close()
        self._free.release()
        await self._close_unused()

    async def close(self) -> None:
        """Close every connection, those in use when they come back."""
        self._is_closed = True
        while self._idle:
            await self._idle.pop()[1].close()

    async def _find_alive(self) -> AsyncConnection | None:
        while self._idle:
            _, connection = self._idle.pop()
            if _is_alive(connection):
                return connection
            await connection.close()
        return None

    async def _open_or_find(self) -> AsyncConnection:
        # One at a time: in a burst most find a connection that came back meanwhile.
        async with self._opening:
            return await self._find_alive() or await self._connect()

    async def _connect(self) -> AsyncConnection:
        # Without prepared statements, which a pooler in transaction mode does not keep.
        try:
            return await AsyncConnection.connect(
                self._address, autocommit=True, prepare_threshold=None
            )
        except OperationalError as error:
            raise DatabaseUnavailable from error

    async def _close_unused(self) -> None:
        oldest = time.monotonic() - DATABASE_IDLE_SECONDS
        while self._idle and self._idle[0][0] < oldest:
            await self._idle.pop(0)[1].close()


def _is_ready(connection: AsyncConnection) -> bool:
    state = connection.pgconn
    return (state.transaction_status, state.pipeline_status) == (
        TransactionStatus.IDLE,
        PipelineStatus.OFF,
    )


def _is_alive(connection: AsyncConnection) -> bool:
    """Read what came while nobody used it: the server's farewell, then the end."""
    try:
        connection.pgconn.consume_input()
        connection.pgconn.consume_input()
    except OperationalError:
        return False
    return connection.pgconn.status == ConnStatus.OK
