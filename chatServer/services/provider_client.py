"""The client of an OpenAI-compatible endpoint, set up for long answers and long conversations."""

from typing import Any, Final

import httpx2
import openai
from openai.resources.chat.completions import AsyncCompletions

from chatServer.services.retry_delay import read_retry_seconds
from chatServer.services.whole_stream import require_whole_stream

OPENAI_BASE_URL: Final = "https://api.openai.com/v1"
PROVIDER_TIMEOUT: Final = openai.Timeout(connect=5.0, read=120.0, write=30.0, pool=10.0)
"""`read` is the longest silence between two pieces; a reasoning model thinks before its first."""
PROVIDER_RETRIES: Final = 1
LONGEST_WAIT_SECONDS: Final = 2.0
"""What is waited for in silence before a model is asked again; the SDK's own limit is 120."""
PROVIDER_LIMITS: Final = httpx2.Limits(max_connections=None, max_keepalive_connections=100)
"""A turn holds a connection while its answer runs: one that waited for another's would fail."""


def open_client(api_key: str | None, base_url: str | None) -> openai.AsyncOpenAI:
    """Make the client; whoever made it closes it."""
    client = openai.AsyncOpenAI(
        api_key=api_key or "none",  # the SDK wants one, a local server ignores it
        base_url=base_url or OPENAI_BASE_URL,
        max_retries=PROVIDER_RETRIES,
        timeout=PROVIDER_TIMEOUT,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpx2Client(
            timeout=PROVIDER_TIMEOUT,
            limits=PROVIDER_LIMITS,
            event_hooks={"response": [stop_long_waits, require_whole_stream]},
        ),
    )
    # Where the SDK's own cached property would put it.
    vars(client.chat)["completions"] = UntransformedCompletions(client)
    return client


async def stop_long_waits(response: httpx2.Response) -> None:
    """Have a request fail now that could be made again only after a while; a response hook."""
    seconds = read_retry_seconds(response.headers)
    if seconds is not None and seconds > LONGEST_WAIT_SECONDS:
        # The SDK obeys it: https://github.com/openai/openai-python/blob/main/src/openai/_base_client.py
        response.headers["x-should-retry"] = "false"


class UntransformedCompletions(AsyncCompletions):
    """Sends messages as they are.

    The SDK looks up the type of each field of each message, and renames none of them: of a turn
    with fifty messages that was a third of the server's work. What is given as `extra_body` is not
    looked at: https://github.com/openai/openai-python#undocumented-request-params.
    """

    async def create(self, **arguments: Any) -> Any:  # noqa: ANN401 overloads of forty parameters
        """Ask as `AsyncCompletions.create` does."""
        body = {**(arguments.get("extra_body") or {}), "messages": arguments["messages"]}
        return await super().create(**{**arguments, "messages": (), "extra_body": body})
