"""A provider that refuses tools, for whom it is remembered and for whom not."""

from collections.abc import AsyncIterator

import pytest

from chatServer.models import Message
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agent_tools import find_tool
from chatServer.services.reply_generator import ReplyGenerator
from tests.chatServer.rows import message_row
from tests.fakes.openai_server import FakeOpenAI, Refusal

CALL = {"type": "function_call", "call_id": "c", "name": "not a name", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c", "output": "x"}


async def greet() -> str:
    """Greets."""
    return "Hello"


async def part() -> str:
    """Says goodbye."""
    return "Bye"


@pytest.fixture
async def generator(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    generator = ReplyGenerator(base_url=fake.base_url, model="first")
    yield generator
    await generator.aclose()


async def ask(generator: ReplyGenerator, agent: str, tool: str, *above: Message) -> None:
    reply = generator.start_reply(AgentSpec(name=agent), [find_tool(f"{__name__}:{tool}", {})])
    messages = (*above, message_row("go"))
    assert "".join([piece async for piece in reply.stream_text(messages)]) == "echo: go"


async def test_a_tool_that_a_provider_refuses_is_kept_from_its_agent_alone(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(
        Refusal(400, {"message": "Invalid schema", "param": "tools[0]"}),
        when=lambda prompt: prompt.tools == ["greet"],
    )
    await ask(generator, "greeter", "greet")
    await ask(generator, "parter", "part")
    await ask(generator, "greeter", "greet")
    assert [prompt.tools for prompt in fake.prompts] == [["greet"], [], ["part"], []]


async def test_a_stored_call_that_a_provider_refuses_takes_the_tools_from_no_other_session(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(
        Refusal(400, {"message": "Invalid 'messages[1].tool_calls[0].function.name'"}),
        when=lambda prompt: any(role == "tool" for role, _ in prompt.messages),
    )
    above = [message_row("", role="tool").model_copy(update={"item": i}) for i in (CALL, RESULT)]
    await ask(generator, "greeter", "greet", *above)
    await ask(generator, "greeter", "greet")
    assert [prompt.tools for prompt in fake.prompts] == [["greet"], [], ["greet"]]
