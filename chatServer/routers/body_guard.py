"""Caps the size of a request's body and the wait for its next piece, before anything reads it."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatServer.errors import BodyTooLarge, RequestTimeout
from chatServer.routers.problems import to_response


class BodyGuard:
    """ASGI middleware; what it raises while a body is read becomes a problem as all errors do."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, timeout_seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared[:20]) > self.max_bytes:
            await to_response(BodyTooLarge())(scope, receive, send)
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
                raise HTTPException(RequestTimeout.status_code) from None
            received_bytes += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received_bytes > self.max_bytes:
                raise HTTPException(BodyTooLarge.status_code)
            return message

        await self.app(scope, receive_guarded, send)
