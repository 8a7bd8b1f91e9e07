"""The files of a process: where they are stored, and the sweep of those that nothing refers to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.database.postgrest_transport import open_http_pool
from chatServer.database.transport import RpcTransport
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.attachment_sweeper import AttachmentSweeper
from chatServer.settings import Settings


@asynccontextmanager
async def open_attachments(
    settings: Settings, transport: RpcTransport
) -> AsyncIterator[AttachmentService]:
    """Sweep until the end."""
    registry = AttachmentRegistry(transport)
    async with open_http_pool(trust_env=not settings.is_supabase_local) as http:
        store = AttachmentStore(
            http, url=settings.supabase_url, secret_key=settings.supabase_secret_key
        )
        sweeper = AttachmentSweeper(registry, store)
        sweeper.start()
        try:
            yield AttachmentService(registry, store, quota_bytes=settings.attachment_quota_bytes)
        finally:
            await sweeper.stop()
