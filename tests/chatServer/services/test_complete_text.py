import pytest

from chatServer.services.agent_spec import DEFAULT_AGENT
from chatServer.services.agent_tools import find_tool
from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from tests.chatServer.rows import message_row
from tests.fakes.openai_server import FakeOpenAI, Hold, Refusal


async def greet() -> str:
    """Greets."""
    return "Hello"


async def test_asks_with_its_own_instructions_and_nothing_else(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    text = await generator.complete_text("Name this.", "a boat", max_length=100)
    assert text == "echo: a boat"
    assert [(m["role"], m["content"]) for m in fake.prompts[0].body["messages"]] == [
        ("system", "Name this."),
        ("user", "a boat"),
    ]


async def test_hangs_up_on_a_model_that_never_ends(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    hold = Hold()
    fake.script("12345", "67890", hold)
    assert await generator.complete_text("Count.", "on", max_length=7) == "1234567"
    await hold.wait_abandoned()


async def test_asks_the_fallback_model(fake: FakeOpenAI, generator: ReplyGenerator) -> None:
    fake.script(Refusal(500), model="first")
    assert await generator.complete_text("Name this.", "a boat", max_length=9) == "echo: a b"


async def test_leaves_the_model_its_tools_in_the_answers_after_it(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    await generator.complete_text("Name this.", "a boat", max_length=9)
    await generator.complete_text("Name this.", "a boat", max_length=100)
    reply = generator.start_reply(DEFAULT_AGENT, [find_tool(f"{__name__}:greet", {})])
    assert [text async for text in reply.stream_text([message_row("hello")])]
    assert [prompt.tools for prompt in fake.prompts] == [[], [], ["greet"]]


async def test_fails_when_the_model_stalls(fake: FakeOpenAI, generator: ReplyGenerator) -> None:
    fake.script(Hold())
    with pytest.raises(ReplyFailed, match="not answer in time"):
        await generator.complete_text("Name this.", "a boat", max_length=9, timeout_seconds=0.2)


async def test_fails_without_a_model() -> None:
    with pytest.raises(ReplyFailed, match="No model is connected"):
        await ReplyGenerator().complete_text("Name this.", "a boat", max_length=9)
