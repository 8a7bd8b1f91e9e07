"""Tells a model's whole event stream from one that was cut short."""

from collections.abc import AsyncIterator

import httpx2

END_MARK = b"[DONE]"
"""Ends every whole stream: https://platform.openai.com/docs/api-reference/chat/create"""


async def require_whole_stream(response: httpx2.Response) -> None:
    """Make reading an event stream fail when it ends without `END_MARK`; a response hook.

    A proxy that gives up closes its side properly, and the SDK takes what came for the whole.
    """
    is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
    is_readable = response.headers.get("content-encoding", "identity") == "identity"
    if is_stream and is_readable and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _WatchedStream(response.stream)


class _WatchedStream(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        tail = b""
        is_whole = False
        async for chunk in self._stream:
            seen = tail + chunk
            is_whole = is_whole or END_MARK in seen
            tail = seen[-len(END_MARK) :]
            yield chunk
        if not is_whole:
            raise httpx2.RemoteProtocolError("the stream ended before it was whole")

    async def aclose(self) -> None:
        """Close the connection below."""
        await self._stream.aclose()
