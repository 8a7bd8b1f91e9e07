import asyncio

import pytest

from chatServer.database.parameters import EditedTurn, NewAnswer
from chatServer.errors import AnswerStreaming, MessageNotEditable
from chatServer.models import Message
from chatServer.services.instructions import GO_ON
from tests.chatServer.turn_stage import TurnStage, ask, eventually, read_stream, read_until
from tests.fakes.openai_server import CutOff, Hold


def edit_of(message: Message, content: str, request_id: str = "edit") -> EditedTurn:
    return EditedTurn(message.session_id, message.id, content, request_id)


def answer_beside(answer: Message, *, keeps_text: bool = False) -> NewAnswer:
    return NewAnswer(answer.session_id, answer.id, "another answer", keeps_text)


class TestEdit:
    async def test_is_answered_without_what_it_replaces(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        for content in ("one", "two", "three"):
            turn = await stage.turns.begin(caller, ask(session_id, content))
            await read_stream(turn.events())
        second = (await stage.messages(caller, session_id))[2]
        edit = await stage.turns.edit(caller, edit_of(second, "2"))
        assert (await read_stream(edit.events())).answer.content == "echo: 2"
        expected = [("user", "one"), ("assistant", "echo: one"), ("user", "2")]
        assert stage.fake.prompts[-1].messages == expected
        shown = await stage.messages(caller, session_id)
        assert [m.content for m in shown] == ["one", "echo: one", "2", "echo: 2"]

    async def test_of_two_devices_is_two_siblings_that_both_are_answered(
        self, stage: TurnStage
    ) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        other_device = await stage.start_replica()
        first = await stage.turns.begin(caller, ask(session_id, "hello"))
        await read_stream(first.events())
        question = first.user_message
        assert question is not None
        edits = await asyncio.gather(
            stage.turns.edit(caller, edit_of(question, "phone", "a")),
            other_device.edit(caller, edit_of(question, "laptop", "b")),
        )
        answers = [(await read_stream(edit.events())).answer for edit in edits]
        assert [answer.content for answer in answers] == ["echo: phone", "echo: laptop"]
        found = await stage.stored(caller, question)
        assert found.branch.count == 3

    async def test_of_an_answer_is_refused(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        turn = await stage.turns.begin(caller, ask(await stage.new_session(caller), "hello"))
        answer = (await read_stream(turn.events())).answer
        with pytest.raises(MessageNotEditable):
            await stage.turns.edit(caller, edit_of(answer, "mine"))


class TestRegenerate:
    async def test_asks_again_with_what_stands_above_the_answer(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        first = (await read_stream(turn.events())).answer
        await read_stream((await stage.turns.begin(caller, ask(session_id, "more"))).events())
        again = await stage.turns.regenerate(caller, answer_beside(first))
        second = (await read_stream(again.events())).answer
        assert stage.fake.prompts[-1].messages == [("user", "hello")]
        assert (second.status, second.content) == ("complete", "echo: hello")
        assert second.branch.sibling_ids == [first.id, second.id]
        assert again.user_message == turn.user_message

    async def test_of_an_answer_that_streams_is_refused_until_it_has_ended(
        self, stage: TurnStage
    ) -> None:
        caller = await stage.sign_up()
        hold = Hold()
        stage.fake.script("first ", hold, "last")
        turn = await stage.turns.begin(caller, ask(await stage.new_session(caller), "hello"))
        await hold.wait_reached()
        with pytest.raises(AnswerStreaming):
            await stage.turns.regenerate(caller, answer_beside(turn.assistant_message))
        hold.release()
        await read_stream(turn.events())
        again = await stage.turns.regenerate(caller, answer_beside(turn.assistant_message))
        assert (await read_stream(again.events())).answer.content == "first last"

    async def test_goes_on_with_the_text_that_had_arrived(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        stage.fake.script("half of ", CutOff(), asked="hello")
        turn = await stage.turns.begin(caller, ask(await stage.new_session(caller), "hello"))
        broken = (await read_stream(turn.events())).answer
        assert (broken.status, broken.content) == ("failed", "half of ")
        hold = Hold()
        stage.fake.script(hold, "the answer", asked=GO_ON)
        more = await stage.turns.regenerate(caller, answer_beside(broken, keeps_text=True))
        await hold.wait_reached()
        joined = await stage.turns.rejoin(
            caller, session_id=broken.session_id, message_id=more.assistant_message.id
        )
        assert await read_until(joined.events(), "half of ") == "half of "
        hold.release()
        stream = await read_stream(more.events())
        assert stream.text == stream.answer.content == "half of the answer"
        assert (await stage.stored(caller, broken)).content == "half of "
        assert stage.fake.prompts[-1].messages == [
            ("user", "hello"),
            ("assistant", "half of "),
            ("user", GO_ON),
        ]

    async def test_is_followed_to_the_same_text_on_another_replica(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        text = ["Grüße ", "aus 🏔️ ", "dem ", "Norden\n", "\n```\n", "x < 1\n```"]
        hold = Hold()
        stage.fake.script(*text[:3], hold, *text[3:])
        turn = await stage.turns.begin(caller, ask(session_id, "hello"))
        other_replica = await stage.start_replica()
        followed = await other_replica.rejoin(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        reading = asyncio.create_task(read_stream(followed.events()))

        async def is_checkpointed() -> bool:
            stored = await stage.stored(caller, turn.assistant_message)
            return stored.content == "".join(text[:3])

        await eventually(is_checkpointed, what="the text so far is stored")
        hold.release()
        here, there = await read_stream(turn.events()), await reading
        assert here.text.encode() == there.text.encode() == "".join(text).encode()
        assert here.answer == there.answer
