import asyncio
import logging

import pytest

from chatServer.limits import CHECKPOINT_BYTES
from chatServer.services import patience, turn_runner
from chatServer.services.agent_spec import DEFAULT_AGENT, AgentLimits
from chatServer.turn_events import MessageDelta
from tests.chatServer.turn_stage import (
    AbsentDatabase,
    Stream,
    TurnStage,
    ask,
    eventually,
    read_stream,
    read_until,
)
from tests.fakes.openai_server import CutOff, Hold, Refusal


class TestFailure:
    async def test_of_the_provider_is_told_in_plain_words(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script(Refusal(404))
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("failed", "")
        assert answer.failure_reason == "The provider does not know this model."
        assert answer.model_id == "fake"

    async def test_in_the_middle_keeps_the_text(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script("half ", CutOff())
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("failed", "half ")

    async def test_lets_the_next_turn_through(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script(Refusal(404), asked="one")
        await stage.turns.begin(caller, ask(session_id, "one"))
        two = await stage.turns.begin(caller, ask(session_id, "two"))
        assert (await read_stream(two.events())).answer.content == "echo: two"


class TestCheckpoint:
    async def test_of_much_text_waits_for_no_clock(
        self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turn_runner, "CHECKPOINT_SECONDS", 3600)
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        text = "x" * CHECKPOINT_BYTES
        stage.fake.script(text, hold, asked="hello")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        await hold.wait_reached()

        async def is_stored() -> bool:
            messages = await stage.messages(caller, session_id)
            return messages[-1].content == text

        await eventually(is_stored, what="the text so far is stored")
        hold.release()
        assert (await read_stream(turn.events())).answer.content == text


class TestStop:
    async def test_interrupts_what_runs_and_keeps_its_text(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        replica = await stage.start_replica()
        hold = Hold()
        stage.fake.script("first ", hold, asked="one")
        one = await replica.begin(caller, ask(session_id, "one"))
        two = await replica.begin(caller, ask(session_id, "two"))
        await read_until(one.events(), "first ")
        await replica.stop()
        answers = [(await read_stream(turn.events())).answer for turn in (one, two)]
        assert [(a.status, a.content) for a in answers] == [
            ("interrupted", "first "),
            ("interrupted", ""),
        ]
        assert [await stage.stored(caller, answer) for answer in answers] == answers

    async def test_ends_the_streams_that_follow_another_replica(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        replica = await stage.start_replica()
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        followed = await replica.rejoin(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        events = followed.events()
        await read_until(events, "first ")
        await replica.stop()
        assert [event async for event in events] == []
        hold.release()
        assert (await read_stream(turn.events())).answer.status == "complete"


class TestAbsentDatabase:
    async def test_does_not_hold_up_the_answer(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        database = AbsentDatabase(stage.transport)
        replica = await stage.start_replica(database)
        holds = (Hold(), Hold())
        stage.fake.script("first ", holds[0], "second ", holds[1], "last")
        turn = await replica.begin(caller, ask(session_id, "hello"))
        await holds[0].wait_reached()
        database.is_away = True
        await database.wait_refused()
        holds[0].release()
        assert await read_until(turn.events(), "second ") == "first second "
        database.is_away = False
        holds[1].release()
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("complete", "first second last")
        assert await stage.stored(caller, answer) == answer

    async def test_is_waited_for_at_the_end(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        database = AbsentDatabase(stage.transport)
        replica = await stage.start_replica(database)
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await replica.begin(caller, ask(session_id, "hello"))
        await hold.wait_reached()
        database.is_away = True
        hold.release()
        assert await read_until(turn.events(), "last") == "first last"
        await database.wait_refused()
        database.is_away = False
        assert (await read_stream(turn.events())).answer.status == "complete"

    async def test_that_stays_away_is_told_to_the_readers(
        self,
        stage: TurnStage,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(patience, "LEASE_SECONDS", 1)
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        database = AbsentDatabase(stage.transport)
        replica = await stage.start_replica(database)
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await replica.begin(caller, ask(session_id, "hello"))
        await hold.wait_reached()
        database.is_away = True
        hold.release()
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("interrupted", "first last")
        assert answer.failure_reason == turn_runner.UNSAVED
        assert f"turn {answer.id} could not be stored" in caplog.text


class TestLostAnswer:
    async def test_whose_lease_ran_out_ends_as_it_was_stored(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = turn.assistant_message

        async def is_swept() -> bool:
            await stage.execute(
                "update chat_message_history set lease_expires_at = now() - interval '1 second'"
                " where id = %s and status = 'streaming' and content <> ''",
                answer.id,
            )
            await stage.registry.fail_expired_turns()
            return (await stage.stored(caller, answer)).status == "interrupted"

        await eventually(is_swept, what="the sweep found the answer")
        await hold.wait_abandoned()
        ended = (await read_stream(turn.events())).answer
        assert (ended.status, ended.content) == ("interrupted", "first ")
        assert ended.failure_reason is not None
        assert await stage.stored(caller, answer) == ended

    async def test_whose_session_was_deleted_ends(
        self, stage: TurnStage, caplog: pytest.LogCaptureFixture
    ) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        await read_until(turn.events(), "first ")
        assert await stage.execute("delete from chat_sessions where session_id = %s", session_id)
        answer = (await read_stream(turn.events())).answer
        await hold.wait_abandoned()
        assert (answer.status, answer.failure_reason) == ("interrupted", turn_runner.DELETED)
        assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []

    async def test_that_grows_for_ever_is_stopped(
        self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turn_runner, "REPLY_MAX_BYTES", 10)
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script("12345", "67890", "x")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("failed", "1234567890")
        assert answer.failure_reason == turn_runner.TOO_LONG

    async def test_that_takes_too_long_is_stopped_and_keeps_its_text(
        self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deadlines: list[asyncio.Timeout] = []
        start_timeout = asyncio.timeout

        def watch_timeout(delay: float | None) -> asyncio.Timeout:
            timeout = start_timeout(delay)
            if delay == slow.limits.answer_seconds:
                deadlines.append(timeout)
            return timeout

        slow = DEFAULT_AGENT.model_copy(update={"limits": AgentLimits(answer_seconds=543.2)})
        monkeypatch.setattr(asyncio, "timeout", watch_timeout)
        turns = await stage.start_replica(agents=[slow])
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await turns.begin(caller, ask(session_id, "hello"))
        events = []
        async for event in turn.events():
            events.append(event)
            if isinstance(event, MessageDelta):
                deadlines[0].reschedule(asyncio.get_running_loop().time())
        answer = Stream(events).answer
        await hold.wait_abandoned()
        assert (answer.status, answer.content) == ("failed", "first ")
        assert answer.failure_reason == turn_runner.TOO_SLOW
