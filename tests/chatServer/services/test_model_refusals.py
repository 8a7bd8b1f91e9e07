"""A model that will not answer says so, and that is its answer."""

from collections.abc import AsyncIterator

import pytest

from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agent_tools import find_tool
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyGenerator
from tests.chatServer.rows import message_row
from tests.fakes.openai_server import Call, FakeOpenAI, Raw
from tests.fakes.openai_wire import chunk

REFUSAL = (Raw(chunk({"refusal": "I will not "})), Raw(chunk({"refusal": "say it."})))
TOOL = f"{__name__}:look_up"


def look_up() -> str:
    """Answers at once."""
    return "found"


@pytest.fixture
async def generator(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    generator = ReplyGenerator(base_url=fake.base_url, model="first", fallback_model="second")
    yield generator
    await generator.aclose()


async def read(reply: Reply) -> str:
    """All that a model says."""
    return "".join([piece async for piece in reply.stream_text([message_row("say it")])])


async def test_a_refusal_is_the_answer(fake: FakeOpenAI, generator: ReplyGenerator) -> None:
    fake.script(*REFUSAL)
    assert await read(generator.start_reply()) == "I will not say it."
    assert [prompt.body["model"] for prompt in fake.prompts] == ["first"]


async def test_a_refusal_after_a_tool_is_remembered(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(Call("look_up"), asked="say it")
    fake.script(*REFUSAL)
    agent = AgentSpec(name="assistant", tools=(TOOL,))
    reply = generator.start_reply(agent, [find_tool(TOOL, {})])
    assert await read(reply) == "I will not say it."
    assert reply.memory()["item"] == {"role": "assistant", "content": "I will not say it."}


async def test_an_answer_that_the_providers_filter_withheld_says_so(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(Raw(chunk({}, finish_reason="content_filter")))
    assert "content filter" in await read(generator.start_reply())
