"""The routes of links without a bot; with one they are tested beside the bot."""

import uuid

from tests.chatServer.conftest import Visitor

PATH = "/api/chat/links/telegram"


async def test_without_a_bot_there_is_none_to_link_with(visitor: Visitor) -> None:
    answer = await visitor.client.get(PATH)
    assert answer.json() == {"is_configured": False, "bot_username": None, "links": []}


async def test_without_a_bot_no_link_can_be_made(visitor: Visitor) -> None:
    answer = await visitor.client.post(PATH)
    assert (answer.status_code, answer.json()["code"]) == (409, "telegram_not_configured")
    assert "TELEGRAM_BOT_TOKEN" in answer.json()["detail"]


async def test_a_link_that_is_not_there_is_not_found(visitor: Visitor) -> None:
    answer = await visitor.client.delete(PATH, params={"link_id": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "link_not_found")


async def test_a_link_id_that_is_none_is_named(visitor: Visitor) -> None:
    for params in ({}, {"link_id": "7"}):
        answer = await visitor.client.delete(PATH, params=params)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "link_id"


async def test_redelivery_of_what_is_not_there_is_not_found(visitor: Visitor) -> None:
    answer = await visitor.client.post("/api/chat/sessions/none/messages/1/redeliver")
    assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    answer = await visitor.client.post("/api/chat/sessions/none/messages/0/redeliver")
    assert answer.status_code == 422
