"""Tools that behave and tools that do not, called by a scripted model."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chatServer.agent_models import ToolStep
from chatServer.models import Message
from chatServer.services.agent_spec import AgentLimits, AgentSpec
from chatServer.services.agent_tools import (
    FAILED,
    TOO_OFTEN,
    TOO_SLOW,
    AgentContext,
    find_tool,
)
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from tests.chatServer.rows import USER_ID, message_row
from tests.fakes.openai_server import Call, FakeOpenAI, Prompt, Refusal

CONTEXT = AgentContext(user_id=USER_ID, session_id="s")
HERE = __name__
released = asyncio.Event()


async def greet(name: str) -> str:
    """Greets somebody."""
    return f"Hello {name}"


def block() -> str:
    """Never returns, in a thread that nobody can cancel."""
    threading.Event().wait()
    return ""


def explode() -> str:
    """Never works."""
    raise RuntimeError("a secret of the tool")


async def hang() -> str:
    """Holds on, whoever cancels it."""
    while not released.is_set():
        try:
            await released.wait()
        except asyncio.CancelledError:
            continue
    return "at last"


def flood() -> str:
    """Returns five megabytes."""
    return "é" * (5 * 1024 * 1024 // 2)


def odd() -> dict[str, object]:
    """Returns what no database stores."""
    return {"nul": "a\x00b", "half": "\ud800"}


Start = Callable[..., Reply]


@pytest.fixture
async def start(fake: FakeOpenAI) -> AsyncIterator[Start]:
    generator = ReplyGenerator(base_url=fake.base_url, model="first", fallback_model="second")

    def start_reply(*names: str, **limits: float) -> Reply:
        agent = AgentSpec(name="a", limits=AgentLimits.model_validate(limits))
        tools = [find_tool(f"{HERE}:{name}", {}) for name in names]
        return generator.start_reply(agent, tools, context=CONTEXT)

    released.clear()
    yield start_reply
    released.set()
    await generator.aclose()


async def read(reply: Reply, *messages: Message) -> str:
    pieces = reply.stream_text(messages or (message_row("go"),))
    return "".join([piece async for piece in pieces])


def watch(reply: Reply) -> dict[int, ToolStep]:
    steps: dict[int, ToolStep] = {}
    reply.watch_tools(lambda place, step, _: steps.update({place: step}))
    return steps


def results(prompt: Prompt) -> list[str]:
    return [m["content"] for m in prompt.body["messages"] if m["role"] == "tool"]


def memory(reply: Reply) -> Any:  # noqa: ANN401 JSON
    return reply.memory()


async def test_an_agent_uses_a_tool_and_remembers_it(fake: FakeOpenAI, start: Start) -> None:
    fake.script("One moment.", Call("greet", '{"name": "Ada"}'), asked="go")
    reply = start("greet")
    steps = watch(reply)
    assert await read(reply) == "One moment.\n\necho: Hello Ada"
    assert [prompt.tools for prompt in fake.prompts] == [["greet"], ["greet"]]
    kept = memory(reply)
    assert [entry["item"] for entry in kept["items"]] == [
        {"role": "assistant", "content": "One moment."},
        {
            "type": "function_call",
            "call_id": "call-1",
            "name": "greet",
            "arguments": '{"name": "Ada"}',
        },
        {"type": "function_call_output", "call_id": "call-1", "output": "Hello Ada"},
    ]
    assert kept["item"] == {"role": "assistant", "content": "echo: Hello Ada"}
    assert steps == {0: ToolStep(name="greet", label="Used greet", status="done")}
    assert kept["usage"]["requests"] == 2
    assert kept["usage"]["input_tokens"] == sum(len(p.body["messages"]) for p in fake.prompts)


async def test_an_answer_without_tools_is_remembered_as_its_text(start: Start) -> None:
    reply = start("greet")
    assert await read(reply) == "echo: go"
    assert memory(reply).keys() == {"usage"}


async def test_the_text_that_is_gone_on_with_is_remembered_too(
    fake: FakeOpenAI, start: Start
) -> None:
    fake.script(Call("greet", '{"name": "Ada"}'), when=lambda prompt: not results(prompt))
    reply = start("greet")
    await read(reply, message_row("go"), message_row("Half of ", role="assistant"))
    assert memory(reply)["items"][0]["item"] == {"role": "assistant", "content": "Half of "}


class TestBadTools:
    @pytest.mark.parametrize(
        ("tool", "told", "limits"),
        [
            ("explode", FAILED, {}),
            ("hang", TOO_SLOW, {"tool_seconds": 0.1}),
            ("block", TOO_SLOW, {"tool_seconds": 0.1}),
            ("missing", "not found", {}),
        ],
    )
    async def test_are_told_to_the_model_which_goes_on(
        self, fake: FakeOpenAI, start: Start, tool: str, told: str, limits: dict[str, float]
    ) -> None:
        fake.script(Call(tool), asked="go")
        reply = start("explode", "hang", "block", **limits)
        steps = watch(reply)
        assert "echo: " in await read(reply)
        assert {step.status for step in steps.values()} <= {"failed"}
        [result] = results(fake.prompts[1])
        assert told in result
        assert "secret" not in result

    async def test_that_return_too_much_are_cut(self, fake: FakeOpenAI, start: Start) -> None:
        fake.script(Call("flood"), asked="go")
        fake.script("ok")
        reply = start("flood", tool_result_bytes=2001)
        await read(reply)
        [result] = results(fake.prompts[1])
        assert result == "é" * 1000 + "\n[Cut here: the result had 5242880 bytes.]"

    async def test_that_return_what_cannot_be_stored_are_cleaned(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        fake.script(Call("odd"), asked="go")
        fake.script("ok")
        reply = start("odd")
        await read(reply)
        stored = json.dumps(memory(reply), ensure_ascii=False)
        assert "\\u0000" in results(fake.prompts[1])[0] or "\x00" not in stored
        stored.encode()

    async def test_with_arguments_that_fit_nothing_fail(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        fake.script(Call("greet", '{"oops'), asked="go")
        reply = start("greet")
        steps = watch(reply)
        await read(reply)
        assert steps[0].status == "failed"


class TestModelThatCallsForEver:
    async def test_is_stopped_and_said_so(self, fake: FakeOpenAI, start: Start) -> None:
        fake.script("thinking ", Call("greet", '{"name": "Ada"}'))
        reply = start("greet", tool_turns=3)
        steps = watch(reply)
        with pytest.raises(ReplyFailed, match="used its tools 3 times"):
            await read(reply)
        assert (len(fake.prompts), len(steps)) == (4, 3)

    async def test_many_at_once_is_told_to_stop(self, fake: FakeOpenAI, start: Start) -> None:
        calls = [Call("greet", '{"name": "Ada"}', f"call-{n}") for n in range(70)]
        fake.script(*calls, asked="go")
        fake.script("ok")
        await read(start("greet"))
        assert results(fake.prompts[1]).count(TOO_OFTEN) == 6

    async def test_with_too_many_words_is_remembered_without_them(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        fake.script(Call("greet", json.dumps({"name": "a" * 100_000})), asked="go")
        fake.script("ok")
        reply = start("greet")
        await read(reply)
        assert "left_out" in memory(reply)["items"][0]["item"]["arguments"]


class TestOtherModels:
    async def test_the_fallback_goes_on_from_the_results(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        fake.script(Call("greet", '{"name": "Ada"}'), asked="go")
        fake.script(Refusal(500), model="first")
        reply = start("greet")
        assert await read(reply) == "echo: Hello Ada"
        assert reply.model_id == "second"
        assert len(memory(reply)["items"]) == 2

    async def test_one_that_takes_no_tools_is_asked_without(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        refusal = Refusal(400, {"message": "first does not support tools"})
        fake.script(refusal, when=lambda prompt: bool(prompt.tools))
        reply = start("greet")
        assert await read(reply) == "echo: go"
        assert (reply.model_id, reply.fallback_notice) == ("first", None)
        assert await read(start("greet")) == "echo: go"
        assert [bool(prompt.tools) for prompt in fake.prompts] == [True, False, False]

    async def test_one_that_takes_no_stream_options_is_asked_without(
        self, fake: FakeOpenAI, start: Start
    ) -> None:
        refusal = Refusal(422, {"message": "extra_forbidden: stream_options"})
        fake.script(refusal, when=lambda prompt: "stream_options" in prompt.body)
        reply = start("greet")
        assert await read(reply) == "echo: go"
        assert memory(reply) == {}
