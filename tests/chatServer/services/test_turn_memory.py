"""What an agent knows in a turn: the branch in use with all it did, and nothing of anybody else."""

import asyncio
import re
import uuid
from typing import Any

from chatServer.database.transport import Caller
from chatServer.services.agent_spec import DEFAULT_AGENT, AgentLimits
from tests.chatServer.turn_stage import Stream, TurnStage, ask, read_stream
from tests.fakes.openai_server import Call, Hold, Prompt

INSERT_MESSAGES = """
insert into chat_message_history (session_id, role, content)
select %s, case i %% 2 when 1 then 'user' else 'assistant' end, 'Message ' || i
from generate_series(1, %s) as i
"""
SIGN_UP_ALL = """
insert into auth.users (id, aud, role, email, created_at, updated_at)
select u, 'authenticated', 'authenticated', u || '@example.com', now(), now()
from unnest(%s::uuid[]) as u
"""
TELL_SECRETS = """
with owners as (
  select * from unnest(%s::uuid[]) with ordinality as u (user_id, number)
), made as (
  insert into chat_sessions (user_id, session_id)
  select user_id, 'of-' || user_id from owners
  returning session_id
)
insert into chat_message_history (session_id, parent_id, role, content)
select 'of-' || user_id, 0, 'user', 'secret-' || number || '-of ' || place
from owners, unnest(array['elsewhere', 'branch']) with ordinality as p (place, turn)
where (select count(*) from made) > 0
order by number, turn
"""


async def say(stage: TurnStage, caller: Caller, session_id: str, text: str) -> Stream:
    turn = await stage.turns.begin(caller, ask(session_id, text))
    return await read_stream(turn.events())


def told(prompt: Prompt) -> list[dict[str, Any]]:
    """Everything the model was given but its instructions."""
    return [m for m in prompt.body["messages"] if m["role"] != "system"]


def search_for(words: str) -> Call:
    return Call("search_sessions", f'{{"query": "{words}"}}')


class TestItems:
    async def test_of_one_turn_are_known_in_the_next_and_after_a_restart(
        self, stage: TurnStage
    ) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script(search_for("lighthouse"), asked="find it")
        answer = (await say(stage, caller, session_id, "find it")).answer
        assert answer.tool_steps is not None
        assert [s.label for s in answer.tool_steps] == ["Searched sessions: lighthouse"]
        assert answer.usage is not None
        assert answer.usage.requests == 2

        await say(stage, caller, session_id, "and?")
        *_, ran, restarted_from = stage.fake.prompts
        assert [m["role"] for m in told(restarted_from)] == [
            "user", "assistant", "tool", "assistant", "user",
        ]  # fmt: skip
        assert told(restarted_from)[:3] == told(ran)
        await stage.turns.stop()
        stage.turns = await stage.start_replica()
        await say(stage, caller, session_id, "still?")
        assert told(stage.fake.prompts[-1])[:5] == told(restarted_from)
        visible = await stage.messages(caller, session_id)
        assert [m.role for m in visible] == ["user", "assistant"] * 3

    async def test_of_a_turn_that_was_cancelled_are_forgotten(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        hold = Hold()
        stage.fake.script("Looking. ", search_for("x"), asked="find it")
        stage.fake.script("half ", hold, when=lambda prompt: told(prompt)[-1]["role"] == "tool")
        turn = await stage.turns.begin(caller, ask(session_id, "find it"))
        await hold.wait_reached()
        stopped = await stage.turns.cancel(
            caller, session_id=session_id, message_id=turn.assistant_message.id
        )
        assert (stopped.status, stopped.content) == ("cancelled", "Looking. \n\nhalf ")
        await say(stage, caller, session_id, "go on")
        roles = [m["role"] for m in told(stage.fake.prompts[-1])]
        assert roles == ["user", "assistant", "user"]

    async def test_of_a_model_that_calls_for_ever_are_forgotten(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        agent = DEFAULT_AGENT.model_copy(update={"limits": AgentLimits(tool_turns=2)})
        stage.turns = await stage.start_replica(agents=[agent])
        stage.fake.script(search_for("x"), when=lambda p: "else" not in str(told(p)))
        answer = (await say(stage, caller, session_id, "go")).answer
        assert answer.status == "failed"
        assert "used its tools 2 times" in (answer.failure_reason or "")
        assert (await say(stage, caller, session_id, "something else")).answer.status == "complete"
        assert [m["content"] for m in told(stage.fake.prompts[-1])] == ["go", "something else"]

    async def test_of_another_branch_are_unknown(self, stage: TurnStage) -> None:
        caller = await stage.sign_up()
        session_id = await stage.new_session(caller)
        stage.fake.script(search_for("x"), asked="one")
        await say(stage, caller, session_id, "one")
        beside = ask(session_id, "two", parent_id=0)
        turn = await stage.turns.begin(caller, beside)
        await read_stream(turn.events())
        assert told(stage.fake.prompts[-1]) == [{"role": "user", "content": "two"}]


async def test_the_newest_two_hundred_items_are_known(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    await stage.execute(INSERT_MESSAGES, session_id, 300)
    await say(stage, caller, session_id, "the 301st")
    given = told(stage.fake.prompts[-1])
    assert len(given) == 200
    assert [given[0]["content"], given[-1]["content"]] == ["Message 102", "the 301st"]


async def test_an_agent_may_know_less_and_never_a_result_without_its_call(
    stage: TurnStage,
) -> None:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)
    agent = DEFAULT_AGENT.model_copy(update={"limits": AgentLimits(history_items=3)})
    stage.turns = await stage.start_replica(agents=[agent])
    stage.fake.script(search_for("x"), asked="one")
    await say(stage, caller, session_id, "one")
    await say(stage, caller, session_id, "two")
    assert [m["content"] for m in told(stage.fake.prompts[-1])] == ["echo: []", "two"]


class TestOpeningSessions:
    async def test_finds_and_reads_the_callers_own_and_no_others(self, stage: TurnStage) -> None:
        owner, stranger = await stage.sign_up(), await stage.sign_up()
        private = await stage.new_session(owner)
        await say(stage, owner, private, "The lighthouse code is 7261")
        stage.fake.script(search_for("lighthouse"), asked="search")
        stage.fake.script(Call("open_session", f'{{"session_id": "{private}", "before_id": null}}'),
                          asked="open")  # fmt: skip

        for caller, is_known in ((stranger, False), (owner, True)):
            session_id = await stage.new_session(caller)
            found = (await say(stage, caller, session_id, "search")).text
            opened = (await say(stage, caller, session_id, "open")).text
            assert (private in found, "7261" in found) == (is_known, is_known)
            assert ("7261" in opened) == is_known
            assert ("There is no such session." in opened) != is_known


async def test_no_item_of_another_user_session_or_branch_reaches_a_prompt(
    stage: TurnStage,
) -> None:
    """Fifty users write at once, to a model that repeats all it was ever given."""
    stage.fake.compose = lambda prompt: " ".join(str(m["content"]) for m in told(prompt))
    stage.fake.script(search_for("secret"), when=lambda p: told(p)[-1]["role"] == "user")
    users = [uuid.uuid4() for _ in range(50)]
    await stage.execute(SIGN_UP_ALL, users)
    await stage.execute(TELL_SECRETS, users)

    async def converse(number: int) -> str:
        caller, session_id = Caller.service(users[number]), f"of-{users[number]}"
        return (await say(stage, caller, session_id, f"secret-{number + 1}-of you?")).text

    answers = await asyncio.gather(*(converse(number) for number in range(50)))
    for number, answer in enumerate(answers, start=1):
        assert set(re.findall(r"secret-(\d+)-of", answer)) == {str(number)}
        # Said on the branch in use, found by the tool, and asked; but not what another branch says.
        assert f"secret-{number}-of branch" in answer
        assert "elsewhere" not in answer
    for prompt in stage.fake.prompts:
        assert len(set(re.findall(r"secret-(\d+)-of", str(prompt.body)))) == 1
    assert len(stage.fake.prompts) == 100
