"""One line and one count for each request: never a token, a query string or a body."""

import logging
import time
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatServer.routers.metrics_router import count_request

logger = logging.getLogger(__name__)

PATH_MAX_LENGTH = 200
CLIENT_GONE: Final = 499
"""nginx's number for a client that left before the end of its own request; nobody is told it."""
POLLED_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class RequestLog:
    """ASGI middleware; a stream counts until its head and is logged at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500  # what the server answers when nothing below it does
        head_seconds: float | None = None

        async def send_noted(message: Message) -> None:
            nonlocal status, head_seconds
            if message["type"] == "http.response.start":
                status = message["status"]
                head_seconds = time.perf_counter() - started
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except ClientDisconnect:
            status = CLIENT_GONE
        finally:
            seconds = time.perf_counter() - started
            count_request(scope, status=status, seconds=head_seconds or seconds)
            # The raw path is percent-encoded, so it cannot forge a line.
            path = scope.get("raw_path", b"")[:PATH_MAX_LENGTH].decode("ascii", "replace")
            level = logging.DEBUG if scope["path"] in POLLED_PATHS else logging.INFO
            logger.log(level, "%s %s %s %.1f ms", scope["method"], path, status, seconds * 1000)
