"""Verifies Supabase access tokens in the one mode that is configured."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

import httpx
import jwt

from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable, Unauthorized
from chatServer.limits import ACCESS_TOKEN_MAX_LENGTH, JWKS_CACHE_SECONDS, JWKS_REFETCH_SECONDS

SIGNED_IN: Final = "authenticated"
"""Audience and role of a signed-in user: https://supabase.com/docs/guides/auth/jwt-fields"""
LEEWAY_SECONDS: Final = 10
SHARED_ALGORITHM: Final = "HS256"
JWKS_ALGORITHMS: Final = ("ES256", "RS256")
MALFORMED: Final = (jwt.PyJWTError, ValueError, TypeError, RecursionError)
KEYS_UNAVAILABLE: Final = "The keys that sign-ins are checked with cannot be fetched right now."


class TokenVerifier(Protocol):
    """Turns an access token into its caller."""

    async def verify(self, token: str) -> Caller:
        """Return the caller a token proves.

        Raises:
            Unauthorized: The token does not hold.
            DatabaseUnavailable: The keys to check it with cannot be had.
        """
        ...


class SecretVerifier:
    """HS256 with the project's shared secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def verify(self, token: str) -> Caller:
        """Return the caller, as `TokenVerifier` says."""
        _check_length(token)
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[SHARED_ALGORITHM],
                audience=SIGNED_IN,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"]},
            )
        except MALFORMED:
            raise Unauthorized from None
        return _to_caller(token, claims)


class ApiVerifier:
    """Leaves the checking to the Supabase API, which is called with the token itself.

    Its callers carry no claims, so nothing but that API takes them.
    """

    async def verify(self, token: str) -> Caller:
        """Return whom the token names, as `TokenVerifier` says."""
        _check_length(token)
        try:
            named = jwt.decode(token, options={"verify_signature": False})
        except MALFORMED:
            raise Unauthorized from None
        caller = _to_caller(token, named)
        return Caller(caller.user_id, token)


class JwksVerifier:
    """ES256 or RS256 with the project's published keys, kept for some minutes."""

    def __init__(self, http: httpx.AsyncClient, *, jwks_url: str, issuer: str) -> None:
        self._http = http
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Caller:
        """Return the caller, as `TokenVerifier` says."""
        _check_length(token)
        try:
            header = jwt.get_unverified_header(token)
        except MALFORMED:
            raise Unauthorized from None
        key_id = header.get("kid")
        if header.get("alg") not in JWKS_ALGORITHMS or not isinstance(key_id, str):
            raise Unauthorized
        key = self._find_fresh_key(key_id) or await self._find_published_key(key_id)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=SIGNED_IN,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
        except MALFORMED:
            raise Unauthorized from None
        return _to_caller(token, claims)

    def _find_fresh_key(self, key_id: str) -> jwt.PyJWK | None:
        is_fresh = time.monotonic() - self._fetched_at < JWKS_CACHE_SECONDS
        return self._keys.get(key_id) if is_fresh else None

    async def _find_published_key(self, key_id: str) -> jwt.PyJWK:
        async with self._lock:
            now = time.monotonic()
            if self._find_fresh_key(key_id) is None and (
                now - self._tried_at >= JWKS_REFETCH_SECONDS
            ):
                self._tried_at = now
                self._keys = await self._fetch_keys()
                self._fetched_at = now
            if self._fetched_at < self._tried_at:
                raise DatabaseUnavailable(KEYS_UNAVAILABLE)
            key = self._find_fresh_key(key_id)
        if key is None:
            raise Unauthorized
        return key

    async def _fetch_keys(self) -> Mapping[str, jwt.PyJWK]:
        try:
            answer = await self._http.get(self._jwks_url)
            published = jwt.PyJWKSet.from_dict(answer.raise_for_status().json())
        except (httpx.HTTPError, *MALFORMED, AttributeError) as error:
            raise DatabaseUnavailable(KEYS_UNAVAILABLE) from error
        return {
            key.key_id: key
            for key in published.keys
            if key.key_id and key.algorithm_name in JWKS_ALGORITHMS
        }


def _check_length(token: str) -> None:
    if len(token) > ACCESS_TOKEN_MAX_LENGTH:
        raise Unauthorized


def _to_caller(token: str, claims: Mapping[str, Any]) -> Caller:
    if claims.get("role") != SIGNED_IN:
        raise Unauthorized
    try:
        return Caller(UUID(claims["sub"]), token, claims)
    except (ValueError, TypeError, AttributeError):
        raise Unauthorized from None
