"""SessionMemory: a batch is stored whole and once, whatever becomes of the call or its caller."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from pydantic import JsonValue, SecretStr

from chatServer.database.item_registry import ItemRegistry
from chatServer.database.postgres_transport import PostgresTransport, open_postgres_transport
from chatServer.database.transport import Caller, RpcTransport
from chatServer.errors import DatabaseUnavailable
from chatServer.services import session_memory
from chatServer.services.session_memory import SessionMemory
from tests.chatServer.history_stage import HistoryStage
from tests.chatServer.sdk_items import CALL, RESULT, words

BATCH = [words("user", "1"), CALL, RESULT, words("assistant", "2")]
END_WAITING = """
select pg_terminate_backend(pid) from pg_stat_activity
where cardinality(pg_blocking_pids(pid)) > 0 and datname = current_database()
"""


class LossyDatabase:
    """A transport that loses answers after the database has done what was asked."""

    def __init__(self, transport: RpcTransport, count: int) -> None:
        self._transport = transport
        self._count = count

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Passes the call on, and its answer when none is to be lost any more."""
        answer = await self._transport.call(function, params, caller)
        self._count -= 1
        if self._count >= 0:
            raise DatabaseUnavailable
        return answer


@pytest.fixture
async def transport(history_stage: HistoryStage) -> AsyncIterator[PostgresTransport]:
    url = SecretStr(history_stage.api.server_db_url)
    async with open_postgres_transport(url, size=4) as opened:
        yield opened


@pytest.fixture
async def caller(history_stage: HistoryStage) -> Caller:
    return await history_stage.sign_up()


def memory_of(caller: Caller, transport: RpcTransport) -> SessionMemory:
    return SessionMemory(ItemRegistry(transport), caller, session_id=f"m-{caller.user_id}")


async def test_what_was_stored_is_not_stored_again_when_its_answer_was_lost(
    transport: PostgresTransport, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_memory, "MEMORY_RETRY_SECONDS", (0, 0))
    memory = memory_of(caller, LossyDatabase(transport, 2))
    await memory.append_items(BATCH)
    assert await memory_of(caller, transport).list_items(None) == BATCH
    with pytest.raises(DatabaseUnavailable):
        await memory_of(caller, LossyDatabase(transport, 3)).append_items(BATCH)
    with pytest.raises(DatabaseUnavailable):
        await memory_of(caller, LossyDatabase(transport, 3)).list_items(None)


async def test_a_batch_is_stored_once_when_its_connection_is_killed_meanwhile(
    history_stage: HistoryStage, caller: Caller
) -> None:
    url = SecretStr(history_stage.api.db_url)
    async with open_postgres_transport(url, size=2) as transport:
        memory = memory_of(caller, transport)
        await memory.append_items([words("user", "0")])
        async with history_stage.session_locked(f"m-{caller.user_id}") as lock:
            adding = asyncio.create_task(memory.append_items(BATCH))
            await lock.wait_contended()
            await lock.connection.execute(END_WAITING)
        await adding
        assert await memory.list_items(None) == [words("user", "0"), *BATCH]


async def test_who_leaves_in_mid_call_leaves_a_whole_batch(
    transport: PostgresTransport, history_stage: HistoryStage, caller: Caller
) -> None:
    memory = memory_of(caller, transport)
    await memory.append_items([words("user", "0")])
    async with history_stage.session_locked(f"m-{caller.user_id}") as lock:
        adding = asyncio.create_task(memory.append_items(BATCH))
        await lock.wait_contended()
        adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    assert await memory.list_items(None) == [words("user", "0"), *BATCH]
    # What it added is its own to take back.
    assert await memory.pop_item() == BATCH[-1]
