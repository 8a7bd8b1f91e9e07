import asyncio

from chatServer.turn_events import TurnQueued, TurnStarted
from tests.chatServer.turn_stage import TurnStage, ask, read_stream
from tests.fakes.openai_server import Hold


class TestOrder:
    async def test_turns_of_a_session_are_answered_one_after_the_other(
        self, stage: TurnStage
    ) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("first ", hold, "answer", asked="one")
        one = await stage.turns.begin(caller, ask(session_id, "one"))
        await hold.wait_reached()
        two = await stage.turns.begin(caller, ask(session_id, "two"))
        waiting = two.events()
        assert isinstance(await anext(waiting), TurnStarted)
        assert await anext(waiting) == TurnQueued(turns_ahead=1)
        assert len(stage.fake.prompts) == 1

        hold.release()
        await read_stream(one.events())
        assert (await read_stream(two.events())).answer.content == "echo: two"
        assert stage.fake.prompts[1].messages == [
            ("user", "one"),
            ("assistant", "first answer"),
            ("user", "two"),
        ]

    async def test_turns_on_two_replicas_keep_it_too(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        other_replica = await stage.start_replica()
        hold = Hold()
        stage.fake.script("first ", hold, "answer", asked="one")
        await stage.turns.begin(caller, ask(session_id, "one"))
        await hold.wait_reached()
        two = await other_replica.begin(caller, ask(session_id, "two"))
        hold.release()
        assert (await read_stream(two.events())).answer.content == "echo: two"
        assert stage.fake.prompts[1].messages[1] == ("assistant", "first answer")

    async def test_two_turns_sent_at_once_see_each_other(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        turns = await asyncio.gather(
            *(stage.turns.begin(caller, ask(session_id, text)) for text in ("one", "two"))
        )
        await asyncio.gather(*(read_stream(turn.events()) for turn in turns))
        stored = [m.content for m in await stage.messages(caller, session_id)]
        assert stored in (
            ["one", "echo: one", "two", "echo: two"],
            ["two", "echo: two", "one", "echo: one"],
        )
        assert [len(prompt.messages) for prompt in stage.fake.prompts] == [1, 3]
