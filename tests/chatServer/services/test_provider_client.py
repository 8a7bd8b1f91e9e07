"""The client of the provider."""

import asyncio

import httpx2
import openai
import pytest

from chatServer.services import provider_client
from chatServer.services.provider_client import (
    RETRY_PAUSE_SECONDS,
    UntransformedCompletions,
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
