"""The client of an OpenAI-compatible endpoint, set up for long answers and long conversations."""

import asyncio
from contextlib import suppress
from typing import Any, Final, cast

import httpx2
import openai
from openai._types import ResponseT
from openai.resources.chat.completions import AsyncCompletions
from openai.types.chat import ChatCompletionChunk
from pydantic import ValidationError

from chatServer.limits import PROVIDER_CONNECT_SECONDS
from chatServer.services.retry_delay import read_retry_seconds
from chatServer.services.whole_stream import require_whole_stream

OPENAI_BASE_URL: Final = "https://api.openai.com/v1"
PROVIDER_TIMEOUT: Final = openai.Timeout(
    connect=PROVIDER_CONNECT_SECONDS, read=120.0, write=30.0, pool=10.0
)
"""`read` is the longest silence between two pieces; a reasoning model thinks before its first."""
RETRY_PAUSE_SECONDS: Final = 0.5
RETRY_LONGEST_SECONDS: Final = 2.0
"""What is waited for in silence before a model is asked again; the SDK alone waits up to 120."""
PASSING_STATUSES: Final = (408, 409, 429)
PROVIDER_LIMITS: Final = httpx2.Limits(max_connections=None, max_keepalive_connections=100)
"""A turn holds a connection while its answer runs: one that waited for another's would fail."""


def open_client(api_key: str | None, base_url: str | None) -> openai.AsyncOpenAI:
    """Make the client; whoever made it closes it."""
    client = ValidatingOpenAI(
        api_key=api_key or "none",  # the SDK wants one, a local server ignores it
        base_url=base_url or OPENAI_BASE_URL,
        max_retries=0,  # `create` has its own rule
        timeout=PROVIDER_TIMEOUT,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpx2Client(
            timeout=PROVIDER_TIMEOUT,
            limits=PROVIDER_LIMITS,
            event_hooks={"response": [require_whole_stream]},
        ),
    )
    # Where the SDK's own cached property would put it.
    vars(client.chat)["completions"] = UntransformedCompletions(client)
    return client


class ValidatingOpenAI(openai.AsyncOpenAI):
    """Has pydantic read a piece of a stream, which it does twenty times as fast as the SDK.

    The SDK walks through each field in Python because it takes any piece, and so does this one.
    """

    def _process_response_data(
        self, *, data: object, cast_to: type[ResponseT], response: httpx2.Response
    ) -> ResponseT:
        if cast_to is ChatCompletionChunk:
            with suppress(ValidationError):
                return cast("ResponseT", ChatCompletionChunk.model_validate(data))
        return super()._process_response_data(data=data, cast_to=cast_to, response=response)


class UntransformedCompletions(AsyncCompletions):
    """Sends messages as they are.

    The SDK looks up the type of each field of each message, and renames none of them: of a turn
    with fifty messages that was a third of the server's work. What is given as `extra_body` is not
    looked at: https://github.com/openai/openai-python#undocumented-request-params.
    """

    async def create(self, **arguments: Any) -> Any:  # noqa: ANN401 overloads of forty parameters
        """Ask as `AsyncCompletions.create` does, and once more where that may soon succeed."""
        body = {**(arguments.get("extra_body") or {}), "messages": arguments["messages"]}
        given = {**arguments, "messages": (), "extra_body": body}
        try:
            return await super().create(**given)
        except openai.APIError as error:
            pause_seconds = find_pause(error)
            if pause_seconds is None:
                raise
        await asyncio.sleep(pause_seconds)
        return await super().create(**given)


def find_pause(error: openai.APIError) -> float | None:
    """Return how long to wait before a model is asked once more; None when it is not asked again.

    Of one that was silent until the time-out it would be as long a silence again.
    """
    if isinstance(error, openai.APIConnectionError):
        return None if isinstance(error, openai.APITimeoutError) else RETRY_PAUSE_SECONDS
    if not isinstance(error, openai.APIStatusError):
        return None
    headers = error.response.headers
    is_passing = error.status_code in PASSING_STATUSES or error.status_code >= 500
    # OpenAI says so of a quota that is used up.
    if not is_passing or headers.get("x-should-retry") == "false":
        return None
    seconds = read_retry_seconds(headers)
    if seconds is None:
        return RETRY_PAUSE_SECONDS
    return seconds if seconds <= RETRY_LONGEST_SECONDS else None
