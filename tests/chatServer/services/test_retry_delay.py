"""A provider that asks to be left alone: a short wait is kept, a long one is told at once."""

from collections.abc import AsyncIterator

import pytest

from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from chatServer.services.retry_delay import name_wait, read_retry_seconds
from tests.chatServer.rows import message_row
from tests.fakes.openai_server import FakeOpenAI, Refusal


@pytest.fixture
async def generator(fake: FakeOpenAI) -> AsyncIterator[ReplyGenerator]:
    generator = ReplyGenerator(base_url=fake.base_url, model="first")
    yield generator
    await generator.aclose()


async def failure_of(generator: ReplyGenerator) -> str:
    with pytest.raises(ReplyFailed) as failed:
        async for _ in generator.start_reply().stream_text([message_row("hello")]):
            pass
    return failed.value.reason


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (
            Refusal(429, retry_after="100"),
            "The model is over its limit right now; try again in 2 minutes.",
        ),
        (
            Refusal(503, retry_after="30"),
            "The model's provider has a fault right now; try again in 30 seconds.",
        ),
        (Refusal(401, retry_after="30"), "The model's provider refused this server's API key."),
    ],
)
async def test_a_long_wait_is_told_at_once(
    fake: FakeOpenAI, generator: ReplyGenerator, refusal: Refusal, reason: str
) -> None:
    fake.script(refusal)
    assert await failure_of(generator) == reason
    assert len(fake.prompts) == 1


async def test_a_short_wait_is_kept_and_the_model_asked_once_more(
    fake: FakeOpenAI, generator: ReplyGenerator
) -> None:
    fake.script(Refusal(429, retry_after="0.01"))
    reason = "The model is over its limit right now; try again in 1 second."
    assert await failure_of(generator) == reason
    assert len(fake.prompts) == 2


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, None),
        ("30", 30),
        ("1.5", 1.5),
        ("0", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_what_a_provider_says_is_read_in_seconds(said: str | None, seconds: float | None) -> None:
    assert read_retry_seconds({} if said is None else {"retry-after": said}) == seconds


def test_a_date_is_read_as_the_time_until_then() -> None:
    seconds = read_retry_seconds({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"})
    assert seconds is not None
    assert seconds > 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (59.1, "60 seconds"),
        (91, "2 minutes"),
        (3600, "60 minutes"),
        (9000, "3 hours"),
    ],
)
def test_a_wait_is_named_in_words_rounded_up(seconds: float, words: str) -> None:
    assert name_wait(seconds) == words
