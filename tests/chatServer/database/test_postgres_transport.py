import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from chatServer.database import postgres_pool, postgres_transport
from chatServer.database.postgres_pool import PostgresPool
from chatServer.database.postgres_transport import PostgresTransport, open_postgres_transport
from chatServer.database.transport import Caller, RpcError
from chatServer.errors import DatabaseUnavailable, Unauthorized
from tests.chatServer.database.probed_database import (
    SERVICE,
    lock_held,
    show,
    signed_in,
    wait_until_waiting,
)
from tests.chatServer.database.transport_conformance import TransportConformance
from tests.chatServer.history_stage import HistoryStage
from tests.stack.database import Database
from tests.stack.ports import free_port


class TestConformance(TransportConformance):
    @pytest.fixture(params=["authenticator", "postgres"])
    async def transport(
        self, history_stage: HistoryStage, request: pytest.FixtureRequest
    ) -> AsyncIterator[PostgresTransport]:
        """As the login of the embedded stack, and as the one of a hosted project."""
        api = history_stage.api
        urls = {"authenticator": api.server_db_url, "postgres": api.db_url}
        url = SecretStr(urls[request.param])
        async with open_postgres_transport(url, size=16) as transport:
            yield transport


@pytest.fixture
async def pool(probed: Database) -> AsyncIterator[PostgresPool]:
    """One connection, to look at what a call leaves on it."""
    pool = PostgresPool(SecretStr(probed.authenticator_url), size=1)
    yield pool
    await pool.close()


class TestIdentity:
    async def test_of_a_user_is_what_their_token_was_verified_to_claim(
        self, probed_transport: PostgresTransport
    ) -> None:
        user = signed_in(aal="aal2", email="a@example.com", app_metadata={"team": "ü"})
        shown = await show(probed_transport, user)
        assert (shown["role"], shown["uid"]) == ("authenticated", str(user.user_id))
        assert shown["claims"] == user.claims

    async def test_of_the_service_is_its_role_alone(
        self, probed_transport: PostgresTransport
    ) -> None:
        shown = await show(probed_transport, SERVICE)
        assert shown["role"] == "service_role"
        assert (shown["claims"], shown["uid"]) == ({"role": "service_role"}, None)

    async def test_never_is_a_role_that_claims_name(
        self, probed_transport: PostgresTransport
    ) -> None:
        shown = await show(probed_transport, signed_in(role="service_role"))
        assert (shown["role"], shown["claims"]["role"]) == ("authenticated", "authenticated")

    async def test_of_a_token_that_nobody_verified_is_refused(
        self, probed_transport: PostgresTransport
    ) -> None:
        with pytest.raises(Unauthorized):
            await probed_transport.call("show_caller", {}, Caller(uuid.uuid4(), "the.users.token"))

    async def test_is_gone_after_the_call(self, pool: PostgresPool) -> None:
        transport = PostgresTransport(pool)
        await show(transport, signed_in())
        with pytest.raises(RpcError):
            await transport.call("no_such_function", {}, signed_in())
        connection = await pool.acquire()
        found = await connection.execute(
            "select current_user::text, current_setting('request.jwt.claims', true),"
            " current_setting('statement_timeout')"
        )
        assert await found.fetchone() == ("authenticator", "", "8s")
        await pool.release(connection)


async def test_a_call_is_one_round_trip_that_a_pooler_in_transaction_mode_takes(
    pool: PostgresPool, tmp_path: Path
) -> None:
    transport = PostgresTransport(pool)
    assert (await show(transport, signed_in()))[
        "timeout"
    ] == f"{postgres_transport.CALL_SECONDS:.0f}s"
    connection = await pool.acquire()
    with (tmp_path / "trace").open("w") as trace:
        connection.pgconn.trace(trace.fileno())
        await pool.release(connection)
        shown = await show(transport, signed_in())
        connection.pgconn.untrace()
    sent = [line.split("\t")[3:5] for line in (tmp_path / "trace").read_text().splitlines()]
    kinds = [kind for kind, *_ in sent]
    assert (kinds.count("Sync"), kinds.count("ReadyForQuery")) == (1, 1)
    assert {detail[0].split()[0] for kind, *detail in sent if kind == "Parse"} == {'""'}
    assert shown["prepared"] == 0


class TestErrors:
    async def test_nothing_listens(self) -> None:
        url = SecretStr(f"postgresql://authenticator:x@127.0.0.1:{free_port()}/postgres")
        async with open_postgres_transport(url, size=1) as transport:
            for _ in range(2):
                with pytest.raises(DatabaseUnavailable):
                    await transport.call("show_caller", {}, SERVICE)

    async def test_every_connection_stays_in_use(
        self, probed_transport: PostgresTransport, probed: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with lock_held(probed) as lock:
            busy = [
                asyncio.create_task(probed_transport.call("wait_for_lock", {}, SERVICE))
                for _ in range(2)
            ]
            await wait_until_waiting(lock, 2)
            # Only now: on a busy machine the two may take longer than this to connect.
            monkeypatch.setattr(postgres_pool, "DATABASE_POOL_SECONDS", 0.05)
            with pytest.raises(DatabaseUnavailable):
                await probed_transport.call("show_caller", {}, SERVICE)
        monkeypatch.undo()
        assert await asyncio.gather(*busy) == [{}, {}]
        assert (await show(probed_transport, SERVICE))["role"] == "service_role"

    async def test_a_call_takes_too_long(
        self, probed_transport: PostgresTransport, probed: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_transport, "CALL_SECONDS", 0.05)
        async with lock_held(probed):
            with pytest.raises(DatabaseUnavailable):
                await probed_transport.call("wait_for_lock", {}, SERVICE)
        monkeypatch.undo()
        assert (await show(probed_transport, SERVICE))["role"] == "service_role"

    async def test_postgres_does_not_even_end_what_takes_too_long(
        self, probed_transport: PostgresTransport, probed: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            postgres_transport, "GRACE_SECONDS", 0.05 - postgres_transport.CALL_SECONDS
        )
        async with lock_held(probed):
            with pytest.raises(DatabaseUnavailable):
                await probed_transport.call("wait_for_lock", {}, SERVICE)
        monkeypatch.undo()
        user = signed_in()
        assert (await show(probed_transport, user))["uid"] == str(user.user_id)

    async def test_a_refusal_keeps_the_row_out_of_its_words(
        self, probed_transport: PostgresTransport, probed: Database
    ) -> None:
        with probed.connect() as connection:
            connection.execute(
                "create function public.break_check() returns jsonb language plpgsql as"
                " $$ begin raise check_violation using message = 'violates',"
                " detail = 'Failing row: (private)'; end $$;"
                " grant execute on function public.break_check() to service_role"
            )
        with pytest.raises(RpcError) as refused:
            await probed_transport.call("break_check", {}, SERVICE)
        assert (refused.value.status_code, refused.value.code) == (500, "23514")
        assert "private" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
