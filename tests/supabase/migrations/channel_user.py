"""A user with a Telegram account, and what the server does for them with the secret key."""

import hashlib
import itertools
import uuid
from dataclasses import dataclass
from typing import Any

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    call,
    new_user,
    run,
)

_account_numbers = itertools.count(1000)


def serve(database: Database, function: str, /, **parameters: object) -> Json:
    """Calls a function with the secret key; a parameter's name is given without its p_."""
    with database.as_service() as connection:
        return call(connection, function, **parameters)


def hash_code(code: str) -> str:
    """What is stored of a link code."""
    return hashlib.sha256(code.encode()).hexdigest()


def offer_code(user: RegistryUser, code: str, *, expires_in_seconds: int = 600) -> None:
    """Stores a link code for a user."""
    user.call_as_service(
        "upsert_channel_link_code",
        channel="telegram",
        code_hash=hash_code(code),
        expires_in_seconds=expires_in_seconds,
    )


def use_code(database: Database, code: str, account: str) -> Json:
    """Sends a code from a Telegram account."""
    return serve(
        database,
        "claim_channel_link",
        channel="telegram",
        code_hash=hash_code(code),
        external_user_id=account,
        external_chat_id=account,
        display_name="Ada",
    )


@dataclass(frozen=True)
class LinkedUser(RegistryUser):
    """A user whose account is linked; in a private chat the chat's id is the account's."""

    account: str
    link_id: str

    def continue_session(self, **parameters: object) -> str:
        """The session that the chat writes into."""
        answer = self.call_as_service("upsert_channel_session", link_id=self.link_id, **parameters)
        session_id: str = answer["session"]["session_id"]
        return session_id

    def say(self, session_id: str, content: str = "Hello") -> Json:
        """Begins a turn as the bot does."""
        return self.call_as_service(
            "begin_turn",
            session_id=session_id,
            content=content,
            client_request_id=str(uuid.uuid4()),
            channel="telegram",
        )

    def unlink(self) -> Json:
        """Removes the link with the user's own token."""
        return self.call("delete_channel_link", link_id=self.link_id)


def linked_user(database: Database, *, user: RegistryUser | None = None) -> LinkedUser:
    """Signs a user up, unless one is given, and links an account of theirs."""
    user = user or new_user(database)
    account, code = str(next(_account_numbers)), uuid.uuid4().hex
    offer_code(user, code)
    link = use_code(database, code, account)["link"]
    return LinkedUser(database, user.id, account=account, link_id=link["id"])


def rows(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Runs one statement as the owner of the tables."""
    with database.connect() as connection:
        return run(connection, statement, values)


def claim(database: Database, *, lease_seconds: int = 60) -> Json | None:
    """Takes the next part to send."""
    delivery: Json | None = serve(
        database,
        "claim_channel_delivery",
        channel="telegram",
        lease_seconds=lease_seconds,
    )["delivery"]
    return delivery


def must_claim(database: Database) -> Json:
    """Takes the next part to send, which is there."""
    delivery = claim(database)
    assert delivery is not None
    return delivery


def held(delivery: Json) -> dict[str, Any]:
    """The parameters that prove who sends a part."""
    return {"id": delivery["id"], "lease_token": delivery["lease_token"]}


def send(database: Database, delivery: Json, external_message_id: str = "77") -> Json:
    """Marks a part as sent."""
    return serve(
        database,
        "complete_channel_delivery",
        **held(delivery),
        external_message_id=external_message_id,
    )


def deliver_all(database: Database) -> list[tuple[str, int]]:
    """Sends whatever is open now; returns (chat, message id) in the order of sending."""
    sent = []
    while (delivery := claim(database)) is not None:
        send(database, delivery)
        sent.append((delivery["external_chat_id"], delivery["message_id"]))
    return sent
