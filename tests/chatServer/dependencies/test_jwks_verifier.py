from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import JsonValue

from chatServer.dependencies import tokens
from chatServer.dependencies.tokens import JwksVerifier
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import JWKS_CACHE_SECONDS, JWKS_REFETCH_SECONDS
from tests.chatServer.dependencies.made_tokens import (
    BAD_CLAIMS,
    GARBAGE,
    ISSUER,
    USER_ID,
    assert_refused,
    claims,
    signed_with_secret,
    unsigned,
)

JWKS_URL = f"{ISSUER}/.well-known/jwks.json"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHARED_KEY = b"secret-of-thirty-two-bytes-or-more"
EC_PUBLIC_PEM = EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def published(key: ec.EllipticCurvePrivateKey, key_id: str) -> dict[str, Any]:
    """The public half of a key, as the issuer publishes it."""
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": key_id, "alg": "ES256", "use": "sig"}


EC_JWK = published(EC_KEY, "ec")
RSA_JWK = {
    **jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True),
    "kid": "rsa",
    "alg": "RS256",
}
SHARED_JWK = {
    **jwt.algorithms.HMACAlgorithm.to_jwk(SHARED_KEY, as_dict=True),
    "kid": "shared",
    "alg": "HS256",
}


class Clock:
    """The clock of the verifier's cache."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        """Returns the seconds that the test has set."""
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(tokens, "time", made)
    return made


@pytest.fixture
async def verifier() -> AsyncIterator[JwksVerifier]:
    async with httpx.AsyncClient() as http:
        yield JwksVerifier(http, jwks_url=JWKS_URL, issuer=ISSUER)


@pytest.fixture(autouse=True)
def jwks() -> Iterator[respx.Route]:
    """The issuer's keys, and how often they were asked for."""
    with respx.mock(assert_all_called=False) as router:
        yield router.get(JWKS_URL).respond(json={"keys": [EC_JWK, RSA_JWK, SHARED_JWK]})


def signed(
    changes: Mapping[str, JsonValue] | None = None,
    *,
    key: ec.EllipticCurvePrivateKey = EC_KEY,
    key_id: str = "ec",
) -> str:
    """A token as the project gives it, but for the changes."""
    return jwt.encode(claims(changes), key, "ES256", headers={"kid": key_id})


async def test_returns_the_caller(verifier: JwksVerifier, jwks: respx.Route) -> None:
    with_rsa = jwt.encode(claims(), RSA_KEY, "RS256", headers={"kid": "rsa"})
    for token in (signed(), with_rsa):
        assert (await verifier.verify(token)).user_id == USER_ID
    assert jwks.call_count == 1


@pytest.mark.parametrize(
    "changes",
    [
        *BAD_CLAIMS,
        pytest.param({"iss": "https://elsewhere.example/auth/v1"}, id="wrong iss"),
        pytest.param({"iss": None}, id="no iss"),
    ],
)
async def test_refuses_claims(verifier: JwksVerifier, changes: dict[str, JsonValue]) -> None:
    await assert_refused(verifier, signed(changes))


async def test_refuses_a_foreign_key(verifier: JwksVerifier) -> None:
    await assert_refused(verifier, signed(key=ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("secret", [EC_PUBLIC_PEM, SHARED_KEY], ids=["public key", "shared key"])
@pytest.mark.parametrize("key_id", ["ec", "shared"])
async def test_refuses_hs256(verifier: JwksVerifier, secret: bytes, key_id: str) -> None:
    await assert_refused(verifier, signed_with_secret(secret, key_id))


async def test_refuses_a_key_under_another_algorithm(verifier: JwksVerifier) -> None:
    token = jwt.encode(claims(), RSA_KEY, "RS256", headers={"kid": "ec"})
    await assert_refused(verifier, token)


@pytest.mark.parametrize("header", [{"alg": "none", "kid": "ec"}, {"alg": "ES256", "kid": "ec"}])
async def test_refuses_a_token_without_signature(
    verifier: JwksVerifier, header: dict[str, JsonValue]
) -> None:
    await assert_refused(verifier, unsigned(header, claims()))


@pytest.mark.parametrize("token", GARBAGE, ids=len)
async def test_refuses_garbage_without_asking_for_keys(
    verifier: JwksVerifier, jwks: respx.Route, token: str
) -> None:
    await assert_refused(verifier, token)
    assert jwks.call_count == 0


async def test_asks_for_the_keys_once_in_their_time(
    verifier: JwksVerifier, jwks: respx.Route, clock: Clock
) -> None:
    for _ in range(3):
        await verifier.verify(signed())
    clock.seconds += JWKS_CACHE_SECONDS - 1
    await verifier.verify(signed())
    assert jwks.call_count == 1
    clock.seconds += 1
    await verifier.verify(signed())
    assert jwks.call_count == 2


async def test_forgets_a_key_that_is_published_no_more(
    verifier: JwksVerifier, jwks: respx.Route, clock: Clock
) -> None:
    await verifier.verify(signed())
    jwks.respond(json={"keys": [RSA_JWK]})
    clock.seconds += JWKS_CACHE_SECONDS
    await assert_refused(verifier, signed())


async def test_asks_at_most_once_for_keys_it_does_not_know(
    verifier: JwksVerifier, jwks: respx.Route, clock: Clock
) -> None:
    await verifier.verify(signed())
    clock.seconds += JWKS_REFETCH_SECONDS
    for number in range(5):
        await assert_refused(verifier, signed(key_id=f"made up {number}"))
    assert jwks.call_count == 2


async def test_finds_a_new_key(verifier: JwksVerifier, jwks: respx.Route, clock: Clock) -> None:
    await verifier.verify(signed())
    new_key = ec.generate_private_key(ec.SECP256R1())
    jwks.respond(json={"keys": [published(new_key, "new")]})
    clock.seconds += JWKS_REFETCH_SECONDS
    assert (await verifier.verify(signed(key=new_key, key_id="new"))).user_id == USER_ID


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"keys": []}),
    ],
    ids=["500", "text", "a list", "no keys"],
)
async def test_cannot_say_while_there_are_no_keys(
    verifier: JwksVerifier, jwks: respx.Route, clock: Clock, answer: httpx.Response
) -> None:
    jwks.mock(return_value=answer)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            await verifier.verify(signed())
    assert jwks.call_count == 1
    jwks.respond(json={"keys": [EC_JWK]})
    clock.seconds += JWKS_REFETCH_SECONDS
    assert (await verifier.verify(signed())).user_id == USER_ID


async def test_keeps_known_keys_while_the_issuer_is_away(
    verifier: JwksVerifier, jwks: respx.Route, clock: Clock
) -> None:
    await verifier.verify(signed())
    jwks.mock(side_effect=httpx.ConnectError("away"))
    clock.seconds += JWKS_REFETCH_SECONDS
    with pytest.raises(DatabaseUnavailable):
        await verifier.verify(signed(key_id="unknown"))
    assert (await verifier.verify(signed())).user_id == USER_ID
