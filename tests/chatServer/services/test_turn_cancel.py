import pytest

from chatServer.errors import AnswerCancelled, DatabaseUnavailable, MessageNotFound
from chatServer.services import turn_service
from tests.chatServer.turn_stage import (
    AbsentDatabase,
    TurnStage,
    ask,
    eventually,
    read_stream,
    read_until,
)
from tests.fakes.openai_server import Hold


class TestCancel:
    async def test_stops_the_model_and_keeps_the_text(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer_id = turn.assistant_message.id
        await read_until(turn.events(), "first ")
        cancelled = await stage.turns.cancel(caller, session_id=session_id, message_id=answer_id)
        await hold.wait_abandoned()
        assert (cancelled.status, cancelled.content) == ("cancelled", "first ")
        assert (await read_stream(turn.events())).answer == cancelled
        assert await stage.stored(caller, cancelled) == cancelled
        with pytest.raises(AnswerCancelled):
            await stage.turns.cancel(caller, session_id=session_id, message_id=answer_id)
        assert await stage.stored(caller, cancelled) == cancelled

    async def test_on_another_replica_stops_it_too(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        other_replica = await stage.start_replica()
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = turn.assistant_message

        async def is_checkpointed() -> bool:
            return (await stage.stored(caller, answer)).content == "first "

        await eventually(is_checkpointed, what="the text so far is stored")
        cancelled = await other_replica.cancel(caller, session_id=session_id, message_id=answer.id)
        assert (cancelled.status, cancelled.content) == ("cancelled", "first ")
        assert (await read_stream(turn.events())).answer == cancelled
        await hold.wait_abandoned()

    async def test_of_a_waiting_turn_lets_the_next_one_through(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, asked="one")
        one = await stage.turns.begin(caller, ask(session_id, "one"))
        await hold.wait_reached()
        two = await stage.turns.begin(caller, ask(session_id, "two"))
        three = await stage.turns.begin(caller, ask(session_id, "three"))
        for turn in (two, one):
            message_id = turn.assistant_message.id
            await stage.turns.cancel(caller, session_id=session_id, message_id=message_id)
        assert (await read_stream(two.events())).answer.status == "cancelled"
        assert (await read_stream(three.events())).answer.content == "echo: three"
        assert len(stage.fake.prompts) == 2

    async def test_of_an_ended_answer_changes_nothing(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        answer = (await read_stream(turn.events())).answer
        assert (
            await stage.turns.cancel(caller, session_id=session_id, message_id=answer.id) == answer
        )

    async def test_is_for_the_owner_only(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        await hold.wait_reached()
        with pytest.raises(MessageNotFound):
            await stage.turns.cancel(
                await stage.sign_up(),
                session_id=session_id,
                message_id=turn.assistant_message.id,
            )
        hold.release()
        assert (await read_stream(turn.events())).answer.status == "complete"

    async def test_is_not_confirmed_while_it_cannot_be_stored(
        self, stage: TurnStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(turn_service, "CANCEL_WAIT_SECONDS", 0.5)
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        database = AbsentDatabase(stage.transport)
        replica = await stage.start_replica(database)
        hold = Hold()
        stage.fake.script("first ", hold, "never")
        turn = await replica.begin(caller, ask(session_id, "hello"))
        answer_id = turn.assistant_message.id
        await read_until(turn.events(), "first ")
        database.is_away = True
        with pytest.raises(DatabaseUnavailable):
            await replica.cancel(caller, session_id=session_id, message_id=answer_id)
        await hold.wait_abandoned()
        database.is_away = False
        answer = (await read_stream(turn.events())).answer
        assert (answer.status, answer.content) == ("cancelled", "first ")
