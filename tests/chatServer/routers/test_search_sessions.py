"""Find sessions by a piece of what was said in them."""

import pytest

from chatServer.models import SessionPage
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage

SESSIONS = "/api/chat/sessions"


async def find(visitor: Visitor, query: str, **others: str | int) -> SessionPage:
    response = await visitor.client.get(SESSIONS, params={"query": query, **others})
    assert response.status_code == 200, response.text
    return SessionPage.model_validate_json(response.content)


async def test_a_hit_says_where_the_match_stands(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller, title="Plants")
    await history_stage.add_messages(visitor.caller, session_id, "Will the Frost come tonight?")
    await history_stage.add_session(visitor.caller, title="Something else")

    page = await find(visitor, "frost")

    assert [session.session_id for session in page.sessions] == [session_id]
    match = page.sessions[0].match
    assert match is not None
    assert (match.before, match.text, match.after) == ("Will the ", "Frost", " come tonight?")
    assert page.next_cursor is None


async def test_a_title_is_found_and_lists_without_a_query_tell_no_match(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    await history_stage.add_session(visitor.caller, title="図書館の本")
    assert [session.match for session in (await find(visitor, "図書")).sessions] == [None]
    response = await visitor.client.get(SESSIONS)
    assert response.json()["sessions"][0]["match"] is None


async def test_pages_follow_by_cursor_to_the_end(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    made = [await history_stage.add_session(visitor.caller) for _ in range(3)]
    for session_id in made:
        await history_stage.add_messages(visitor.caller, session_id, "frost")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await find(visitor, "frost", limit=2, **cursor)
        found += [session.session_id for session in page.sessions]
        if page.next_cursor is None:
            break
        cursor = {"cursor": page.next_cursor}
        await history_stage.add_messages(visitor.caller, made[0], "more frost")
    assert found == made[::-1]


async def test_relevance_is_the_order_unless_newest_is_asked_for(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    titled = await history_stage.add_session(visitor.caller, title="Frost")
    piece = await history_stage.add_session(visitor.caller)
    await history_stage.add_messages(visitor.caller, piece, "frosty")
    for order, found in (("relevance", [titled, piece]), ("newest", [piece, titled])):
        page = await find(visitor, "frost", order=order)
        assert [session.session_id for session in page.sessions] == found
        first = await find(visitor, "frost", order=order, limit=1)
        second = await find(visitor, "frost", order=order, cursor=str(first.next_cursor))
        assert [s.session_id for s in (*first.sessions, *second.sessions)] == found
    page = await find(visitor, "frost")
    assert [session.session_id for session in page.sessions] == [titled, piece]


async def test_what_follows_a_found_message_is_read_from_it(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller)
    await history_stage.add_messages(visitor.caller, session_id, "one", "frost", "three", "four")
    match = (await find(visitor, "frost")).sessions[0].match
    assert match is not None
    path = f"{SESSIONS}/{session_id}/messages"
    params = {"after_id": match.message_id, "limit": 1}
    below = (await visitor.client.get(path, params=params)).json()
    assert [message["content"] for message in below["messages"]] == ["three"]
    assert (below["next_after_id"], below["is_in_use"]) == (below["messages"][0]["id"], True)
    missing = await visitor.client.get(path, params={"after_id": 2**52})
    assert (missing.status_code, missing.json()["code"]) == (404, "message_not_found")


async def test_a_cursor_of_another_search_is_refused(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    for _ in range(2):
        session_id = await history_stage.add_session(visitor.caller)
        await history_stage.add_messages(visitor.caller, session_id, "frost")
    cursor = (await find(visitor, "frost", limit=1)).next_cursor
    others: list[dict[str, str]] = [
        {"query": "snow"},
        {"query": "frost", "channel": "web"},
        {"query": "frost", "order": "newest"},
        {"query": "frost", "from": "2026-11-20T10:00:00Z"},
        {},
    ]
    for params in others:
        response = await visitor.client.get(SESSIONS, params={**params, "cursor": str(cursor)})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")
        assert response.json()["errors"][0]["field"] == "cursor"


async def test_nothing_of_somebody_else_is_found(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller, title="Secret ingredient")
    await history_stage.add_messages(visitor.caller, session_id, "A secret ingredient")
    assert (await find(stranger, "ingredient")).sessions == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"query": ""}, "query"),
        ({"query": "   "}, "query"),
        ({"query": "x" * 201}, "query"),
        ({"query": "a\x00b"}, "query"),
        ({"query": "x", "offset": "1"}, "offset"),
        ({"query": "x", "pinned": "true"}, "pinned"),
        ({"query": "x", "channel": "fax"}, "channel"),
    ],
)
async def test_a_search_that_cannot_be_names_its_field(
    visitor: Visitor, params: dict[str, str], field: str
) -> None:
    response = await visitor.client.get(SESSIONS, params=params)
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
    assert response.json()["errors"][0]["field"] == field
