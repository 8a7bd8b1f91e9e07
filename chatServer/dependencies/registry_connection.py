"""How an agent program reaches the registry: over the Supabase API, or straight to Postgres."""

import asyncio
from dataclasses import dataclass
from typing import Self
from uuid import UUID
from weakref import WeakKeyDictionary

import httpx
from pydantic import SecretStr

from chatServer.database.item_registry import ItemRegistry
from chatServer.database.postgres_pool import PostgresPool
from chatServer.database.postgres_transport import PostgresTransport
from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.transport import Caller
from chatServer.dependencies.tokens import (
    ApiVerifier,
    JwksVerifier,
    SecretVerifier,
    TokenVerifier,
)
from chatServer.registry_settings import RegistrySettings
from chatServer.settings import SettingsError, is_loopback

NO_SECRET_KEY = "Set SUPABASE_SECRET_KEY to act for a user, or give the user's access token."  # noqa: S105 - names a setting
NO_PUBLISHABLE_KEY = "Set SUPABASE_PUBLISHABLE_KEY to act with a user's access token."
NO_TOKEN_MODE = (
    "Set SUPABASE_JWT_SECRET or SUPABASE_JWKS_URL to check access tokens with, or leave out"  # noqa: S105 - names a setting
    " SUPABASE_DB_URL so that the Supabase API does."
)


@dataclass(frozen=True, slots=True)
class Connection:
    """What is open on one event loop."""

    http: httpx.AsyncClient
    direct: PostgresTransport | None
    items: ItemRegistry
    verifier: TokenVerifier | None

    async def close(self) -> None:
        """Close the connections; calls that run are ended."""
        if self.direct is not None:
            await self.direct.close()
        await self.http.aclose()


class Registry:
    """A Supabase project with the registry in it; one serves any number of sessions at once.

    What is not given comes from the environment or `.env.local`. With `db_url` it calls Postgres
    itself, else the Supabase API.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        db_url: str | None = None,
    ) -> None:
        self._settings = RegistrySettings.load(
            supabase_url=url,
            supabase_secret_key=secret_key,
            supabase_publishable_key=publishable_key,
            supabase_db_url=db_url,
        )
        self._open: WeakKeyDictionary[asyncio.AbstractEventLoop, Connection] = WeakKeyDictionary()

    async def __aenter__(self) -> Self:
        """Return the registry; its connections are opened when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self.close()

    async def close(self) -> None:
        """Close what is open on this event loop; the next call opens it again."""
        connection = self._open.pop(asyncio.get_running_loop(), None)
        if connection is not None:
            await connection.close()

    def connect(self) -> Connection:
        """Return the connection of this event loop."""
        loop = asyncio.get_running_loop()
        connection = self._open.get(loop)
        if connection is None:
            connection = self._open[loop] = self._make_connection()
        return connection

    async def find_caller(self, user_id: UUID | None, access_token: str | None) -> Caller:
        """Return who acts: a user by their token, or the service for the user of that id.

        Raises:
            Unauthorized: The token does not hold.
            SettingsError: What is needed to act so is not set.
        """
        settings = self._settings
        is_direct = settings.supabase_db_url is not None
        if access_token is None:
            if user_id is None:
                raise ValueError("Give user_id or access_token.")
            if settings.supabase_secret_key is None and not is_direct:
                raise SettingsError(NO_SECRET_KEY)
            return Caller.service(user_id)
        if settings.supabase_publishable_key is None and not is_direct:
            raise SettingsError(NO_PUBLISHABLE_KEY)
        verifier = self.connect().verifier
        if verifier is None:
            raise SettingsError(NO_TOKEN_MODE)
        return await verifier.verify(access_token)

    def _make_connection(self) -> Connection:
        settings = self._settings
        http = open_http_pool(trust_env=not is_loopback(settings.supabase_url))
        if settings.supabase_db_url is None:
            over_api = PostgrestTransport(
                http,
                url=settings.supabase_url,
                publishable_key=settings.supabase_publishable_key or "",
                secret_key=settings.supabase_secret_key or SecretStr(""),
            )
            return Connection(http, None, ItemRegistry(over_api), ApiVerifier())
        pool = PostgresPool(settings.supabase_db_url, size=settings.supabase_db_pool_size)
        direct = PostgresTransport(pool)
        return Connection(http, direct, ItemRegistry(direct), _build_verifier(settings, http))


def _build_verifier(settings: RegistrySettings, http: httpx.AsyncClient) -> TokenVerifier | None:
    if settings.supabase_jwks_url is not None:
        issuer = f"{settings.supabase_url}/auth/v1"
        return JwksVerifier(http, jwks_url=settings.supabase_jwks_url, issuer=issuer)
    secret = settings.supabase_jwt_secret
    return None if secret is None else SecretVerifier(secret.get_secret_value())
