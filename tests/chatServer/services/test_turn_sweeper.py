import asyncio
import logging
from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.services import turn_sweeper
from chatServer.services.turn_sweeper import sweep_expired_turns
from tests.chatServer.turn_stage import DEADLINE_SECONDS, TurnStage, ask, eventually


class OneBadAnswer:
    """A database whose first call fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0
        self.answered = asyncio.Event()

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        del function, params, caller
        self.calls += 1
        if self.calls == 1:
            raise self.error
        self.answered.set()
        return {"count": 0}


@pytest.mark.parametrize("error", [DatabaseUnavailable(), RuntimeError("a fault of ours")])
async def test_goes_on_after_an_error_that_it_logs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    monkeypatch.setattr(turn_sweeper, "SWEEP_SECONDS", 0.01)
    database = OneBadAnswer(error)
    with caplog.at_level(logging.WARNING):
        sweeping = asyncio.create_task(sweep_expired_turns(SessionRegistry(database)))
        await asyncio.wait_for(database.answered.wait(), DEADLINE_SECONDS)
    assert not sweeping.done()
    sweeping.cancel()
    assert "the sweep of expired turns failed" in caplog.text


async def test_ends_the_turn_of_a_process_that_died(
    stage: TurnStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_sweeper, "SWEEP_SECONDS", 0.1)
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    orphan = await stage.registry.begin_turn(caller, turn=ask(session_id, "hello"), lease_seconds=1)
    await stage.start_replica()

    async def is_interrupted() -> bool:
        stored = await stage.stored(caller, orphan.assistant_message)
        return stored.status == "interrupted"

    await eventually(is_interrupted, what="the sweeper found the orphan")
