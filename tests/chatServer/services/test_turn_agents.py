"""Turns of declared agents: their models, their tools, their limits, and names that are gone."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatServer.database.transport import Caller
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agents_file import read_agents
from tests.chatServer.turn_stage import Stream, TurnStage, ask, open_stage, read_stream
from tests.fakes.openai_server import Call, Hold, Refusal
from tests.stack.api import SupabaseApi

HERE = __name__
FILE = f"""
[agents.plain]
title = "Plain One"
instructions = "Be plain."
former_names = ["older"]

[agents.poet]
instructions = "Rhyme."
model = "large"
fallback_model = "small"

[agents.handy]
tools = ["{HERE}:explode", "{HERE}:flood"]
limits = {{ tool_result_bytes = 1000 }}

[agents.waiting]
tools = ["{HERE}:hang", "{HERE}:block"]
limits = {{ tool_seconds = 0.1 }}

[agents.hasty]
limits = {{ answer_seconds = 0.1 }}
"""


def explode() -> str:
    """Never works."""
    raise RuntimeError("a secret of the tool")


async def hang() -> str:
    """Never ends."""
    await asyncio.Event().wait()
    return ""


def block() -> str:
    """Never returns."""
    threading.Event().wait()
    return ""


def flood() -> str:
    """Returns five megabytes."""
    return "x" * 5 * 1024 * 1024


@pytest.fixture
def agents(tmp_path: Path) -> tuple[AgentSpec, ...]:
    path = tmp_path / "agents.toml"
    path.write_text(FILE, encoding="utf-8")
    return read_agents(path, has_model=True)


@pytest.fixture
async def stage(
    supabase_api: SupabaseApi, agents: tuple[AgentSpec, ...]
) -> AsyncIterator[TurnStage]:
    async with open_stage(supabase_api) as stage:
        stage.turns = await stage.start_replica(agents=agents)
        yield stage


async def session_of(stage: TurnStage, caller: Caller, agent_name: str) -> str:
    session_id = await stage.new_session(caller)
    await use_agent(stage, session_id, agent_name)
    return session_id


async def use_agent(stage: TurnStage, session_id: str, agent_name: str) -> None:
    await stage.execute(
        "update chat_sessions set agent_name = %s where session_id = %s", agent_name, session_id
    )


async def say(stage: TurnStage, caller: Caller, session_id: str, content: str) -> Stream:
    turn = await stage.turns.begin(caller, ask(session_id, content))
    return await read_stream(turn.events())


async def test_each_agent_answers_with_its_own_instructions_and_models(stage: TurnStage) -> None:
    caller = await stage.sign_up()
    stage.fake.script(Refusal(503), model="large", asked="again")
    session_id = await session_of(stage, caller, "poet")
    first = (await say(stage, caller, session_id, "hello")).answer
    assert (first.model_id, first.provider_id, first.fallback_notice) == (
        "large", "127.0.0.1", None,
    )  # fmt: skip
    assert stage.fake.prompts[-1].body["messages"][0]["content"] == "Rhyme."

    again = (await say(stage, caller, session_id, "again")).answer
    stored = await stage.stored(caller, again)
    assert (stored.model_id, stored.provider_id) == ("small", "127.0.0.1")
    assert (stored.fallback_notice or "").startswith("large did not answer, so small did.")

    plain = (await say(stage, caller, await stage.new_session(caller), "hello")).answer
    assert (plain.model_id, plain.fallback_notice) == ("fake", None)
    assert stage.fake.prompts[-1].body["messages"][0]["content"] == "Be plain."


async def test_the_default_agent_answers_for_one_that_is_gone_and_says_so(
    stage: TurnStage,
) -> None:
    caller = await stage.sign_up()
    session_id = await session_of(stage, caller, "gone")
    for content in ("hello", "and again"):
        answer = (await say(stage, caller, session_id, content)).answer
        assert (answer.status, answer.fallback_notice) == (
            "complete",
            "There is no agent “gone” on this server, so Plain One answered.",
        )
    renamed = await session_of(stage, caller, "older")
    assert (await say(stage, caller, renamed, "hello")).answer.fallback_notice is None


async def test_both_notices_are_kept_when_the_model_fails_too(
    stage: TurnStage, agents: tuple[AgentSpec, ...]
) -> None:
    caller = await stage.sign_up()
    poet = next(agent for agent in agents if agent.name == "poet")
    stage.turns = await stage.start_replica(agents=[poet])
    stage.fake.script(Refusal(503), model="large")
    answer = (await say(stage, caller, await session_of(stage, caller, "gone"), "hello")).answer
    notice = answer.fallback_notice or ""
    assert notice.startswith("There is no agent “gone” on this server, so Poet answered. large did")


@pytest.mark.parametrize(
    ("agent_name", "tool"),
    [("handy", "explode"), ("handy", "flood"), ("waiting", "hang"), ("waiting", "block")],
)
async def test_a_tool_that_misbehaves_is_told_of_and_the_next_turn_works(
    stage: TurnStage, agent_name: str, tool: str
) -> None:
    caller = await stage.sign_up()
    session_id = await session_of(stage, caller, agent_name)
    stage.fake.script(Call(tool), asked="go")
    answer = await stage.stored(caller, (await say(stage, caller, session_id, "go")).answer)
    status = "done" if tool == "flood" else "failed"
    assert [(s.name, s.status) for s in answer.tool_steps or ()] == [(tool, status)]
    assert answer.status == "complete"
    assert "secret" not in answer.content
    sizes = await stage.read(
        "select octet_length(item::text) from chat_message_history"
        " where session_id = %s and role = 'tool'", session_id
    )  # fmt: skip
    assert max(size for (size,) in sizes) < 1500
    assert (await say(stage, caller, session_id, "thanks")).text == "echo: thanks"


async def test_an_answer_that_takes_longer_than_its_agent_may_ends_with_the_reason(
    stage: TurnStage,
) -> None:
    caller = await stage.sign_up()
    session_id = await session_of(stage, caller, "hasty")
    stage.fake.script(Hold(), asked="go")
    answer = (await say(stage, caller, session_id, "go")).answer
    assert (answer.status, answer.content) == ("failed", "")
    assert "took too long" in (answer.failure_reason or "")
    await use_agent(stage, session_id, "plain")
    assert (await say(stage, caller, session_id, "thanks")).text == "echo: thanks"
