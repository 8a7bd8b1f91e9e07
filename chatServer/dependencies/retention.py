"""Retention of a process: by itself beside the server, or once from the command line."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatServer.database.postgrest_transport import open_http_pool
from chatServer.database.retention_registry import RetentionRegistry
from chatServer.database.transport import RpcTransport
from chatServer.dependencies.transports import open_transport
from chatServer.services.retention_service import RetentionService
from chatServer.settings import Settings


@asynccontextmanager
async def run_retention(settings: Settings, transport: RpcTransport) -> AsyncIterator[None]:
    """Pass by itself until the end, unless that is left to other processes."""
    service = RetentionService(RetentionRegistry(transport), settings.retention_rules)
    if settings.run_retention:
        service.start()
    try:
        yield
    finally:
        await service.stop()


@asynccontextmanager
async def open_retention(settings: Settings) -> AsyncIterator[RetentionService]:
    """Open what one pass needs, and nothing else of the server."""
    async with (
        open_http_pool(trust_env=not settings.is_supabase_local) as http,
        open_transport(settings, http) as transport,
    ):
        yield RetentionService(RetentionRegistry(transport), settings.retention_rules)
