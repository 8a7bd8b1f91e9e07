"""Serves the built web app, and its first page for every address inside it."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FIRST_PAGE = "index.html"
HASHED_FILES = "assets/"
SERVER_PATHS = frozenset(
    {"api", "auth", "docs", "redoc", "openapi.json", "healthz", "readyz", "metrics"}
)
"""First parts of addresses that belong to the server, so that the web app never answers there."""
NOT_BUILT = "The web app is not built yet: run `make run`, which builds and serves it.\n"


class WebApp(StaticFiles):
    """What the router falls back to when no route has the address."""

    def __init__(self, directory: Path, *, connect_to: str | None) -> None:
        super().__init__(directory=directory, check_dir=False)
        # Toasts and popovers place themselves with style attributes.
        self._policy = "; ".join(
            (
                "default-src 'self'",
                f"connect-src 'self' {connect_to or ''}".rstrip(),
                # An answer's images, which the web app loads only when the reader asks.
                "img-src 'self' data: blob: https:",
                "style-src 'self' 'unsafe-inline'",
                "object-src 'none'",
                "base-uri 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    async def check_config(self) -> None:
        """Let the folder be missing, which is what `NOT_BUILT` is about."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the first page when a browser navigates.

        Raises:
            HTTPException: There is no such file, and nobody navigates.
        """
        if scope["method"] not in ("GET", "HEAD") or path.split("/")[0] in SERVER_PATHS:
            raise HTTPException(404)
        is_page = path in (".", FIRST_PAGE)
        try:
            response = await super().get_response(FIRST_PAGE if is_page else path, scope)
        except HTTPException:
            if path.startswith(HASHED_FILES) or not (is_page or _is_navigation(scope)):
                raise
            response = await self._first_page(scope)
        is_hashed = path.startswith(HASHED_FILES) and response.status_code < 400
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        )
        response.headers["Content-Security-Policy"] = self._policy
        return response

    async def _first_page(self, scope: Scope) -> Response:
        try:
            return await super().get_response(FIRST_PAGE, scope)
        except HTTPException:
            return PlainTextResponse(NOT_BUILT, status_code=503)


def _is_navigation(scope: Scope) -> bool:
    return "text/html" in Request(scope).headers.get("accept", "")
