import asyncio
import uuid
from urllib.parse import quote

import pytest

from chatServer.models import MessagePage, Session, SessionPage, SessionWithMessages
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage
from tests.chatServer.live_server import client_for

SESSIONS = "/api/chat/sessions"
OF_SOMEBODY = f"{SESSIONS}/{uuid.UUID(int=1)}"


@pytest.mark.parametrize("authorization", [None, "Basic dXNlcjpwYXNz", "Bearer", "Bearer no.t.it"])
async def test_get_sessions_requires_auth(server_url: str, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    async with client_for(server_url, None) as client:
        response = await client.get(SESSIONS, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "unauthorized"


async def test_get_messages_requires_auth(server_url: str) -> None:
    async with client_for(server_url, None) as client:
        response = await client.get(f"{OF_SOMEBODY}/messages")
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", SESSIONS), ("GET", f"{SESSIONS}/counts"), ("GET", OF_SOMEBODY)],
)
async def test_every_other_route_requires_auth(server_url: str, method: str, path: str) -> None:
    async with client_for(server_url, None) as client:
        response = await client.request(method, path, json={} if method == "POST" else None)
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")


async def test_get_sessions_returns_list(history_stage: HistoryStage, visitor: Visitor) -> None:
    first = await history_stage.add_session(visitor.caller, title="First")
    second = await history_stage.add_session(visitor.caller, channel="scheduled")

    response = await visitor.client.get(SESSIONS)

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    page = SessionPage.model_validate_json(response.content)
    assert [session.session_id for session in page.sessions] == [second, first]
    assert page.next_cursor is None
    filtered = await visitor.client.get(SESSIONS, params={"channel": "web"})
    assert [found["session_id"] for found in filtered.json()["sessions"]] == [first]


async def test_get_sessions_pages_by_cursor_and_by_offset(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    made = [await history_stage.add_session(visitor.caller) for _ in range(3)][::-1]

    async def page(**params: str | int) -> tuple[list[str], str | None]:
        body = (await visitor.client.get(SESSIONS, params={"limit": 2, **params})).json()
        return [session["session_id"] for session in body["sessions"]], body["next_cursor"]

    newest, cursor = await page()
    assert newest == made[:2]
    assert cursor is not None
    assert await page(cursor=cursor) == (made[2:], None)
    assert await page(offset=1) == (made[1:], None)
    other_list = await visitor.client.get(SESSIONS, params={"cursor": cursor, "archived": "all"})
    assert (other_list.status_code, other_list.json()["code"]) == (400, "invalid_cursor")


async def test_get_messages_returns_list(history_stage: HistoryStage, visitor: Visitor) -> None:
    session_id = await history_stage.add_session(visitor.caller)
    await history_stage.add_messages(visitor.caller, session_id, "one", "two", "three")

    response = await visitor.client.get(f"{SESSIONS}/{session_id}/messages", params={"limit": 2})

    assert response.status_code == 200
    page = MessagePage.model_validate_json(response.content)
    assert [message.content for message in page.messages] == ["two", "three"]
    assert page.next_before_id == page.messages[0].id
    above = await visitor.client.get(
        f"{SESSIONS}/{session_id}/messages", params={"before_id": page.next_before_id}
    )
    assert [message["content"] for message in above.json()["messages"]] == ["one"]


async def test_get_messages_of_a_branch_needs_a_message_of_the_session(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller)
    response = await visitor.client.get(f"{SESSIONS}/{session_id}/messages?head_id=1")
    assert (response.status_code, response.json()["code"]) == (404, "message_not_found")


async def test_get_session_opens_it_with_its_newest_messages(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller, title="Opened")
    await history_stage.add_messages(visitor.caller, session_id, "one", "two")

    response = await visitor.client.get(f"{SESSIONS}/{session_id}", params={"limit": 1})

    opened = SessionWithMessages.model_validate_json(response.content)
    assert (opened.title, opened.message_count, opened.is_answering) == ("Opened", 2, False)
    assert [message.content for message in opened.messages] == ["two"]
    assert opened.has_more


async def test_get_session_counts_by_channel(history_stage: HistoryStage, visitor: Visitor) -> None:
    await history_stage.add_session(visitor.caller, channel="telegram")
    await history_stage.add_session(visitor.caller, archived=True)
    counts = (await visitor.client.get(f"{SESSIONS}/counts")).json()
    assert {name: counts[name] for name in ("all", "web", "telegram", "scheduled")} == {
        "all": 1,
        "web": 0,
        "telegram": 1,
        "scheduled": 0,
    }
    everything = await visitor.client.get(f"{SESSIONS}/counts", params={"archived": "all"})
    assert everything.json()["all"] == 2


async def test_create_session_answers_201_and_200_when_sent_again(visitor: Visitor) -> None:
    body = {"session_id": str(uuid.uuid4()), "title": "Once"}
    first = await visitor.client.post(SESSIONS, json=body)
    again = await visitor.client.post(SESSIONS, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert Session.model_validate_json(again.content).chat_id == uuid.UUID(first.json()["chat_id"])
    assert (await visitor.client.get(f"{SESSIONS}/counts")).json()["all"] == 1


async def test_create_session_chooses_an_id(visitor: Visitor) -> None:
    made = (await visitor.client.post(SESSIONS, json={})).json()
    assert made["session_id"] == made["chat_id"]
    assert (await visitor.client.get(f"{SESSIONS}/{made['session_id']}")).status_code == 200


@pytest.mark.parametrize(
    "name", ["telegram-like:1:2", "a b", "50%", "%2F", "ünï/cödé"[:3], "q?x=1#y", "-"]
)
async def test_an_id_works_in_a_path_as_it_is_and_encoded(visitor: Visitor, name: str) -> None:
    session_id = f"{name} {uuid.uuid4()}"
    assert (await visitor.client.post(SESSIONS, json={"session_id": session_id})).status_code == 201
    for safe in ("", ":"):
        path = f"{SESSIONS}/{quote(session_id, safe=safe)}"
        assert (await visitor.client.get(path)).json()["session_id"] == session_id
        assert (await visitor.client.get(f"{path}/messages")).json()["messages"] == []


class TestSomebodyElses:
    @pytest.mark.parametrize("tail", ["", "/messages"])
    async def test_session_answers_as_one_that_is_not_there(
        self, history_stage: HistoryStage, visitor: Visitor, stranger: Visitor, tail: str
    ) -> None:
        session_id = await history_stage.add_session(visitor.caller)
        theirs = await stranger.client.get(f"{SESSIONS}/{session_id}{tail}")
        nobodys = await stranger.client.get(f"{SESSIONS}/{uuid.uuid4()}{tail}")
        assert (theirs.status_code, theirs.json()["code"]) == (404, "session_not_found")
        assert theirs.content == nobodys.content
        mine = await visitor.client.get(f"{SESSIONS}/{session_id}{tail}")
        assert mine.status_code == 200

    async def test_id_cannot_be_taken(self, visitor: Visitor, stranger: Visitor) -> None:
        body = {"session_id": str(uuid.uuid4()), "title": "Mine"}
        await visitor.client.post(SESSIONS, json=body)
        response = await stranger.client.post(SESSIONS, json=body)
        assert (response.status_code, response.json()["code"]) == (409, "session_id_taken")

    async def test_cursor_shows_nothing_of_theirs(
        self, history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
    ) -> None:
        for _ in range(2):
            await history_stage.add_session(visitor.caller)
        cursor = (await visitor.client.get(SESSIONS, params={"limit": 1})).json()["next_cursor"]
        response = await stranger.client.get(SESSIONS, params={"cursor": cursor})
        assert response.json()["sessions"] == []


async def test_two_users_never_mix_in_a_hundred_requests_at_once(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor
) -> None:
    users = (visitor, stranger)
    sessions = [await history_stage.add_session(user.caller) for user in users]

    async def ask(number: int) -> None:
        user, own, others = users[number % 2], sessions[number % 2], sessions[1 - number % 2]
        user_id = str(user.caller.user_id)
        match number // 2 % 4:
            case 0:
                made = await user.client.post(SESSIONS, json={"title": str(number)})
                assert made.json()["user_id"] == user_id
            case 1:
                listed = await user.client.get(SESSIONS, params={"limit": 200})
                assert {found["user_id"] for found in listed.json()["sessions"]} == {user_id}
            case 2:
                opened = await user.client.get(f"{SESSIONS}/{own}")
                assert opened.json()["user_id"] == user_id
            case _:
                assert (await user.client.get(f"{SESSIONS}/{others}")).status_code == 404

    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(ask(number))

    for index, user in enumerate(users):
        page = (await user.client.get(SESSIONS, params={"limit": 200})).json()["sessions"]
        assert {found["user_id"] for found in page} == {str(user.caller.user_id)}
        titles = {found["title"] for found in page if found["title"] is not None}
        assert titles == {str(number) for number in range(index, 100, 8)}


async def test_what_a_user_wrote_past_the_server_breaks_no_page_and_no_export(
    history_stage: HistoryStage, visitor: Visitor
) -> None:
    session_id = await history_stage.add_session(visitor.caller)
    forged = {"usage": {"cost": "much"}, "tool_steps": [7]}
    written = await history_stage.http.post(
        f"{history_stage.api.url}/rest/v1/chat_message_history",
        headers={
            "apikey": history_stage.api.publishable_key,
            "Authorization": visitor.client.headers["Authorization"],
        },
        json={
            "session_id": session_id,
            "user_id": str(visitor.caller.user_id),
            "role": "assistant",
            "content": "Mine",
            **forged,
        },
    )
    assert written.status_code == 201
    for address in (f"{SESSIONS}/{session_id}", f"{SESSIONS}/{session_id}/export"):
        response = await visitor.client.get(address)
        assert response.status_code == 200
        (message,) = response.json()["messages"]
        assert (message["content"], message["usage"], message["tool_steps"]) == (
            *("Mine", None, None),
        )
    assert len((await visitor.client.get("/api/chat/export")).content) > 0
