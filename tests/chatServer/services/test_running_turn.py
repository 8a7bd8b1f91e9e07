import asyncio
import uuid
from collections.abc import Sequence

from chatServer.agent_models import ToolStep
from chatServer.database.results import BegunTurn
from chatServer.limits import TOOL_STEPS_MAX
from chatServer.services.running_turn import RunningTurn
from chatServer.turn_events import MessageDelta, ToolCall, TurnFinished, TurnQueued, TurnStarted
from tests.chatServer.rows import message_row, session_row

SESSION = session_row()


def running_turn(turns_ahead: int = 0, kept_steps: Sequence[ToolStep] = ()) -> RunningTurn:
    return RunningTurn(
        BegunTurn(
            session=SESSION,
            user_message=message_row("hello"),
            assistant_message=message_row(
                role="assistant", status="streaming", tool_steps=kept_steps
            ),
            is_replay=False,
            lease_token=uuid.uuid4(),
            turns_ahead=turns_ahead,
        )
    )


async def test_no_more_steps_are_kept_than_a_row_has_room_for() -> None:
    step = ToolStep(name="x", label="Using x", status="running")
    kept = [step.model_copy(update={"status": "done"})] * (TOOL_STEPS_MAX - 1)
    turn = running_turn(kept_steps=kept)
    for place in range(3):
        turn.set_step(place, step, ToolCall("{}", None))
    assert turn.tool_steps == (*kept, step)


class TestEvents:
    async def test_begin_with_the_text_so_far_and_end_with_the_stored_answer(self) -> None:
        turn = running_turn()
        turn.append("one ")
        events = turn.events(turn.user_message)
        started = await anext(events)
        assert isinstance(started, TurnStarted)
        assert started.assistant_message.content == "one "
        turn.append("two")
        turn.finish(message_row("one two", role="assistant"), SESSION, is_stored=True)
        rest = [event async for event in events]
        assert [event.type for event in rest] == ["message.delta", "turn.finished"]
        assert isinstance(rest[1], TurnFinished)
        assert rest[1].message.content == "one two"

    async def test_reach_every_reader_as_the_text_grows(self) -> None:
        turn = running_turn()
        readers = [turn.events_after(0) for _ in range(3)]
        waiting = [asyncio.ensure_future(anext(reader)) for reader in readers]
        await asyncio.sleep(0)
        turn.append("now")
        events = await asyncio.wait_for(asyncio.gather(*waiting), timeout=180)
        assert events == [MessageDelta(message_id=2, offset=0, text="now")] * 3

    async def test_coalesce_for_a_slow_reader(self) -> None:
        turn = running_turn()
        events = turn.events_after(0)
        turn.append("a")
        assert await anext(events) == MessageDelta(message_id=2, offset=0, text="a")
        for text in ("b", "c", "d"):
            turn.append(text)
        assert await anext(events) == MessageDelta(message_id=2, offset=1, text="bcd")

    async def test_count_code_points_and_not_bytes(self) -> None:
        turn = running_turn()
        events = turn.events_after(0)
        turn.append("é👍🏽\r\n")
        await anext(events)
        turn.append("x")
        assert await anext(events) == MessageDelta(message_id=2, offset=5, text="x")
        assert turn.text == "é👍🏽\r\nx"
        assert turn.size_bytes == len("é👍🏽\r\nx".encode())

    async def test_tell_how_many_turns_are_ahead(self) -> None:
        turn = running_turn(turns_ahead=2)
        events = turn.events_after(0)
        assert await anext(events) == TurnQueued(turns_ahead=2)
        turn.set_turns_ahead(0)
        assert await anext(events) == TurnQueued(turns_ahead=0)


class TestStop:
    async def test_the_first_to_ask_decides(self) -> None:
        turn = running_turn()
        turn.stop("cancelled")
        turn.stop("interrupted")
        assert turn.stop_status == "cancelled"
        assert turn.stopping.done()

    async def test_an_ended_turn_cannot_be_stopped(self) -> None:
        turn = running_turn()
        turn.finish(message_row("done", role="assistant"), SESSION, is_stored=True)
        turn.stop("cancelled")
        assert turn.stop_status is None
