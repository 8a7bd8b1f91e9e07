import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import JsonValue

from chatServer.dependencies.tokens import SecretVerifier
from tests.chatServer.dependencies.made_tokens import (
    BAD_CLAIMS,
    GARBAGE,
    USER_ID,
    assert_refused,
    claims,
    shared,
    unsigned,
)

SECRET = "the shared secret of a project, long enough"
verifier = SecretVerifier(SECRET)


async def test_returns_the_caller() -> None:
    token = shared(SECRET)
    caller = await verifier.verify(token)
    assert (caller.user_id, caller.access_token) == (USER_ID, token)
    assert token not in repr(caller)


async def test_grants_a_clock_some_seconds() -> None:
    token = shared(SECRET, {"exp": int(time.time()) - 3})
    assert (await verifier.verify(token)).user_id == USER_ID


@pytest.mark.parametrize("changes", BAD_CLAIMS)
async def test_refuses_claims(changes: dict[str, JsonValue]) -> None:
    await assert_refused(verifier, shared(SECRET, changes))


async def test_refuses_a_foreign_key() -> None:
    await assert_refused(verifier, shared(SECRET[::-1]))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_refuses_another_algorithm(algorithm: str) -> None:
    secret = SECRET * 2
    await assert_refused(SecretVerifier(secret), jwt.encode(claims(), secret, algorithm))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_refuses_a_token_without_signature(algorithm: str) -> None:
    await assert_refused(verifier, unsigned({"alg": algorithm, "typ": "JWT"}, claims()))


async def test_refuses_a_key_of_the_other_mode() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    await assert_refused(verifier, jwt.encode(claims(), key, "ES256", headers={"kid": "ec"}))


@pytest.mark.parametrize("token", GARBAGE, ids=len)
async def test_refuses_garbage(token: str) -> None:
    await assert_refused(verifier, token)


async def test_refuses_a_changed_payload() -> None:
    head, _, signature = shared(SECRET).split(".")
    payload = unsigned({}, claims({"sub": str(uuid.uuid4())})).split(".")[1]
    await assert_refused(verifier, f"{head}.{payload}.{signature}")
