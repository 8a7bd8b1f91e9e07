"""A Supabase project that answers over HTTP, and the people who use it."""

import time
import uuid
from dataclasses import dataclass
from functools import cached_property

import httpx
import jwt
import psycopg

from tests.stack.database import Connection
from tests.stack.embedded import SupabaseProject

TOKEN_SECONDS = 3600


@dataclass(frozen=True)
class TestUser:
    """A user with a valid access token."""

    __test__ = False

    id: uuid.UUID
    email: str
    access_token: str


@dataclass(frozen=True)
class SignedUpUser(TestUser):
    """A user who can sign in."""

    password: str


@dataclass(frozen=True)
class SupabaseApi(SupabaseProject):
    """The running project; tests keep apart from each other by users of their own."""

    def sign_up(self, email: str | None = None) -> SignedUpUser:
        """Signs a new user up through GoTrue, with a made-up address unless one is given."""
        email = email or f"{uuid.uuid4()}@example.com"
        password = uuid.uuid4().hex
        response = httpx.post(
            f"{self.url}/auth/v1/signup",
            headers={"apikey": self.publishable_key},
            json={"email": email, "password": password},
            timeout=180,
            trust_env=False,
        )
        response.raise_for_status()
        body = response.json()
        return SignedUpUser(
            id=uuid.UUID(body["user"]["id"]),
            email=email,
            access_token=body["access_token"],
            password=password,
        )

    def add_user(self) -> TestUser:
        """Adds a user with a token like GoTrue's, without a password, whose hash costs 0.1 s."""
        user_id = uuid.uuid4()
        email = f"{user_id}@example.com"
        self._owner.execute(
            "insert into auth.users (id, aud, role, email, created_at, updated_at)"
            " values (%s, 'authenticated', 'authenticated', %s, now(), now())",
            (user_id, email),
        )
        now = int(time.time())
        claims = {
            "sub": str(user_id),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email,
            "session_id": str(uuid.uuid4()),
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        return TestUser(user_id, email, jwt.encode(claims, self.jwt_secret, "HS256"))

    def close(self) -> None:
        """Ends the connection of `add_user`."""
        if "_owner" in vars(self):
            self._owner.close()

    @cached_property
    def _owner(self) -> Connection:
        return psycopg.connect(self.db_url, autocommit=True)
