"""Access tokens, good and bad, as somebody might make them."""

import base64
import hmac
import json
import time
import uuid
from collections.abc import Mapping

import jwt
import pytest
from pydantic import JsonValue

from chatServer.dependencies.tokens import TokenVerifier
from chatServer.errors import Unauthorized

USER_ID = uuid.uuid4()
ISSUER = "https://project.example/auth/v1"

BAD_CLAIMS = [
    pytest.param({"exp": int(time.time()) - 60}, id="expired"),
    pytest.param({"exp": None}, id="no exp"),
    pytest.param({"aud": "anon"}, id="wrong aud"),
    pytest.param({"aud": None}, id="no aud"),
    pytest.param({"sub": None}, id="no sub"),
    pytest.param({"sub": "admin"}, id="sub is no uuid"),
    pytest.param({"role": "anon"}, id="anon"),
    pytest.param({"role": "service_role"}, id="service_role"),
    pytest.param({"role": None}, id="no role"),
    pytest.param({"nbf": int(time.time()) + 86_400}, id="not yet"),
]
GARBAGE = ["", ".", "..", "a.b.c", "null", "é" * 20, "a" * 20_000, "e30.e30.e30", "[" * 5000]


def claims(changes: Mapping[str, JsonValue] | None = None) -> dict[str, JsonValue]:
    """The claims of a signed-in user; a change to None leaves the claim out."""
    made: dict[str, JsonValue] = {
        "sub": str(USER_ID),
        "aud": "authenticated",
        "role": "authenticated",
        "iss": ISSUER,
        "exp": int(time.time()) + 3600,
        **(changes or {}),
    }
    return {name: value for name, value in made.items() if value is not None}


def unsigned(header: Mapping[str, JsonValue], payload: Mapping[str, JsonValue]) -> str:
    """A token whose signature is empty."""
    return f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(payload).encode())}."


def signed_with_secret(secret: bytes, key_id: str) -> str:
    """An HS256 token by any secret, also one that a library would not sign with."""
    message = unsigned({"alg": "HS256", "kid": key_id}, claims()).rstrip(".")
    return f"{message}.{_encode(hmac.digest(secret, message.encode(), 'sha256'))}"


def shared(secret: str, changes: Mapping[str, JsonValue] | None = None) -> str:
    """A token as a project with a shared secret gives it."""
    return jwt.encode(claims(changes), secret, "HS256")


async def assert_refused(verifier: TokenVerifier, token: str) -> None:
    """The verifier refuses the token, in the words of every refusal."""
    with pytest.raises(Unauthorized) as refused:
        await verifier.verify(token)
    assert refused.value.detail == Unauthorized.default_detail


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
