"""The default transport: PostgREST over supabase-py, for which a URL and a key are enough."""

import re
from collections.abc import Mapping
from typing import Final, cast

import httpx
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError
from pydantic import JsonValue, SecretStr

from chatServer.database.failures import refuse_value, to_failure
from chatServer.database.transport import SLOW_CALL_SECONDS, Caller, RpcError
from chatServer.errors import DatabaseUnavailable, Unauthorized
from chatServer.limits import (
    DATABASE_CONNECT_SECONDS,
    DATABASE_CONNECTIONS_MAX,
    DATABASE_POOL_SECONDS,
    DATABASE_READ_SECONDS,
)

BARE_STATUS: Final = re.compile(r"[1-5]\d\d")
"""postgrest-py's code for an answer that was not PostgREST's JSON: the HTTP status itself."""
REFUSED_TOKEN: Final = frozenset({"PGRST300", "PGRST301", "PGRST302", "PGRST303", "401"})
UNAVAILABLE: Final = re.compile(r"PGRST00\d|5\d\d")
"""PostgREST without its database: https://docs.postgrest.org/en/stable/references/errors.html"""
LOST_BY_LITE: Final = re.compile(
    "PostgresError: (terminating connection|the database system is|sorry, too many clients)"
    "|Error: .*(CONNECTION_CLOSED|CONNECTION_ENDED|CONNECT_TIMEOUT|ECONNREFUSED)"
)
"""Supabase Lite tells no code when its own connection to Postgres broke, only these words."""

IDLE_SECONDS: Final = 4.0
"""Below the 5 s after which a Node server closes an idle connection, or we would write into it."""


def open_http_pool(*, trust_env: bool = True) -> httpx.AsyncClient:
    """Return the pool that every call to Supabase shares; the caller closes it.

    `trust_env` lets the proxy settings of the environment apply.
    """
    return httpx.AsyncClient(
        timeout=httpx.Timeout(
            DATABASE_READ_SECONDS, connect=DATABASE_CONNECT_SECONDS, pool=DATABASE_POOL_SECONDS
        ),
        limits=httpx.Limits(
            max_connections=DATABASE_CONNECTIONS_MAX,
            max_keepalive_connections=DATABASE_CONNECTIONS_MAX,
            keepalive_expiry=IDLE_SECONDS,
        ),
        trust_env=trust_env,
        event_hooks={"request": [_allow_slow_call]},
    )


async def _allow_slow_call(request: httpx.Request) -> None:
    """Let a call take as long as its function may: postgrest-py has no time-out for one call."""
    function = request.url.path.rpartition("/rpc/")[2]
    if function in SLOW_CALL_SECONDS:
        request.extensions["timeout"]["read"] = SLOW_CALL_SECONDS[function]


class PostgrestTransport:
    """Calls SQL functions through PostgREST, each call under its own caller's identity."""

    def __init__(
        self, http: httpx.AsyncClient, *, url: str, publishable_key: str, secret_key: SecretStr
    ) -> None:
        self._http = http
        self._url = f"{url}/rest/v1"
        self._publishable_key = publishable_key
        self._secret_key = secret_key

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Run one function in one transaction, as `RpcTransport` says."""
        # A client shared by callers would mix their tokens: `auth()` changes it for everyone.
        client = AsyncPostgrestClient(
            self._url, headers=self._headers(caller), http_client=self._http, retry_enabled=False
        )
        try:
            # Its annotation knows only strings; the body is sent as JSON whatever it holds.
            body = cast("dict[str, str]", params)
            answer = await client.rpc(function, body).execute()
        except APIError as error:
            # Not chained: PostgREST's details may quote the row, and so what somebody wrote.
            raise _translate(error, caller) from None
        except ValueError:
            raise refuse_value() from None
        except httpx.RequestError as error:
            raise DatabaseUnavailable from error
        return cast("JsonValue", answer.data)

    def _headers(self, caller: Caller) -> dict[str, str]:
        if caller.access_token is not None:
            return {
                "apikey": self._publishable_key,
                "Authorization": f"Bearer {caller.access_token}",
            }
        key = self._secret_key.get_secret_value()
        # Only a legacy key is a token itself; Supabase refuses the others as one.
        is_token = key.count(".") == 2
        return {"apikey": key, "Authorization": f"Bearer {key}"} if is_token else {"apikey": key}


def _translate(error: APIError, caller: Caller) -> Exception:
    code = error.code or ""
    if code in REFUSED_TOKEN and caller.access_token is not None:
        return Unauthorized()
    is_lost = code == "SUP" and LOST_BY_LITE.match(error.message or "")
    if is_lost or UNAVAILABLE.fullmatch(code):
        return DatabaseUnavailable()
    message, hint = error.message or "", error.hint
    details = None if error.details is None else str(error.details)
    if BARE_STATUS.fullmatch(code):
        return RpcError(int(code), code, message=message, details=details, hint=hint)
    return to_failure(code, message=message, details=details, hint=hint)
