import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from chatServer.models import Message
from chatServer.services.provider_failures import NO_CREDIT
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from tests.chatServer.rows import message_row
from tests.fakes.openai_server import Call, CutOff, FakeOpenAI, Hold, Raw, Refusal, Step
from tests.fakes.openai_wire import event

API_KEY = "sk-very-secret"


@pytest.fixture
async def generator(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    generator = ReplyGenerator(api_key=API_KEY, base_url=fake.base_url, model="first")
    yield generator
    await generator.aclose()


@pytest.fixture
async def generator_with_fallback(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    generator = ReplyGenerator(base_url=fake.base_url, model="first", fallback_model="second")
    yield generator
    await generator.aclose()


async def read(reply: Reply, *messages: Message) -> list[str]:
    return [text async for text in reply.stream_text(messages or (message_row("hello"),))]


async def read_failing(reply: Reply) -> tuple[str, str]:
    """Returns the text that came and the reason it ended with."""
    text = ""
    try:
        async for piece in reply.stream_text([message_row("hello")]):
            text += piece
    except ReplyFailed as failure:
        return text, failure.reason
    raise AssertionError(f"the reply did not fail: {text}")


class TestDemoModel:
    async def test_says_what_it_is_and_how_to_connect_a_real_one(self) -> None:
        reply = ReplyGenerator(demo_pace_seconds=0).start_reply()
        text = "".join(await read(reply, message_row("What is *this*?")))
        assert "demo model" in text
        assert "> What is *this*?" in text
        assert "OPENAI_API_KEY" in text
        assert (reply.model_id, reply.provider_id) == ("demo", "demo")

    async def test_counts_the_messages_it_was_given(self) -> None:
        reply = ReplyGenerator(demo_pace_seconds=0).start_reply()
        history = (
            message_row("My name is Ada."),
            message_row("Hello Ada.", role="assistant"),
            message_row("And?"),
        )
        text = "".join(await read(reply, *history))
        assert "**3 messages**" in text
        assert "My name is Ada." in text

    async def test_streams_word_by_word_and_the_same_every_time(self) -> None:
        generator = ReplyGenerator(demo_pace_seconds=0)
        first = await read(generator.start_reply(), message_row("count to 50"))
        second = await read(generator.start_reply(), message_row("count to 50"))
        assert first == second
        assert "49 " in first
        assert all(len(piece.split()) <= 1 for piece in first)

    async def test_leaves_nothing_running_when_its_reader_leaves(self) -> None:
        reply = ReplyGenerator(demo_pace_seconds=0).start_reply()
        before = asyncio.all_tasks()
        pieces = reply.stream_text([message_row("count to 1000")])
        await anext(pieces)
        await pieces.aclose()
        left = asyncio.all_tasks() - before
        if left:
            await asyncio.wait_for(asyncio.wait(left), timeout=180)


class TestProvider:
    async def test_streams_what_the_provider_sends(
        self, fake: FakeOpenAI, generator: ReplyGenerator
    ) -> None:
        reply = generator.start_reply()
        assert "".join(await read(reply, message_row("one two"))) == "echo: one two"
        assert (reply.model_id, reply.provider_id) == ("first", "127.0.0.1")
        assert reply.fallback_notice is None
        assert fake.prompts[0].authorization == f"Bearer {API_KEY}"

    async def test_is_given_the_messages_in_order_without_empty_ones(
        self, fake: FakeOpenAI, generator: ReplyGenerator
    ) -> None:
        history = (
            message_row("a"),
            message_row("", role="assistant"),
            message_row("b", role="assistant"),
            message_row("c"),
        )
        await read(generator.start_reply(), *history)
        assert fake.prompts[0].messages == [("user", "a"), ("assistant", "b"), ("user", "c")]

    async def test_yields_text_before_the_answer_is_whole(
        self, fake: FakeOpenAI, generator: ReplyGenerator
    ) -> None:
        hold = Hold()
        fake.script("first ", hold, "last")
        pieces = generator.start_reply().stream_text([message_row("hello")])
        assert await anext(pieces) == "first "
        hold.release()
        assert [text async for text in pieces] == ["last"]

    async def test_hangs_up_when_its_reader_leaves(
        self, fake: FakeOpenAI, generator: ReplyGenerator
    ) -> None:
        hold = Hold()
        fake.script("first ", hold)
        pieces = generator.start_reply().stream_text([message_row("hello")])
        await anext(pieces)
        await hold.wait_reached()
        await pieces.aclose()
        await hold.wait_abandoned()

    async def test_makes_text_storable(self, fake: FakeOpenAI, generator: ReplyGenerator) -> None:
        fake.script("a\x00b", "\ud800", "c")
        assert "".join(await read(generator.start_reply())) == "ab?c"


class TestFailures:
    @pytest.mark.parametrize(
        ("steps", "text", "reason"),
        [
            ((Refusal(401),), "", "The model's provider refused this server's API key."),
            ((Refusal(403),), "", "The model's provider refused this server's API key."),
            ((Refusal(404),), "", "The provider does not know this model."),
            ((Refusal(422),), "", "The model's provider refused this request."),
            (
                (Refusal(429),),
                "",
                "The model is over its limit right now; try again in a while.",
            ),
            (
                (Refusal(500),),
                "",
                "The model's provider has a fault right now; try again later.",
            ),
            (
                (Refusal(429, {"message": "no", "code": "insufficient_quota"}, "60"),),
                "",
                "This server's account with the model's provider has no credit left.",
            ),
            ((Refusal(402),), "", NO_CREDIT),
            (
                ("half ", Raw(event({"error": {"message": "Overloaded", "code": 529}}))),
                "half ",
                "The model's provider has a fault right now; try again later.",
            ),
            (
                (Refusal(400, {"message": "no", "code": "context_length_exceeded"}),),
                "",
                "The message is more than the model can read at once.",
            ),
            (
                ("half ", CutOff()),
                "half ",
                "The model could not be reached, or the connection broke off.",
            ),
            (
                ("half ", CutOff(is_orderly=True)),
                "half ",
                "The model could not be reached, or the connection broke off.",
            ),
            ((Raw(b"data: {oops\n\n"),), "", "The model's answer could not be understood."),
            ((Raw(b'data: {"x": 1}\n\n'),), "", "The model gave an empty answer."),
            ((Raw(b"data: 7\n\n"),), "", "The model's answer could not be understood."),
            ((), "", "The model gave an empty answer."),
            ((Call("f"),), "", "The model asked for a tool, and this agent has none."),
        ],
    )
    async def test_become_one_plain_sentence(
        self,
        fake: FakeOpenAI,
        generator: ReplyGenerator,
        steps: tuple[Step, ...],
        text: str,
        reason: str,
    ) -> None:
        fake.script(*steps)
        assert await read_failing(generator.start_reply()) == (text, reason)

    async def test_tell_when_nobody_listens(self) -> None:
        async with FakeOpenAI() as fake:
            base_url = fake.base_url
        generator = ReplyGenerator(base_url=base_url, model="first")
        _, reason = await read_failing(generator.start_reply())
        assert reason == "The model could not be reached, or the connection broke off."
        await generator.aclose()

    async def test_write_neither_key_nor_prompt_into_the_log(
        self,
        fake: FakeOpenAI,
        generator: ReplyGenerator,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        fake.script(Refusal(401, {"message": f"Incorrect API key {API_KEY} for hello-prompt"}))
        with caplog.at_level(logging.INFO), pytest.raises(ReplyFailed):
            await read(generator.start_reply(), message_row("hello-prompt"))
        assert "model first failed" in caplog.text
        assert API_KEY not in caplog.text
        assert "hello-prompt" not in caplog.text


class TestFallback:
    async def test_answers_when_the_first_model_fails(
        self, fake: FakeOpenAI, generator_with_fallback: ReplyGenerator
    ) -> None:
        fake.script(Refusal(500), model="first")
        reply = generator_with_fallback.start_reply()
        assert "".join(await read(reply)) == "echo: hello"
        assert reply.model_id == "second"
        assert reply.fallback_notice == (
            "first did not answer, so second did. The model's provider has a fault right now."
        )

    async def test_is_not_used_once_there_is_text(
        self, fake: FakeOpenAI, generator_with_fallback: ReplyGenerator
    ) -> None:
        fake.script("half ", CutOff(), model="first")
        text, reason = await read_failing(generator_with_fallback.start_reply())
        assert (text, reason) == (
            "half ",
            "The model could not be reached, or the connection broke off.",
        )
        assert {prompt.body["model"] for prompt in fake.prompts} == {"first"}

    async def test_is_used_once(
        self, fake: FakeOpenAI, generator_with_fallback: ReplyGenerator
    ) -> None:
        fake.script(Refusal(401), model="first")
        fake.script(Refusal(404), model="second")
        _, reason = await read_failing(generator_with_fallback.start_reply())
        assert reason == "The provider does not know this model."
        assert [prompt.body["model"] for prompt in fake.prompts] == ["first", "second"]
