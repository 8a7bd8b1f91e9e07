import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from pydantic import JsonValue

from chatServer.agent_models import ToolStep
from chatServer.database.parameters import Checkpoint, Lease
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.errors import DatabaseUnavailable, InternalError
from chatServer.services import checkpoint_writer
from chatServer.services.checkpoint_writer import CheckpointWriter
from tests.chatServer.turn_stage import AbsentDatabase, GatedDatabase, TurnStage, ask

STORED = "checkpoint_turns"


class Counted:
    """A transport that counts the checkpoints of each call."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport
        self.sizes: list[int] = []

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        given = params["p_checkpoints"]
        assert isinstance(given, dict)
        assert isinstance(given["checkpoints"], list)
        self.sizes.append(len(given["checkpoints"]))
        return await self._transport.call(function, params, caller)


async def begun(stage: TurnStage, count: int) -> list[Checkpoint]:
    """Begins turns that nobody answers; each checkpoint holds a text of its own."""
    caller = await stage.sign_up()
    checkpoints = []
    for number in range(count):
        session_id = await stage.new_session(caller)
        turn = await stage.registry.begin_turn(caller, turn=ask(session_id, "hello"))
        assert turn.lease_token is not None
        lease = Lease(message_id=turn.assistant_message.id, token=turn.lease_token)
        checkpoints.append(Checkpoint(caller.user_id, lease, f"text {number}"))
    return checkpoints


async def stored_text(stage: TurnStage, checkpoint: Checkpoint) -> str:
    rows = await stage.read(
        "select content from chat_message_history where id = %s", checkpoint.lease.message_id
    )
    return str(rows[0][0])


class TestWrite:
    async def test_what_comes_in_during_a_call_shares_the_next_one(self, stage: TurnStage) -> None:
        first, *others = await begun(stage, 6)
        gate = GatedDatabase(stage.transport, STORED)
        counted = Counted(gate)
        writer = CheckpointWriter(SessionRegistry(counted))
        writing = [asyncio.create_task(writer.write(first))]
        await gate.wait_reached()
        writing += [asyncio.create_task(writer.write(checkpoint)) for checkpoint in others]
        await asyncio.sleep(0)
        gate.open()
        assert await asyncio.gather(*writing) == ["stored"] * 6
        assert counted.sizes == [1, 5]
        for checkpoint in (first, *others):
            assert await stored_text(stage, checkpoint) == checkpoint.content

    async def test_a_call_is_bounded_in_number_and_bytes(
        self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_BATCH", 3)
        monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_BATCH_BYTES", 14)
        checkpoints = await begun(stage, 5)
        counted = Counted(stage.transport)
        writer = CheckpointWriter(SessionRegistry(counted))
        outcomes = await asyncio.gather(*(writer.write(checkpoint) for checkpoint in checkpoints))
        assert outcomes == ["stored"] * 5
        assert counted.sizes == [2, 2, 1]
        monkeypatch.setattr(checkpoint_writer, "CHECKPOINT_BATCH_BYTES", 1000)
        await asyncio.gather(*(writer.write(checkpoint) for checkpoint in checkpoints))
        assert counted.sizes[3:] == [3, 2]

    async def test_one_that_is_lost_says_so_to_its_writer_alone(self, stage: TurnStage) -> None:
        kept, lost = await begun(stage, 2)
        await stage.execute(
            "update chat_message_history set status = 'cancelled' where id = %s",
            lost.lease.message_id,
        )
        writer = CheckpointWriter(stage.registry)
        outcomes = await asyncio.gather(*(writer.write(checkpoint) for checkpoint in (kept, lost)))
        assert outcomes == ["stored", "lost"]

    async def test_one_that_cannot_be_stored_is_told_to_its_writer_alone(
        self, stage: TurnStage
    ) -> None:
        kept, refused = await begun(stage, 2)
        steps = tuple(ToolStep(name="x", label=140 * "😀", status="done") for _ in range(200))
        writer = CheckpointWriter(stage.registry)
        outcomes = await asyncio.gather(
            writer.write(replace(refused, tool_steps=steps)),
            writer.write(kept),
            return_exceptions=True,
        )
        assert [type(outcomes[0]), outcomes[1]] == [InternalError, "stored"]
        assert await stored_text(stage, kept) == kept.content

    async def test_an_absent_database_is_told_to_all_and_the_next_call_goes_out(
        self, stage: TurnStage
    ) -> None:
        checkpoints = await begun(stage, 2)
        absent = AbsentDatabase(stage.transport)
        writer = CheckpointWriter(SessionRegistry(absent))
        absent.is_away = True
        refused = await asyncio.gather(
            *(writer.write(checkpoint) for checkpoint in checkpoints), return_exceptions=True
        )
        assert [type(error) for error in refused] == [DatabaseUnavailable] * 2
        absent.is_away = False
        assert await writer.write(checkpoints[0]) == "stored"
