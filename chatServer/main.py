"""The chatServer application and its process."""

import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.middleware.gzip import GZipMiddleware

from chatServer.dependencies.services import Services, check_services, open_services
from chatServer.errors import BodyTooLarge, InternalError, RequestTimeout
from chatServer.http_protocol import HttpProtocol
from chatServer.limits import BODY_MAX_BYTES, BODY_TIMEOUT_SECONDS, SHUTDOWN_SECONDS
from chatServer.log_redaction import hide_bot_token
from chatServer.models import Problem
from chatServer.routers import (
    agent_router,
    agui_router,
    archive_router,
    attachment_router,
    auth_forwarder,
    branch_router,
    chat_history_router,
    config_router,
    health_router,
    link_router,
    metrics_router,
    schedule_router,
    session_change_router,
    session_sync_router,
    telegram_router,
    turn_router,
)
from chatServer.routers.body_guard import BodyGuard
from chatServer.routers.problems import add_error_handlers, document
from chatServer.routers.request_log import RequestLog
from chatServer.routers.security_headers import SecurityHeaders
from chatServer.routers.web_app import WebApp
from chatServer.settings import Settings, SettingsError, load_settings
from chatServer.turn_events import TurnEvent

logger = logging.getLogger(__name__)

WEB_APP_FILES = Path(__file__).parent.parent / "webApp" / "dist"
COMPRESSED_FROM_BYTES = 1024


class Api(FastAPI):
    """FastAPI whose description also holds what may go wrong before a route is reached."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description, made at the first call."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        description = super().openapi()
        _, known = TypeAdapter.json_schemas(
            [
                ("problem", "validation", TypeAdapter(Problem)),
                ("event", "serialization", TypeAdapter(TurnEvent)),
            ],
            ref_template="#/components/schemas/{model}",
        )
        schemas = description["components"]["schemas"]
        description["components"]["schemas"] = dict(sorted({**known["$defs"], **schemas}.items()))
        body_errors = {
            str(status): answer for status, answer in document(RequestTimeout, BodyTooLarge).items()
        }
        for operations in description["paths"].values():
            for operation in operations.values():
                if "requestBody" in operation:
                    operation["responses"] = body_errors | operation["responses"]
        return description


def build_api(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """Put the routes, the error handler and the guards together; no setting is needed for that."""
    api = Api(
        title="chat-registry",
        version="1",
        description="One registry for every conversation a person has with their agents.",
        lifespan=lifespan,
        responses=document(InternalError),
        redirect_slashes=False,
    )
    for router in (
        session_change_router.router,
        session_sync_router.router,
        chat_history_router.router,
        branch_router.router,
        archive_router.router,
        turn_router.router,
        agent_router.router,
        agui_router.router,
        attachment_router.router,
        link_router.router,
        schedule_router.router,
        telegram_router.router,
        config_router.router,
        health_router.router,
        metrics_router.router,
    ):
        api.include_router(router)
    add_error_handlers(api)
    api.add_middleware(
        BodyGuard,
        max_bytes=BODY_MAX_BYTES,
        timeout_seconds=BODY_TIMEOUT_SECONDS,
        large_bodies=(
            attachment_router.UPLOAD_BODY,
            archive_router.IMPORT_BODY,
            agui_router.RUN_BODY,
        ),
    )
    api.add_middleware(SecurityHeaders)
    api.add_middleware(RequestLog)
    return api


def create_app(settings: Settings, *, web_app_files: Path = WEB_APP_FILES) -> FastAPI:
    """Return the whole server: the API, and the web app that talks to it."""

    @asynccontextmanager
    async def run_services(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            yield

    app = build_api(run_services)
    if settings.is_supabase_local:
        app.include_router(auth_forwarder.router)
    connect_to = None if settings.is_supabase_local else settings.supabase_url
    web_app = WebApp(web_app_files, connect_to=connect_to)
    app.router.default = GZipMiddleware(web_app, minimum_size=COMPRESSED_FROM_BYTES)
    return app


class Server(uvicorn.Server):
    """Ends the running turns before it waits for the streams that they keep open."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        app = self.config.app
        services = getattr(app.state, "services", None) if isinstance(app, FastAPI) else None
        if isinstance(services, Services):
            services.interrupt()
        await super().shutdown(sockets)


def build_server(settings: Settings) -> Server:
    """Return the server of `create_app`, ready to run on a socket that listens."""
    return Server(
        uvicorn.Config(
            create_app(settings),
            http=HttpProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )


def collect_seldom() -> None:
    """Spare running answers the pauses in which all objects of the process are gone through.

    With a thousand of them that took 0.8 s every third second. Few objects here are in cycles, and
    what was made by now stays: https://docs.python.org/3/library/gc.html#gc.freeze.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def main() -> None:
    """Serve until told to stop; a wrong setting ends it with one sentence."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = load_settings()
        check_services(settings)
    except SettingsError as error:
        sys.exit(str(error))
    if settings.telegram_bot_token is not None:
        hide_bot_token(settings.telegram_bot_token)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        sys.exit(f"PORT {settings.port} on HOST {settings.host} cannot be used: {error.strerror}.")
    with listener:
        logger.info("Serving %s", settings.public_url or f"http://{settings.host}:{settings.port}")
        server = build_server(settings)
        collect_seldom()
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
