"""Caps the size of a request's body and the wait for its next piece, before anything reads it."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatServer.errors import BodyTooLarge, DomainError, RequestTimeout
from chatServer.routers.problems import RefusedBody, to_response


@dataclass(frozen=True, slots=True)
class LargeBody:
    """Where more may be sent than elsewhere, and what too much is called there."""

    path: re.Pattern[str]
    max_bytes: int
    error: Callable[[], DomainError]


class BodyGuard:
    """ASGI middleware; what it raises while a body is read becomes a problem as all errors do."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        timeout_seconds: float,
        large_bodies: Sequence[LargeBody] = (),
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_seconds = timeout_seconds
        self.large_bodies = large_bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        max_bytes, error = self._limit(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > max_bytes:
            await to_response(error())(scope, receive, send)
            return
        received_bytes = 0
        is_complete = False

        async def receive_guarded() -> Message:
            nonlocal received_bytes, is_complete
            if is_complete:
                return await receive()
            try:
                async with asyncio.timeout(self.timeout_seconds):
                    message = await receive()
            except TimeoutError:
                raise RefusedBody(RequestTimeout()) from None
            received_bytes += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received_bytes > max_bytes:
                raise RefusedBody(error())
            return message

        await self.app(scope, receive_guarded, send)

    def _limit(self, path: str) -> tuple[int, Callable[[], DomainError]]:
        for large in self.large_bodies:
            if large.path.fullmatch(path):
                return large.max_bytes, large.error
        return self.max_bytes, BodyTooLarge
