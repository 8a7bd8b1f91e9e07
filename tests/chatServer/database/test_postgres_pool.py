import asyncio

import psycopg
import pytest
from pydantic import SecretStr

from chatServer.database import postgres_pool
from chatServer.database.postgres_transport import PostgresTransport, open_postgres_transport
from chatServer.errors import DatabaseUnavailable
from tests.chatServer.database.probed_database import (
    SERVICE,
    kill_backends,
    lock_held,
    show,
    signed_in,
    wait_until_waiting,
)
from tests.stack.database import Database


class TestPool:
    async def test_uses_a_connection_again_and_opens_no_more_than_its_size(
        self, probed_transport: PostgresTransport
    ) -> None:
        one_by_one = {(await show(probed_transport, SERVICE))["pid"] for _ in range(4)}
        assert len(one_by_one) == 1
        at_once = await asyncio.gather(*(show(probed_transport, SERVICE) for _ in range(20)))
        assert len({shown["pid"] for shown in at_once}) == 2

    async def test_notices_that_postgres_was_started_again(
        self, probed_transport: PostgresTransport, probed: Database
    ) -> None:
        await asyncio.gather(*(show(probed_transport, SERVICE) for _ in range(8)))
        await kill_backends(probed)
        user = signed_in()
        for _ in range(4):
            assert (await show(probed_transport, user))["uid"] == str(user.user_id)

    async def test_goes_on_after_a_connection_was_cut_in_mid_call(
        self, probed_transport: PostgresTransport, probed: Database
    ) -> None:
        async with lock_held(probed) as lock:
            cut = asyncio.create_task(probed_transport.call("wait_for_lock", {}, SERVICE))
            await wait_until_waiting(lock, 1)
            await kill_backends(probed)
            with pytest.raises(DatabaseUnavailable):
                await cut
        assert (await show(probed_transport, SERVICE))["role"] == "service_role"

    async def test_closes_what_nobody_uses(
        self, probed_transport: PostgresTransport, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = await show(probed_transport, SERVICE)
        monkeypatch.setattr(postgres_pool, "DATABASE_IDLE_SECONDS", -1.0)
        await show(probed_transport, SERVICE)
        monkeypatch.undo()
        assert (await show(probed_transport, SERVICE))["pid"] != first["pid"]

    async def test_ends_the_calls_that_still_run_when_it_closes(self, probed: Database) -> None:
        async with lock_held(probed) as lock:
            url = SecretStr(probed.authenticator_url)
            async with open_postgres_transport(url, size=1) as transport:
                left = asyncio.create_task(transport.call("wait_for_lock", {}, SERVICE))
                await wait_until_waiting(lock, 1)
                left.cancel()
                await asyncio.gather(left, return_exceptions=True)
            await wait_until_waiting(lock, 0)


def test_what_the_address_says_wins_over_our_own() -> None:
    url = SecretStr("postgresql://u@h/d?connect_timeout=7&sslmode=require")
    options = psycopg.conninfo.conninfo_to_dict(postgres_pool.complete_address(url))
    assert (options["connect_timeout"], options["sslmode"]) == ("7", "require")
    assert options["application_name"] == "chat-registry"
