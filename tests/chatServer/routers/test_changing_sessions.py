"""Change, archive and delete a session, and hear of it on another device."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chatServer.models import Session
from chatServer.services.signed_cursor import SignedCursors
from chatServer.session_change_models import SessionChanges, UpdatedSession
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage

SESSIONS = "/api/chat/sessions"
CHANGES = f"{SESSIONS}/changes"


@pytest.fixture
async def session_id(history_stage: HistoryStage, visitor: Visitor) -> str:
    return await history_stage.add_session(visitor.caller, title="Plans")


async def feed(visitor: Visitor, since: str | None = None) -> SessionChanges:
    response = await visitor.client.get(CHANGES, params={"since": since} if since else {})
    assert response.status_code == 200, response.text
    return SessionChanges.model_validate_json(response.content)


async def test_a_change_answers_the_session_as_resolved(visitor: Visitor, session_id: str) -> None:
    body = {"title": "May in Lisbon", "pinned": True, "metadata": {"colour": "blue"}}
    response = await visitor.client.patch(f"{SESSIONS}/{session_id}", json=body)
    assert response.status_code == 200, response.text
    session = UpdatedSession.model_validate_json(response.content)
    assert (session.title, session.title_source) == ("May in Lisbon", "user")
    assert (session.pinned, session.metadata) == (True, {"colour": "blue"})
    assert session.superseded == {}


async def test_of_two_devices_the_last_wins_and_hears_what_it_replaced(
    visitor: Visitor, session_id: str
) -> None:
    path = f"{SESSIONS}/{session_id}"
    version = (await visitor.client.get(path)).json()["version"]
    for title in ("On the phone", "At the desk"):
        answer = await visitor.client.patch(path, json={"title": title, "base_version": version})
    assert answer.json()["title"] == "At the desk"
    assert answer.json()["superseded"] == {"title": "On the phone"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"base_version": 1}, "body"),
        ({"title": ""}, "title"),
        ({"title": "t" * 1_000_000}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": " \n\u3000"}, "title"),
        ({"title": "\u202e\u200b"}, "title"),
        ({"pinned": "perhaps"}, "pinned"),
        ({"archived": None}, "archived"),
        ({"channel": "telegram"}, "channel"),
        ({"title": "x", "base_version": 10**9}, "base_version"),
        ({"title": "x", "base_version": 0}, "base_version"),
    ],
)
async def test_a_change_that_cannot_be_names_its_field(
    visitor: Visitor, session_id: str, body: dict[str, object], field: str
) -> None:
    response = await visitor.client.patch(f"{SESSIONS}/{session_id}", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
    assert response.json()["errors"][0]["field"] == field


async def test_pinned_sessions_can_be_listed_alone(
    history_stage: HistoryStage, visitor: Visitor, session_id: str
) -> None:
    other = await history_stage.add_session(visitor.caller)
    await visitor.client.patch(f"{SESSIONS}/{session_id}", json={"pinned": True})
    for pinned, expected in (("true", [session_id]), ("false", [other])):
        page = await visitor.client.get(SESSIONS, params={"pinned": pinned})
        assert [found["session_id"] for found in page.json()["sessions"]] == expected


async def test_archive_turns_round_and_moves_the_session_between_the_lists(
    visitor: Visitor, session_id: str
) -> None:
    for is_archived in (True, False):
        response = await visitor.client.post(f"{SESSIONS}/{session_id}/archive")
        assert Session.model_validate_json(response.content).archived is is_archived
        page = await visitor.client.get(
            SESSIONS, params={"archived": "true" if is_archived else "false"}
        )
        assert [found["session_id"] for found in page.json()["sessions"]] == [session_id]


async def test_a_deleted_session_is_gone_for_good(visitor: Visitor, session_id: str) -> None:
    path = f"{SESSIONS}/{session_id}"
    response = await visitor.client.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert (await visitor.client.get(path)).status_code == 404
    assert (await visitor.client.delete(path)).json()["code"] == "session_not_found"


@pytest.mark.parametrize(
    ("method", "suffix"), [("PATCH", ""), ("DELETE", ""), ("POST", "/archive")]
)
async def test_somebody_elses_session_is_as_one_that_does_not_exist(
    visitor: Visitor, stranger: Visitor, session_id: str, method: str, suffix: str
) -> None:
    body = {"title": "Mine"} if method == "PATCH" else None
    real, unreal = [
        await stranger.client.request(method, f"{SESSIONS}/{named}{suffix}", json=body)
        for named in (session_id, str(uuid.uuid4()))
    ]
    assert real.status_code == unreal.status_code == 404
    assert real.content == unreal.content
    assert (await visitor.client.get(f"{SESSIONS}/{session_id}")).json()["title"] == "Plans"


async def test_another_device_hears_of_changes_and_deletions(
    history_stage: HistoryStage, visitor: Visitor, session_id: str
) -> None:
    gone = await history_stage.add_session(visitor.caller)
    start = await feed(visitor)
    assert (start.changed, start.deleted) == ([], [])
    await visitor.client.patch(f"{SESSIONS}/{session_id}", json={"title": "Changed"})
    await visitor.client.delete(f"{SESSIONS}/{gone}")
    titles: dict[str, str | None] = {}
    deleted: list[str] = []
    cursor = start.cursor
    # Transactions of other tests may hold the feed back for an instant.
    async with asyncio.timeout(180):
        while not (deleted and titles.get(session_id) == "Changed"):
            heard = await feed(visitor, cursor)
            titles |= {session.session_id: session.title for session in heard.changed}
            deleted += heard.deleted
            cursor = heard.cursor
    assert deleted == [gone]
    assert (await feed(visitor, cursor)).changed == []


async def test_without_a_change_the_answer_is_304_without_a_body(visitor: Visitor) -> None:
    cursor = (await feed(visitor)).cursor
    first = await visitor.client.get(CHANGES, params={"since": cursor})
    etag = first.headers["etag"]
    # A proxy that packs answers weakens their tags; a cache may name several.
    for known in (etag, f"W/{etag}", f'"another", {etag}'):
        again = await visitor.client.get(
            CHANGES, params={"since": cursor}, headers={"If-None-Match": known}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag


async def test_a_tampered_cursor_is_refused(visitor: Visitor) -> None:
    cursor = (await feed(visitor)).cursor
    for wrong in (cursor[:-8] + "AAAAAAA=", "x", (await _list_cursor(visitor))):
        response = await visitor.client.get(CHANGES, params={"since": wrong})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")
        assert [error["field"] for error in response.json()["errors"]] == ["since"]


async def _list_cursor(visitor: Visitor) -> str:
    for _ in range(2):
        await visitor.client.post(SESSIONS, json={})
    page = await visitor.client.get(SESSIONS, params={"limit": 1})
    return str(page.json()["next_cursor"])


@pytest.mark.parametrize(
    ("days_ago", "xid"), [(30, "1"), (0, str(2**62))], ids=["a month away", "another database"]
)
async def test_a_cursor_that_may_have_missed_deletions_is_expired(
    history_stage: HistoryStage, visitor: Visitor, days_ago: int, xid: str
) -> None:
    cursors = SignedCursors(history_stage.api.secret_key, purpose="chat-registry change cursor v1")
    day = (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()
    response = await visitor.client.get(CHANGES, params={"since": cursors.encode(f"{day} {xid} ")})
    assert (response.status_code, response.json()["code"]) == (410, "cursor_expired")
