"""The same rules over HTTP, at the Supabase API itself, with real users' tokens."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from tests.stack.api import SupabaseApi, TestUser
from tests.supabase.migrations.registry_user import Json

Request = tuple[str, str, object]
"""Method, path below /rest/v1, JSON body; {session}, {message} … stand for the target's ids."""

REQUESTS: list[Request] = [
    ("GET", "chat_sessions?session_id=eq.{session}", None),
    (
        "GET",
        "chat_sessions?user_id=eq.{user}"
        "&select=*,chat_message_history!chat_message_history_session_fkey(*)",
        None,
    ),
    ("GET", "chat_message_history?session_id=eq.{session}", None),
    ("GET", "chat_message_history?id=eq.{message}", None),
    ("GET", "chat_message_history_orphans", None),
    ("PATCH", "chat_sessions?session_id=eq.{session}", {"title": "x"}),
    ("PATCH", "chat_sessions?session_id=eq.{session}", {"user_id": "{me}"}),
    ("PATCH", "chat_sessions?session_id=eq.{mine}", {"head_message_id": "{message}"}),
    ("PATCH", "chat_message_history?id=eq.{answer}", {"content": "x"}),
    ("PATCH", "chat_message_history?id=eq.{answer}", {"status": "failed"}),
    ("DELETE", "chat_sessions?session_id=eq.{session}", None),
    ("DELETE", "chat_message_history?id=eq.{message}", None),
    ("POST", "chat_sessions", {"user_id": "{user}", "session_id": "{session}"}),
    ("POST", "chat_sessions?on_conflict=session_id", {"user_id": "{user}", "title": "x"}),
    (
        "POST",
        "chat_message_history",
        {"session_id": "{session}", "user_id": "{me}", "role": "user", "content": "x"},
    ),
    (
        "POST",
        "chat_message_history",
        {"session_id": "{session}", "user_id": "{user}", "role": "user", "content": "x"},
    ),
    ("POST", "chat_message_history", {"session_id": "{session}", "role": "user", "content": "x"}),
    (
        "POST",
        "chat_message_history",
        {"session_id": "{mine}", "parent_id": "{message}", "role": "user", "content": "x"},
    ),
]
BODIES: dict[str, dict[str, object]] = {
    "list_chat_sessions": {},
    "get_chat_session_counts": {},
    "get_chat_session": {"p_session_id": "{session}"},
    "list_chat_messages": {"p_session_id": "{session}"},
    "get_chat_message": {"p_session_id": "{session}", "p_message_id": "{message}"},
    "begin_turn": {"p_session_id": "{session}", "p_content": "x", "p_client_request_id": "r"},
    "claim_turn": {"p_message_id": "{answer}", "p_lease_token": "{lease}"},
    "checkpoint_turn": {"p_message_id": "{answer}", "p_lease_token": "{lease}", "p_content": "x"},
    "complete_turn": {"p_message_id": "{answer}", "p_lease_token": "{lease}", "p_content": "x"},
    "fail_turn": {"p_message_id": "{answer}", "p_status": "cancelled"},
}
REQUESTS += [
    ("POST", f"rpc/{function}", {"p_user_id": claimed} | body)
    for function, body in BODIES.items()
    for claimed in ("{me}", "{user}")
]
REQUESTS += [("POST", "rpc/fail_expired_turns", {}), ("POST", "rpc/get_health", {})]


@dataclass
class People:
    """A victim, a stranger, and what the stranger knows or makes up."""

    api: SupabaseApi
    client: httpx.Client
    victim: TestUser
    stranger: TestUser

    def send(
        self, request: Request, target: dict[str, object], token: str | None = None
    ) -> tuple[int, str]:
        """Sends with a user's token, or with the publishable key alone; returns the answer."""
        method, path, body = request
        response = self.client.request(
            method,
            path.format(**target),
            json=filled(body, target),
            headers={"Authorization": f"Bearer {token or self.api.publishable_key}"},
        )
        text = response.text
        for name, value in target.items():
            text = text.replace(str(value), f"<{name}>")
        return response.status_code, text

    def call(self, user: TestUser, function: str, **parameters: object) -> Json:
        """Calls a function with the user's own token."""
        response = self.client.post(
            f"rpc/{function}",
            json={"p_user_id": str(user.id)}
            | {f"p_{name}": value for name, value in parameters.items()},
            headers={"Authorization": f"Bearer {user.access_token}"},
        )
        answer: Json = response.raise_for_status().json()
        return answer

    def everything_of_the_victim(self) -> list[list[Json]]:
        """The victim's rows, read with the secret key."""
        headers = {"apikey": self.api.secret_key, "Authorization": f"Bearer {self.api.secret_key}"}
        own = f"user_id=eq.{self.victim.id}"
        return [
            self.client.get(f"{table}?{own}&order={key}", headers=headers).json()
            for table, key in (("chat_sessions", "chat_id"), ("chat_message_history", "id"))
        ]


def filled(body: object, target: dict[str, object]) -> object:
    if not isinstance(body, dict):
        return body
    return {
        key: target[value[1:-1]] if isinstance(value, str) and value[1:-1] in target else value
        for key, value in body.items()
    }


def burn_message_ids(api: SupabaseApi) -> list[int]:
    """Draws two ids that no message will have, high enough to stand out in any answer."""
    with psycopg.connect(api.db_url) as connection:
        connection.execute(
            "select setval('chat_message_history_id_seq',"
            " greatest(nextval('chat_message_history_id_seq'), 700000))"
        )
        rows = connection.execute(
            "select nextval('chat_message_history_id_seq') from generate_series(1, 2)"
        ).fetchall()
    return [number for (number,) in rows]


@pytest.fixture
def people(supabase_api: SupabaseApi) -> Iterator[People]:
    headers = {"apikey": supabase_api.publishable_key, "Prefer": "return=representation"}
    with httpx.Client(
        base_url=f"{supabase_api.url}/rest/v1/", headers=headers, timeout=180
    ) as client:
        yield People(supabase_api, client, supabase_api.add_user(), supabase_api.add_user())


@pytest.fixture
def targets(people: People) -> list[dict[str, object]]:
    """The victim's ids, and ids that never existed."""
    gaps = burn_message_ids(people.api)
    session = people.call(people.victim, "upsert_chat_session", title="Private")["session"]
    turn = people.call(
        people.victim,
        "begin_turn",
        session_id=session["session_id"],
        content="A secret",
        client_request_id="first",
    )
    mine = people.call(people.stranger, "upsert_chat_session")["session"]["session_id"]
    own = {"me": str(people.stranger.id), "mine": mine}
    real = {
        "user": str(people.victim.id),
        "session": session["session_id"],
        "message": turn["user_message"]["id"],
        "answer": turn["assistant_message"]["id"],
        "lease": turn["lease_token"],
    }
    unreal = {
        "user": str(uuid.uuid4()),
        "session": str(uuid.uuid4()),
        "message": gaps[0],
        "answer": gaps[1],
        "lease": str(uuid.uuid4()),
    }
    return [real | own, unreal | own]


def test_a_stranger_changes_nothing_and_is_answered_as_if_nothing_were_there(
    people: People, targets: list[dict[str, object]]
) -> None:
    before = people.everything_of_the_victim()
    for request in REQUESTS:
        real, unreal = (
            people.send(request, target, people.stranger.access_token) for target in targets
        )
        assert real == unreal, request
        assert "secret" not in real[1]
        assert people.everything_of_the_victim() == before, request


def test_the_publishable_key_alone_changes_nothing_and_reads_nothing(
    people: People, targets: list[dict[str, object]]
) -> None:
    before = people.everything_of_the_victim()
    for request in REQUESTS:
        status, text = people.send(request, targets[0])
        assert status in {401, 403}, (request, text)
        assert "secret" not in text
    assert people.everything_of_the_victim() == before


@pytest.mark.parametrize(
    ("path", "body", "column"),
    [
        ("chat_sessions", {"message_count": 9}, "message_count"),
        ("chat_sessions", {"last_message_preview": "Never said"}, "last_message_preview"),
        ("chat_message_history", {"lease_expires_at": "infinity"}, "content"),
    ],
)
def test_an_owner_cannot_forge_what_is_derived(
    people: People,
    targets: list[dict[str, object]],
    path: str,
    body: dict[str, object],
    column: str,
) -> None:
    def value() -> object:
        table = people.everything_of_the_victim()[path == "chat_message_history"]
        return [row[column] for row in table]

    before = value()
    request = ("PATCH", f"{path}?session_id=eq.{{session}}", body)
    people.send(request, targets[0], people.victim.access_token)
    assert value() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "chat_sessions?session_id=eq.{session}", {"channel": "telegram"}),
        ("PATCH", "chat_sessions?session_id=eq.{session}", {"created_at": "2001-01-01"}),
        ("PATCH", "chat_sessions?session_id=eq.{session}", {"user_id": "{me}"}),
        ("PATCH", "chat_message_history?id=eq.{message}", {"content": "Never said"}),
        ("PATCH", "chat_message_history?id=eq.{message}", {"status": "streaming"}),
        ("DELETE", "chat_message_history?id=eq.{message}", None),
        ("POST", "chat_sessions", {"user_id": "{user}", "session_id": "telegram:1:1"}),
        ("POST", "chat_message_history", {"session_id": "{session}", "role": "god", "content": ""}),
    ],
)
def test_an_owner_breaks_no_invariant(
    people: People, targets: list[dict[str, object]], method: str, path: str, body: object
) -> None:
    before = people.everything_of_the_victim()
    status, text = people.send((method, path, body), targets[0], people.victim.access_token)
    assert status >= 400, text
    assert people.everything_of_the_victim() == before
