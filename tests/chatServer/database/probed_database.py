"""A database whose functions show what a call is made of, and what befalls its connections."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from pydantic import JsonValue

from chatServer.database.postgres_transport import PostgresTransport
from chatServer.database.transport import Caller
from tests.chatServer.turn_stage import eventually
from tests.stack.database import Database

PROBES = """
create function public.show_caller() returns jsonb language sql as $$
  select jsonb_build_object(
    'role', current_user, 'claims', auth.jwt(), 'uid', auth.uid(), 'pid', pg_backend_pid(),
    'timeout', current_setting('statement_timeout'),
    'prepared', (select count(*) from pg_prepared_statements)
  )
$$;
create function public.wait_for_lock() returns jsonb language sql as $$
  select pg_advisory_xact_lock(7); select '{}'::jsonb
$$;
grant execute on function public.show_caller(), public.wait_for_lock()
  to authenticated, service_role;
"""


def signed_in(**claims: JsonValue) -> Caller:
    """A caller as a verifier returns them."""
    user_id = uuid.uuid4()
    stated = {"sub": str(user_id), "role": "authenticated", "aud": "authenticated", **claims}
    return Caller(user_id, "the.users.token", stated)


SERVICE = Caller.service(uuid.uuid4())


async def show(transport: PostgresTransport, caller: Caller) -> dict[str, Any]:
    """What the database sees of a call."""
    shown = await transport.call("show_caller", {}, caller)
    assert isinstance(shown, dict)
    return shown


@asynccontextmanager
async def lock_held(database: Database) -> AsyncIterator[psycopg.AsyncConnection]:
    """Keeps `wait_for_lock` waiting; yields a superuser's connection."""
    connection = await psycopg.AsyncConnection.connect(database.superuser_url, autocommit=True)
    async with connection:
        await connection.execute("select pg_advisory_lock(7)")
        yield connection


async def wait_until_waiting(connection: psycopg.AsyncConnection, count: int) -> None:
    """Returns once this many calls wait for the lock."""

    async def are_waiting() -> bool:
        found = await connection.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        )
        return await found.fetchone() == (count,)

    await eventually(are_waiting, what=f"{count} calls wait")


async def kill_backends(database: Database) -> None:
    """Ends every connection of the transport under test, as a restart of Postgres does."""
    connection = await psycopg.AsyncConnection.connect(database.superuser_url, autocommit=True)
    async with connection:
        await connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where usename = 'authenticator' and datname = current_database()"
        )
