"""A Supabase project that answers over HTTP, and the people who sign up to it."""

import uuid
from dataclasses import dataclass

import httpx

from tests.stack.embedded import SupabaseProject


@dataclass(frozen=True)
class SignedUpUser:
    """A user who signed up through GoTrue, with a valid access token."""

    id: uuid.UUID
    email: str
    password: str
    access_token: str


@dataclass(frozen=True)
class SupabaseApi(SupabaseProject):
    """The running project; tests keep apart from each other by signing up users of their own."""

    def sign_up(self, email: str | None = None) -> SignedUpUser:
        """Signs a new user up, with a made-up address unless one is given."""
        email = email or f"{uuid.uuid4()}@example.com"
        password = uuid.uuid4().hex
        response = httpx.post(
            f"{self.url}/auth/v1/signup",
            headers={"apikey": self.publishable_key},
            json={"email": email, "password": password},
            timeout=30,
        )
        response.raise_for_status()
        body = response.json()
        return SignedUpUser(
            id=uuid.UUID(body["user"]["id"]),
            email=email,
            password=password,
            access_token=body["access_token"],
        )
