"""A server whose database is really cut off, on either way to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import psycopg

from tests.chatServer.live_server import Visit, open_visit
from tests.chatServer.turn_stage import eventually
from tests.fakes.cut_way import CutWay
from tests.stack.api import SupabaseApi


class Outage(Protocol):
    """Keeps the server from its database."""

    async def begin(self) -> None:
        """Cuts every connection and has new ones refused."""
        ...

    async def end(self) -> None:
        """Has new ones taken again."""
        ...


class LockedOut:
    """Of a server that asks Postgres itself: Postgres ends its connections."""

    def __init__(self, superuser: psycopg.AsyncConnection) -> None:
        self._superuser = superuser

    async def begin(self) -> None:
        """Cuts every connection and has new ones refused."""
        await self._superuser.execute("alter role authenticator connection limit 0")
        await self._superuser.execute(
            "select pg_terminate_backend(a.pid, 10000) from pg_stat_activity a"
            " where a.usename = 'authenticator'"
        )

    async def end(self) -> None:
        """Has new ones taken again."""
        await self._superuser.execute("alter role authenticator connection limit -1")


class CutOff:
    """Of a server that asks the Supabase API: the way to it ends."""

    def __init__(self, way: CutWay) -> None:
        self._way = way

    async def begin(self) -> None:
        """Cuts every connection and has new ones refused."""
        self._way.cut()

    async def end(self) -> None:
        """Has new ones taken again."""
        self._way.mend()


@dataclass(frozen=True)
class Place:
    """A visit at a server whose database can be cut off."""

    visit: Visit
    outage: Outage
    superuser: psycopg.AsyncConnection


@asynccontextmanager
async def directly(api: SupabaseApi, superuser: psycopg.AsyncConnection) -> AsyncIterator[Place]:
    outage = LockedOut(superuser)
    async with open_visit(api) as visit:
        try:
            yield Place(visit, outage, superuser)
        finally:
            await outage.end()


@asynccontextmanager
async def over_the_api(
    api: SupabaseApi, superuser: psycopg.AsyncConnection
) -> AsyncIterator[Place]:
    async with (
        CutWay(api.url) as way,
        open_visit(api, supabase_url=way.origin, supabase_db_url=None) as visit,
    ):
        yield Place(visit, CutOff(way), superuser)
        way.mend()


@asynccontextmanager
async def locked(place: Place) -> AsyncIterator[None]:
    """Keeps every call that changes the session waiting."""
    connection = await psycopg.AsyncConnection.connect(place.visit.stage.api.db_url)
    async with connection:
        await connection.execute(
            "select from chat_sessions where session_id = %s for update", (place.visit.session_id,)
        )
        yield


async def wait_until_locked_out(place: Place, function: str) -> None:
    """Returns once a call of the function waits for the lock."""

    async def is_waiting() -> bool:
        cursor = await place.superuser.execute(
            "select from pg_stat_activity where wait_event_type = 'Lock' and strpos(query, %s) > 0",
            (function,),
        )
        return bool(await cursor.fetchall())

    await eventually(is_waiting, what=f"{function} waited")
