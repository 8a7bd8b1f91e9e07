"""Sessions that are longer than a model can read, and the words providers refuse them with."""

import pytest

from chatServer.agent_models import ToolStep
from chatServer.models import Message
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agent_tools import AgentContext, find_tool
from chatServer.services.instructions import GO_ON
from chatServer.services.model_input import Item, keep_newest_half
from chatServer.services.provider_failures import TOO_LONG
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from tests.chatServer.rows import USER_ID, message_row
from tests.fakes.openai_server import Call, FakeOpenAI, Refusal

VLLM = "This model's maximum context length is 4096 tokens. You requested 9000 tokens."
REFUSALS = [
    Refusal(400, {"message": "no", "code": "context_length_exceeded"}),
    Refusal(400, {"message": VLLM, "type": "BadRequestError"}),
    Refusal(400, {"message": f"{VLLM} (8000 of text input, 1000 of tool input)."}),
    Refusal(400, {"message": "the request exceeds the available context size"}),
    Refusal(400, {"message": "prompt is too long: 210000 tokens > 200000 maximum"}),
    Refusal(400, {"message": "The input token count (9) exceeds the maximum (8)"}),
    Refusal(413, {"message": "Request too large for model `small` on tokens per minute"}),
]
TALK = [message_row(str(n), role="assistant" if n % 2 else "user") for n in range(15)]


async def measure(text: str) -> str:
    """Measures a text."""
    return f"{len(text)} letters"


def start(generator: ReplyGenerator, session_id: str = "s") -> Reply:
    """One answer of an agent with a tool."""
    context = AgentContext(user_id=USER_ID, session_id=session_id)
    tools = [find_tool(f"{__name__}:measure", {})]
    return generator.start_reply(AgentSpec(name="a"), tools, context=context)


async def read(reply: Reply, *messages: Message) -> str:
    return "".join([piece async for piece in reply.stream_text(messages)])


@pytest.mark.parametrize("refusal", REFUSALS)
async def test_one_too_long_for_its_model_is_told_to_it_from_its_newer_half_on(
    fake: FakeOpenAI, generator: ReplyGenerator, refusal: Refusal
) -> None:
    fake.script(refusal, when=lambda prompt: len(prompt.messages) > 4)
    reply = start(generator)
    assert await read(reply, *TALK) == "echo: 14"
    assert [len(prompt.messages) for prompt in fake.prompts] == [15, 7, 3]
    assert {(prompt.body["model"], *prompt.tools) for prompt in fake.prompts} == {
        ("first", "measure")
    }
    assert reply.fallback_notice == (
        "This session is too long for first, which was given its newest part."
    )


async def test_what_was_too_long_once_is_not_sent_again_in_that_session(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(REFUSALS[0], when=lambda prompt: len(prompt.messages) > 4)
    await read(start(generator), *TALK)
    fake.prompts.clear()
    for count in (15, 2):
        reply = start(generator)
        asked = [*TALK[-count:], message_row("14", role="assistant"), message_row("15")]
        assert await read(reply, *asked) == "echo: 15"
        assert (reply.fallback_notice is None) == (count == 2)
    assert [len(prompt.messages) for prompt in fake.prompts] == [4, 4]
    fake.prompts.clear()
    await read(start(generator, "another"), *TALK)
    assert [len(prompt.messages) for prompt in fake.prompts] == [15, 7, 3]


async def test_a_tool_is_used_once_where_its_result_makes_it_too_long(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(REFUSALS[1], when=lambda prompt: len(prompt.messages) > 15)
    fake.script(Call("measure", '{"text": "abc"}'), asked="14")
    reply = start(generator)
    steps: list[ToolStep] = []
    reply.watch_tools(lambda _place, step, _call: steps.append(step))
    assert await read(reply, *TALK) == "echo: 3 letters"
    assert [step.status for step in steps] == ["running", "done"]
    assert [len(prompt.messages) for prompt in fake.prompts] == [15, 17, 9]
    # It says nothing of the session, which is told as a whole to the next question.
    fake.prompts.clear()
    await read(start(generator), *TALK[:-1], message_row("more"))
    assert [len(prompt.messages) for prompt in fake.prompts] == [15]


async def test_one_message_too_long_for_its_model_goes_to_the_fallback_and_then_fails_in_words(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    refusal = REFUSALS[1]
    fake.script(refusal, model="first")
    reply = start(generator)
    assert await read(reply, *TALK[:3]) == "echo: 2"
    assert reply.fallback_notice == f"first did not answer, so second did. {TOO_LONG}"
    fake.script(refusal, model="second")
    with pytest.raises(ReplyFailed, match=TOO_LONG):
        await read(start(generator), *TALK[:3])


def test_half_of_what_is_told_keeps_calls_with_results_and_what_is_asked() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "c", "output": "x"}
    last: Item = {"role": "user", "content": "?"}
    assert keep_newest_half([last, call, result, last]) == [last]
    assert keep_newest_half([last, last, call, result, last, last]) == [last, last]
    assert keep_newest_half([last]) is None
    assert keep_newest_half([]) is None
    broken_off: list[Item] = [
        {"role": "assistant", "content": "half"},
        {"role": "user", "content": GO_ON},
    ]
    assert keep_newest_half([last, *broken_off]) == broken_off
    assert keep_newest_half(broken_off) is None
