"""The client of the provider."""

import asyncio
from typing import Any

import httpx2
import openai
import pytest
from openai._models import construct_type
from openai.types.chat import ChatCompletionChunk

from chatServer.services import provider_client
from chatServer.services.provider_client import (
    RETRY_PAUSE_SECONDS,
    UntransformedCompletions,
    ValidatingOpenAI,
    find_pause,
    open_client,
)
from tests.fakes.loopback_server import LoopbackServer

REQUEST = httpx2.Request("POST", "http://127.0.0.1:9/v1/chat/completions")


class SilentServer(LoopbackServer):
    """Takes every request and answers none."""

    def __init__(self) -> None:
        self.askers: list[object] = []

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Reads until its client gives up."""
        self.askers.append(writer.get_extra_info("peername"))
        await reader.read()


def refused(status: int, **headers: str) -> openai.APIStatusError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = httpx2.Response(status, headers=named, request=REQUEST)
    return openai.APIStatusError("refused", response=response, body=None)


async def test_asks_without_looking_up_the_type_of_every_field() -> None:
    async with open_client("key", None) as client:
        assert isinstance(client.chat.completions, UntransformedCompletions)


def chunk_of(**changes: object) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
    named = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "x"}
    return {**named, "choices": [choice], **changes}


CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    "piece",
    [
        chunk_of(),
        chunk_of(choices=[], usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
        chunk_of(choices=[{"index": 0, "delta": {"tool_calls": [CALL]}, "finish_reason": None}]),
        chunk_of(choices=[{"index": 0, "delta": {"reasoning_content": "hm"}, "logprobs": None}]),
        chunk_of(choices=[{"index": 0, "delta": {}, "finish_reason": "of its own"}], created=None),
        chunk_of(choices="none", usage={"total_tokens": "many"}),
        {"error": "none of the fields that belong here"},
    ],
)
async def test_takes_every_piece_of_a_stream_that_the_sdk_takes(piece: dict[str, Any]) -> None:
    response = httpx2.Response(200, request=REQUEST)
    async with open_client("key", None) as client:
        read = client._process_response_data(
            data=piece, cast_to=ChatCompletionChunk, response=response
        )
    assert isinstance(read, ChatCompletionChunk)
    assert read == construct_type(type_=ChatCompletionChunk, value=piece)


async def test_has_pydantic_read_what_is_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = AssertionError("the SDK read it field by field")

    def refuse(*_: object, **__: object) -> None:
        raise slow

    monkeypatch.setattr(openai.AsyncOpenAI, "_process_response_data", refuse)
    response = httpx2.Response(200, request=REQUEST)
    async with open_client("key", None) as client:
        assert isinstance(client, ValidatingOpenAI)
        client._process_response_data(
            data=chunk_of(), cast_to=ChatCompletionChunk, response=response
        )


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (refused(429), RETRY_PAUSE_SECONDS),
        (refused(503, retry_after="1.5"), 1.5),
        (refused(429, retry_after="2.1"), None),
        (refused(429, x_should_retry="false"), None),
        (refused(408), RETRY_PAUSE_SECONDS),
        (refused(400), None),
        (refused(401, retry_after="1"), None),
        (openai.APIConnectionError(request=REQUEST), RETRY_PAUSE_SECONDS),
        (openai.APITimeoutError(request=REQUEST), None),
        (openai.APIResponseValidationError(httpx2.Response(200, request=REQUEST), None), None),
    ],
)
def test_asks_again_only_what_may_soon_be_answered(
    error: openai.APIError, seconds: float | None
) -> None:
    assert find_pause(error) == seconds


async def test_does_not_ask_again_who_was_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient = openai.Timeout(connect=60.0, read=0.05, write=60.0, pool=60.0)
    monkeypatch.setattr(provider_client, "PROVIDER_TIMEOUT", impatient)
    async with SilentServer() as server, open_client("key", f"{server.origin}/v1") as client:
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model="x", messages=[])
        assert len(server.askers) <= 1
