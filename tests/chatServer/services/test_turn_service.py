import asyncio

import pytest

from chatServer.errors import MessageNotFound, RequestIdReused, SessionNotFound
from chatServer.turn_events import MessageDelta, TurnFinished, TurnStarted
from tests.chatServer.turn_stage import (
    GatedDatabase,
    TurnStage,
    ask,
    eventually,
    read_stream,
    read_until,
)
from tests.fakes.openai_server import Hold


class TestBegin:
    async def test_stores_both_messages_and_streams_the_answer(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "Good morning"))
        stream = await read_stream(turn.events())

        assert not turn.is_replay
        assert stream.started.user_message == turn.user_message
        assert stream.text == stream.answer.content == "echo: Good morning"
        assert stream.answer.status == "complete"
        assert (stream.answer.model_id, stream.answer.provider_id) == ("fake", "127.0.0.1")
        finished = stream.events[-1]
        assert isinstance(finished, TurnFinished)
        assert finished.session.title == "Good morning"
        assert not finished.session.is_answering
        assert finished.session.head_message_id == stream.answer.id
        stored = await stage.messages(caller, session_id)
        assert [(m.role, m.content, m.status) for m in stored] == [
            ("user", "Good morning", "complete"),
            ("assistant", "echo: Good morning", "complete"),
        ]

    async def test_gives_the_model_the_branch_it_answers(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        first = await read_stream(
            (await stage.turns.begin(caller, ask(session_id, "one"))).events()
        )
        await read_stream((await stage.turns.begin(caller, ask(session_id, "two"))).events())
        parent_id = first.answer.id
        branch = await stage.turns.begin(caller, ask(session_id, "other", parent_id=parent_id))
        await read_stream(branch.events())

        assert stage.fake.prompts[1].messages[-1] == ("user", "two")
        assert stage.fake.prompts[2].messages == [
            ("user", "one"),
            ("assistant", "echo: one"),
            ("user", "other"),
        ]

    async def test_makes_a_branch_when_sent_from_a_stale_head(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "answer", asked="one")
        one = await stage.turns.begin(caller, ask(session_id, "one"))
        parent_id = one.assistant_message.id
        two = await stage.turns.begin(caller, ask(session_id, "two", parent_id=parent_id))
        three = await stage.turns.begin(caller, ask(session_id, "three", parent_id=parent_id))
        hold.release()
        await asyncio.gather(read_stream(two.events()), read_stream(three.events()))

        stored = await stage.messages(caller, session_id)
        assert [m.content for m in stored] == ["one", "first answer", "three", "echo: three"]
        assert stored[2].branch.count == 2
        before = [("user", "one"), ("assistant", "first answer")]
        assert stage.fake.prompts[1].messages == [*before, ("user", "two")]
        assert stage.fake.prompts[2].messages == [*before, ("user", "three")]

    async def test_needs_a_session_of_the_caller(self, stage: TurnStage) -> None:
        session_id = await stage.new_session(await stage.sign_up())
        with pytest.raises(SessionNotFound):
            await stage.turns.begin(await stage.sign_up(), ask(session_id, "mine now"))

    async def test_goes_on_without_its_reader(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "second ", "last")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        reader = asyncio.create_task(read_stream(turn.events()))
        await hold.wait_reached()
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        hold.release()
        again = await stage.turns.rejoin(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        assert (await read_stream(again.events())).answer.content == "first second last"

    async def test_answers_a_message_whose_sender_left_while_it_was_stored(
        self, stage: TurnStage
    ) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        database = GatedDatabase(stage.transport, "begin_turn_v2")
        replica = await stage.start_replica(database)
        sender = asyncio.create_task(replica.begin(caller, ask(session_id, "hello")))
        await database.wait_reached()
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
        database.open()

        async def is_answered() -> bool:
            return (await stage.messages(caller, session_id))[-1].status == "complete"

        await eventually(is_answered, what="the message was answered")

    async def test_is_not_held_up_by_a_reader_who_does_not_read(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "word " * 300))
        slow = turn.events()
        assert isinstance(await anext(slow), TurnStarted)
        answer = (await read_stream(turn.events())).answer

        rest = [event async for event in slow]
        assert answer.status == "complete"
        assert [event.type for event in rest] == ["message.delta", "turn.finished"]
        assert isinstance(rest[0], MessageDelta)
        assert rest[0].text == answer.content


class TestReplay:
    async def test_fifty_identical_posts_are_one_turn(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        other_replica = await stage.start_replica()
        posted = ask(session_id, "only once")

        async def post(number: int) -> tuple[bool, str, str]:
            replica = (stage.turns, other_replica)[number % 2]
            turn = await replica.begin(caller, posted)
            stream = await read_stream(turn.events())
            return turn.is_replay, stream.text, stream.answer.model_dump_json()

        outcomes = await asyncio.gather(*(post(number) for number in range(50)))
        assert sorted(is_replay for is_replay, _, _ in outcomes) == [False] + [True] * 49
        assert {text for _, text, _ in outcomes} == {"echo: only once"}
        assert len({answer for _, _, answer in outcomes}) == 1
        assert len(stage.fake.prompts) == 1
        stored = await stage.messages(caller, session_id)
        assert [m.content for m in stored] == ["only once", "echo: only once"]
        assert stored[1].branch.count == 1

    async def test_of_an_ended_turn_is_its_stored_answer(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        posted = ask(session_id, "hello")
        first = await read_stream((await stage.turns.begin(caller, posted)).events())
        replay = await stage.turns.begin(caller, posted)
        stream = await read_stream(replay.events())
        assert replay.is_replay
        assert [event.type for event in stream.events] == ["turn.started", "turn.finished"]
        assert stream.answer == first.answer
        assert stream.started.user_message == first.started.user_message

    async def test_refuses_another_message_under_the_same_id(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "one", request_id="same"))
        await read_stream(turn.events())
        with pytest.raises(RequestIdReused):
            await stage.turns.begin(caller, ask(session_id, "two", request_id="same"))


class TestRejoin:
    async def test_in_the_same_process_goes_on_from_the_text_so_far(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        await read_until(turn.events(), "first ")
        again = await stage.turns.rejoin(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        events = again.events()
        started = await anext(events)
        assert isinstance(started, TurnStarted)
        assert started.user_message is None
        assert started.assistant_message.content == "first "
        hold.release()
        rest = [event async for event in events]
        assert [event.type for event in rest] == ["message.delta", "turn.finished"]

    async def test_on_another_replica_follows_the_checkpoints(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        other_replica = await stage.start_replica()
        holds = (Hold(), Hold())
        stage.fake.script("first ", holds[0], "second ", holds[1], "last")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        followed = await other_replica.rejoin(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        events = followed.events()
        assert await read_until(events, "first ") == "first "
        holds[0].release()
        assert isinstance(delta := await anext(events), MessageDelta)
        assert (delta.offset, delta.text) == (len("first "), "second ")
        holds[1].release()
        rest = [event async for event in events]
        assert isinstance(rest[-1], TurnFinished)
        assert rest[-1].message.content == "first second last"
        assert rest[-1].message.status == "complete"

    async def test_is_for_the_owner_only(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer_id = turn.assistant_message.id
        with pytest.raises(SessionNotFound):
            await stage.turns.rejoin(
                await stage.sign_up(), session_id=session_id, message_id=answer_id
            )
        with pytest.raises(MessageNotFound):
            await stage.turns.rejoin(
                caller, session_id=await stage.new_session(caller), message_id=answer_id
            )
        await read_stream(turn.events())

    async def test_is_for_answers_only(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        await read_stream(turn.events())
        assert turn.user_message is not None
        with pytest.raises(MessageNotFound):
            await stage.turns.rejoin(caller, session_id=session_id, message_id=turn.user_message.id)
