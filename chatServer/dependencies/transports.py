"""The way to the database that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from chatServer.database.postgres_transport import open_postgres_transport
from chatServer.database.postgrest_transport import PostgrestTransport
from chatServer.database.transport import RpcTransport
from chatServer.settings import Settings


@asynccontextmanager
async def open_transport(
    settings: Settings, http: httpx.AsyncClient
) -> AsyncIterator[RpcTransport]:
    """Open Postgres itself where the settings name it, else the Supabase API over this client."""
    if settings.supabase_db_url is None:
        yield PostgrestTransport(
            http,
            url=settings.supabase_url,
            publishable_key=settings.supabase_publishable_key,
            secret_key=settings.supabase_secret_key,
        )
        return
    size = settings.supabase_db_pool_size
    async with open_postgres_transport(settings.supabase_db_url, size=size) as transport:
        yield transport
