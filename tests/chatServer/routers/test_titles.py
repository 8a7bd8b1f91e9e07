"""Ask for a title, and hear of it."""

import uuid

import pytest

from chatServer.models import Session
from chatServer.settings import Settings
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage
from tests.chatServer.live_server import client_for, serve
from tests.chatServer.routers.test_bad_input import problem
from tests.chatServer.turn_stage import eventually

SESSIONS = "/api/chat/sessions"
SAID = ["When do I plant tomatoes?"] + ["Tomatoes on the balcony?"] * 10


def messages(*contents: str) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": content, "client_request_id": str(uuid.uuid4())}
        for content in contents
    ]


async def test_a_title_that_is_asked_for_is_waited_for(visitor: Visitor) -> None:
    session_id = str(uuid.uuid4())
    path = f"{SESSIONS}/{session_id}"
    await visitor.client.put(path, json={"messages": messages("Hello there")})
    response = await visitor.client.post(f"{path}/regenerate-title")
    assert response.status_code == 202
    session = Session.model_validate_json(response.content)
    assert (session.title, session.title_status) == ("Hello there", "waiting")


async def test_a_users_title_is_not_replaced(history_stage: HistoryStage, visitor: Visitor) -> None:
    session_id = await history_stage.add_session(visitor.caller, title="Mine")
    response = await visitor.client.post(f"{SESSIONS}/{session_id}/regenerate-title")
    problem(response, 409, "title_set_by_user")
    listed = await visitor.client.get(f"{SESSIONS}/{session_id}")
    assert (listed.json()["title"], listed.json()["title_status"]) == ("Mine", None)


@pytest.mark.parametrize("is_taken", [True, False])
async def test_of_anothers_session_nothing_is_told(
    history_stage: HistoryStage, visitor: Visitor, stranger: Visitor, is_taken: bool
) -> None:
    theirs = await history_stage.add_session(stranger.caller)
    session_id = theirs if is_taken else str(uuid.uuid4())
    response = await visitor.client.post(f"{SESSIONS}/{session_id}/regenerate-title")
    problem(response, 404, "session_not_found")


async def test_another_device_hears_of_the_title_of_a_session_that_has_grown(
    history_stage: HistoryStage, demo_settings: Settings
) -> None:
    caller = await history_stage.sign_up()
    settings = demo_settings.model_copy(update={"make_titles": True})
    async with serve(settings) as url, client_for(url, caller) as client:
        since = (await client.get(f"{SESSIONS}/changes")).json()["cursor"]
        await client.put(f"{SESSIONS}/{uuid.uuid4()}", json={"messages": messages(*SAID)})

        async def is_heard_of() -> bool:
            feed = await client.get(f"{SESSIONS}/changes", params={"since": since})
            titles = [session["title"] for session in feed.json()["changed"]]
            return titles == ["Plant, tomatoes, balcony"]

        await eventually(is_heard_of, what="the feed tells of the title")
