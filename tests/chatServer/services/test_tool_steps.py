"""What an agent does with its tools is told while it does it, to every reader, in its place."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatServer.agent_models import TokenUsage, ToolStep
from chatServer.database.item_registry import ItemPage
from chatServer.database.parameters import NewAnswer
from chatServer.database.transport import Caller
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.turn_service import Turn
from chatServer.turn_events import MessageDelta, ToolStepped, TurnEvent, TurnStarted
from tests.chatServer.turn_stage import (
    DEADLINE_SECONDS,
    RecordedCalls,
    TurnStage,
    ask,
    eventually,
    open_stage,
    read_stream,
)
from tests.fakes.openai_server import Call, CutOff, Refusal
from tests.stack.api import SupabaseApi

AGENT = AgentSpec(name="assistant", tools=(f"{__name__}:look_up", f"{__name__}:wait_for"))
opened = asyncio.Event()


def look_up() -> str:
    """Answers at once."""
    return "found"


async def wait_for() -> str:
    """Answers when it is let."""
    await opened.wait()
    return "at last"


@pytest.fixture
async def stage(supabase_api: SupabaseApi) -> AsyncIterator[TurnStage]:
    opened.clear()
    async with open_stage(supabase_api) as stage:
        stage.turns = await stage.start_replica(agents=[AGENT])
        yield stage
        opened.set()


@pytest.fixture
async def caller(stage: TurnStage) -> Caller:
    return await stage.sign_up()


async def begin(stage: TurnStage, caller: Caller) -> Turn:
    """Begins an answer that says something, waits for a tool, and says something more."""
    stage.fake.script("Let me look 👍. ", Call("wait_for"), asked="find it")
    return await stage.turns.begin(caller, ask(await stage.new_session(caller), "find it"))


async def read_until_running(events: AsyncIterator[TurnEvent]) -> list[TurnEvent]:
    """Reads until a tool runs, as the last event has it."""
    read: list[TurnEvent] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for event in events:
            read.append(event)
            if any(step.status == "running" for step in steps_of([event])):
                return read
    raise AssertionError("no tool was used")


def steps_of(events: list[TurnEvent]) -> list[ToolStep]:
    begun = [e.assistant_message.tool_steps or [] for e in events if isinstance(e, TurnStarted)]
    told = [event.step for event in events if isinstance(event, ToolStepped)]
    return [step for steps in begun for step in steps] + told


def using(offset: int) -> ToolStep:
    return ToolStep(name="wait_for", label="Using wait_for", status="running", offset=offset)


def used(offset: int) -> ToolStep:
    return ToolStep(name="wait_for", label="Used wait_for", status="done", offset=offset)


def one_request(output_tokens: int) -> TokenUsage:
    """What is known of an answer whose second request has not ended; the fake counts messages."""
    return TokenUsage(input_tokens=2, output_tokens=output_tokens, requests=1)


async def test_a_tool_is_told_when_it_begins_and_when_it_ends_between_the_texts(
    stage: TurnStage, caller: Caller
) -> None:
    turn = await begin(stage, caller)
    events = turn.events()
    read = await read_until_running(events)
    assert [type(e) for e in read[:2]] == [TurnStarted, MessageDelta]
    assert steps_of(read) == [using(15)]
    opened.set()
    rest = await read_stream(events)
    assert isinstance(rest.events[0], ToolStepped)
    assert (rest.events[0].index, rest.events[0].step) == (0, used(15))
    assert rest.answer.content == "Let me look 👍. \n\necho: at last"
    assert rest.answer.tool_steps == [used(15)]
    assert (await stage.stored(caller, rest.answer)).tool_steps == [used(15)]


async def test_many_tools_are_told_in_the_order_in_which_they_begin(
    stage: TurnStage, caller: Caller
) -> None:
    session_id = await stage.new_session(caller)
    stage.fake.script(*(Call("look_up", "{}", f"c{n}") for n in range(3)), asked="find it")
    stage.fake.script("Once more. ", Call("look_up"), when=lambda p: len(p.messages) == 5)
    turn = await stage.turns.begin(caller, ask(session_id, "find it"))
    stream = await read_stream(turn.events())
    told = [event for event in stream.events if isinstance(event, ToolStepped)]
    assert [event.index for event in told if event.step.status == "running"] == [0, 1, 2, 3]
    assert {event.index for event in told if event.step.status == "done"} == {0, 1, 2, 3}
    assert [s.offset for s in stream.answer.tool_steps or ()] == [0, 0, 0, len("Once more. ")]
    assert stream.text == stream.answer.content == "Once more. \n\necho: found"


class TestRejoining:
    async def test_tells_what_runs_at_this_process(self, stage: TurnStage, caller: Caller) -> None:
        turn = await begin(stage, caller)
        await read_until_running(turn.events())
        [started] = await read_until_running(turn.events())
        assert isinstance(started, TurnStarted)
        assert started.assistant_message.content == "Let me look 👍. "
        assert started.assistant_message.tool_steps == [using(15)]

    async def test_tells_what_runs_at_another_process_and_how_it_ends(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        turn = await begin(stage, caller)
        other = await stage.start_replica(agents=[AGENT])
        where = turn.assistant_message
        joined = await other.rejoin(caller, session_id=where.session_id, message_id=where.id)
        events = joined.events()
        assert steps_of(await read_until_running(events)) == [using(15)]
        opened.set()
        rest = await read_stream(events)
        assert [event.type for event in rest.events[:2]] == ["tool.step", "message.delta"]
        assert rest.answer.tool_steps == [used(15)]

    async def test_tells_the_steps_behind_what_the_reader_has(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        turn = await begin(stage, caller)
        where = turn.assistant_message

        async def rejoin() -> AsyncIterator[TurnEvent]:
            joined = await stage.turns.rejoin(
                caller, session_id=where.session_id, message_id=where.id, known_length=4
            )
            return joined.events()

        await read_until_running(turn.events())
        running = await read_until_running(await rejoin())
        opened.set()
        await read_stream(turn.events())
        stored = [event async for event in await rejoin()]
        for events, step in ((running, using(15)), (stored, used(15))):
            started, before, told = events[:3]
            assert isinstance(started, TurnStarted)
            assert started.assistant_message.content == "Let "
            assert started.assistant_message.tool_steps is None
            assert isinstance(before, MessageDelta)
            assert (before.offset, before.text) == (4, "me look 👍. ")
            assert isinstance(told, ToolStepped)
            assert told.step == step


class TestEndingEarly:
    async def test_keeps_what_was_done_and_calls_failed_what_had_not_ended(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        turn = await begin(stage, caller)
        await read_until_running(turn.events())
        where = turn.assistant_message
        ended = await stage.turns.cancel(caller, session_id=where.session_id, message_id=where.id)
        failed = using(15).model_copy(update={"status": "failed"})
        assert (ended.status, ended.tool_steps, ended.usage) == (
            "cancelled",
            [failed],
            one_request(2),
        )
        assert await stage.stored(caller, ended) == ended

    async def test_at_another_process_keeps_what_was_done_and_what_it_cost(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        turn = await begin(stage, caller)
        where = turn.assistant_message

        async def is_checkpointed() -> bool:
            stored = await stage.stored(caller, where)
            return bool(stored.usage and stored.tool_steps)

        await eventually(is_checkpointed, what="the use and its cost are stored")
        other = await stage.start_replica(agents=[AGENT])
        ended = await other.cancel(caller, session_id=where.session_id, message_id=where.id)
        failed = using(15).model_copy(update={"status": "failed"})
        assert (ended.status, ended.tool_steps, ended.usage) == (
            "cancelled",
            [failed],
            one_request(2),
        )
        assert (await read_stream(turn.events())).answer == ended

    async def test_of_a_provider_that_fails_keeps_all_of_it_in_the_call_that_ends_it(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        calls = RecordedCalls(stage.transport)
        models = {"model": "busy", "fallback_model": "fake"}
        turns = await stage.start_replica(calls, agents=[AGENT.model_copy(update=models)])
        stage.fake.script(Refusal(404), model="busy")
        stage.fake.script(Call("look_up"), asked="find it")
        stage.fake.script("half ", CutOff(), when=lambda prompt: len(prompt.messages) == 3)
        turn = await turns.begin(caller, ask(await stage.new_session(caller), "find it"))
        answer = (await read_stream(turn.events())).answer
        looked_up = ToolStep(name="look_up", label="Used look_up", status="done")
        assert (answer.status, answer.content) == ("failed", "half ")
        assert (answer.tool_steps, answer.usage) == ([looked_up], one_request(1))
        assert "busy did not answer, so fake did." in str(answer.fallback_notice)
        assert [name for name in calls.functions if name.startswith("fail_turn")] == [
            "fail_turn_v2"
        ]
        remembered = await stage.registry.list_session_items(
            caller, session_id=answer.session_id, page=ItemPage()
        )
        assert [message.role for message in remembered.messages] == ["user", "assistant"]

    async def test_leaves_the_steps_with_the_text_that_is_gone_on_with(
        self, stage: TurnStage, caller: Caller
    ) -> None:
        turn = await begin(stage, caller)
        await read_until_running(turn.events())
        where = turn.assistant_message
        await stage.turns.cancel(caller, session_id=where.session_id, message_id=where.id)
        stage.fake.script(Call("look_up"), when=lambda prompt: len(prompt.messages) == 3)
        wanted = NewAnswer(where.session_id, where.id, "again", keeps_text=True)
        again = await read_stream((await stage.turns.regenerate(caller, wanted)).events())
        failed = using(15).model_copy(update={"status": "failed"})
        assert again.started.assistant_message.tool_steps == [failed]
        told = [event.index for event in again.events if isinstance(event, ToolStepped)]
        assert told == [1, 1]
        looked_up = ToolStep(name="look_up", label="Used look_up", status="done", offset=15)
        assert again.answer.tool_steps == [failed, looked_up]
