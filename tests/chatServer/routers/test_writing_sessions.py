"""PUT and sync: what a client writes that brings its own messages."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chatServer.limits import BODY_MAX_BYTES, SYNC_MESSAGES_MAX, SYNC_SESSIONS_MAX
from chatServer.models import Session
from chatServer.session_sync_models import SyncedSessions
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage, open_history_stage
from tests.chatServer.live_server import client_for
from tests.stack.api import SupabaseApi

SESSIONS = "/api/chat/sessions"
SYNC = f"{SESSIONS}/sync"


def message(content: str = "Hello", **fields: object) -> dict[str, object]:
    """A message of the user, with a request id of its own."""
    made = {"role": "user", "content": content, "client_request_id": str(uuid.uuid4())}
    return made | fields


async def put(visitor: Visitor, session_id: str, **body: object) -> httpx.Response:
    return await visitor.client.put(f"{SESSIONS}/{session_id}", json=body)


@pytest.fixture(scope="module")
async def writer(supabase_api: SupabaseApi, server_url: str) -> AsyncIterator[Visitor]:
    """One user for all that is refused, and so leaves no trace."""
    async with open_history_stage(supabase_api) as stage:
        caller = await stage.sign_up()
        async with client_for(server_url, caller) as client:
            yield Visitor(caller, client)


def refused_field(response: httpx.Response) -> tuple[str, str]:
    """The field that a 422 names, and the rule."""
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
    error = response.json()["errors"][0]
    return error["field"], error["message"]


async def test_put_makes_the_session_and_its_repetition_finds_it(visitor: Visitor) -> None:
    session_id, path = str(uuid.uuid4()), f"{SESSIONS}/"
    body = {
        "title": "Own agent",
        "messages": [
            message("2+2?", created_at="2026-03-01T12:00:00+02:00"),
            message("4", role="assistant"),
        ],
    }
    made = await put(visitor, session_id, **body)
    assert made.status_code == 201, made.text
    again = await put(visitor, session_id, **body)
    assert again.status_code == 200
    first, second = (Session.model_validate_json(answer.content) for answer in (made, again))
    assert first == second
    assert (first.title, first.message_count, first.is_answering) == ("Own agent", 2, False)
    opened = (await visitor.client.get(path + session_id)).json()
    assert [found["content"] for found in opened["messages"]] == ["2+2?", "4"]
    assert opened["messages"][0]["created_at"] == "2026-03-01T10:00:00Z"


async def test_put_with_a_used_request_id_writes_nothing_and_names_it(visitor: Visitor) -> None:
    session_id, used = str(uuid.uuid4()), message("first")
    await put(visitor, session_id, messages=[used])
    body = {"title": "New", "messages": [message("second"), {**used, "content": "other"}]}
    response = await put(visitor, session_id, **body)
    assert (response.status_code, response.json()["code"]) == (422, "request_id_reused")
    assert response.json()["errors"][0]["field"] == "messages.1.client_request_id"
    session = (await visitor.client.get(f"{SESSIONS}/{session_id}")).json()
    assert (session["title"], session["message_count"]) == ("first", 1)


async def test_put_brings_no_deleted_session_back(visitor: Visitor) -> None:
    session_id = str(uuid.uuid4())
    await put(visitor, session_id)
    await visitor.client.delete(f"{SESSIONS}/{session_id}")
    response = await put(visitor, session_id, messages=[message()])
    assert (response.status_code, response.json()["code"]) == (410, "session_deleted")
    assert (await visitor.client.get(f"{SESSIONS}/{session_id}")).status_code == 404


async def test_put_on_an_id_of_somebody_else_is_refused(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    theirs = await history_stage.add_session(stranger.caller)
    response = await put(visitor, theirs, messages=[message()])
    assert (response.status_code, response.json()["code"]) == (409, "session_id_taken")


async def test_sync_twice_gives_the_same_sessions_once(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    mine = await history_stage.add_session(visitor.caller)
    theirs = await history_stage.add_session(stranger.caller)
    fresh = str(uuid.uuid4())
    body = {
        "sessions": [
            {"session_id": named, "title": "Offline", "messages": [message(named)]}
            for named in (mine, theirs, fresh)
        ]
    }
    first, second = [
        SyncedSessions.model_validate_json(
            (await visitor.client.post(SYNC, json=body)).raise_for_status().content
        ).results
        for _ in range(2)
    ]
    assert [told.result for told in first] == ["merged", "renamed", "created"]
    assert [told.result for told in second] == ["merged", "renamed", "merged"]
    assert [told.session for told in first] == [told.session for told in second]
    assert first[1].new_session_id not in (None, theirs)
    listed = (await visitor.client.get(SESSIONS)).json()["sessions"]
    assert {found["session_id"] for found in listed} == {mine, fresh, first[1].new_session_id}
    assert {found["message_count"] for found in listed} == {1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "t" * 1_000_000}, "title"),
        ({"title": ""}, "title"),
        ({"colour": "blue"}, "colour"),
        ({"metadata": {}}, "metadata"),
        ({"channel": "carrier-pigeon"}, "channel"),
        ({"channel": "telegram"}, "channel"),
        ({"messages": "none"}, "messages"),
        ({"messages": [message()] * (SYNC_MESSAGES_MAX + 1)}, "messages"),
        ({"messages": [message(client_request_id="r")] * 2}, "messages"),
        ({"messages": [message(), message(" \n")]}, "messages.1.content"),
        ({"messages": [message("x" * 65_537)]}, "messages.0.content"),
        ({"messages": [message("\ud800")]}, "messages.0.content"),
        ({"messages": [message(role="system")]}, "messages.0.role"),
        ({"messages": [message(client_request_id="")]}, "messages.0.client_request_id"),
        ({"messages": [message(status="streaming")]}, "messages.0.status"),
        ({"messages": [message(created_at="2026-03-01T12:00:00")]}, "messages.0.created_at"),
        ({"messages": [message(created_at="yesterday")]}, "messages.0.created_at"),
        ({"messages": [message(created_at="0001-01-01T00:00+05:00")]}, "messages.0.created_at"),
    ],
    ids=lambda value: json.dumps(value)[:50],
)
async def test_put_refuses_by_name(writer: Visitor, body: dict[str, Any], field: str) -> None:
    session_id = str(uuid.uuid4())
    response = await writer.client.put(
        f"{SESSIONS}/{session_id}",
        content=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert refused_field(response)[0] == field
    assert (await writer.client.get(f"{SESSIONS}/{session_id}")).status_code == 404


@pytest.mark.parametrize(
    ("session_id", "field"),
    [("telegram:1:1", "session_id"), ("%0A", "session_id"), ("s" * 201, "session_id")],
)
async def test_put_makes_no_session_of_a_reserved_or_unnameable_id(
    writer: Visitor, session_id: str, field: str
) -> None:
    assert refused_field(await put(writer, session_id))[0] == field


@pytest.mark.parametrize(
    ("sessions", "field", "told"),
    [
        ([{"session_id": f"s{n}"} for n in range(10_000)], "sessions", str(SYNC_SESSIONS_MAX)),
        (
            [
                {"session_id": f"s{n}", "messages": [message("x") for _ in range(501)]}
                for n in range(2)
            ],
            "sessions",
            str(SYNC_MESSAGES_MAX),
        ),
        ([{"session_id": "twice"}] * 2, "sessions", "of its own"),
        ([{"session_id": "counts"}], "sessions.0.session_id", "counts"),
        ([{"title": "x"}], "sessions.0.session_id", "required"),
        ([{"session_id": "s", "messages": [{}]}], "sessions.0.messages.0.role", "required"),
        ([{"session_id": "s", "title": "t" * 201}], "sessions.0.title", "200"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
async def test_sync_refuses_by_name_and_says_the_limit(
    writer: Visitor, sessions: list[object], field: str, told: str
) -> None:
    name, rule = refused_field(await writer.client.post(SYNC, json={"sessions": sessions}))
    assert name == field
    assert told in rule
    assert (await writer.client.get(f"{SESSIONS}/counts")).json()["all"] == 0


async def test_sync_of_more_than_a_megabyte_says_the_limit(writer: Visitor) -> None:
    body = {"sessions": [{"session_id": "s", "title": "t" * BODY_MAX_BYTES}]}
    response = await writer.client.post(SYNC, json=body)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
    assert str(BODY_MAX_BYTES) in response.json()["detail"]
