"""The webhook: what Telegram sends is stored once and answered 200; nobody else gets in."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.chatServer.live_server import client_for
from tests.stack.api import SupabaseApi
from tests.support.telegram_stage import (
    PUBLIC_URL,
    WEBHOOK_SECRET,
    TelegramStage,
    open_telegram_stage,
)
from tests.support.telegram_updates import Person

PATH = "/api/telegram/webhook"
SECRET = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}


@pytest.fixture(scope="module")
async def webhook(supabase_api: SupabaseApi) -> AsyncIterator[TelegramStage]:
    async with open_telegram_stage(supabase_api, has_webhook=True) as stage:
        yield stage


@pytest.fixture
async def client(webhook: TelegramStage) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(webhook.base_url, None) as opened:
        yield opened


async def stored(webhook: TelegramStage) -> int:
    """How many updates of this bot are in the inbox."""
    return await webhook.turns.execute(
        "select from channel_inbox where bot_id = %s", webhook.bot.bot_id
    )


async def test_the_bot_asks_telegram_to_call_here(webhook: TelegramStage) -> None:
    call = await webhook.bot.wait_for_call("setWebhook")
    assert call.params["url"] == PUBLIC_URL + PATH
    assert call.params["secret_token"] == WEBHOOK_SECRET
    assert webhook.bot.calls_of("getUpdates") == []


class TestSecret:
    @pytest.mark.parametrize(
        "headers",
        [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": ""}],
    )
    async def test_without_the_right_one_nothing_is_stored(
        self, webhook: TelegramStage, client: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        before = await stored(webhook)
        answer = await client.post(PATH, headers=headers, json=Person().writes("Hello"))
        assert (answer.status_code, answer.json()["code"]) == (403, "webhook_refused")
        assert await stored(webhook) == before

    async def test_without_a_webhook_there_is_no_such_address(
        self, supabase_api: SupabaseApi
    ) -> None:
        async with (
            open_telegram_stage(supabase_api) as polling,
            client_for(polling.base_url, None) as client,
        ):
            answer = await client.post(PATH, headers=SECRET, json=Person().writes("Hello"))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestReceiveUpdate:
    async def test_an_update_is_answered_200_and_handled(
        self, webhook: TelegramStage, client: httpx.AsyncClient
    ) -> None:
        ada = await webhook.link()
        answer = await client.post(PATH, headers=SECRET, json=ada.person.writes("Hello"))
        assert (answer.status_code, answer.content) == (200, b"")
        assert await webhook.bot.wait_for(1, ada.chat_id) == ["echo: Hello"]

    async def test_ten_times_at_once_it_is_one_message(
        self, webhook: TelegramStage, client: httpx.AsyncClient
    ) -> None:
        ada = await webhook.link()
        update = ada.person.writes("once")
        answers = await asyncio.gather(
            *(client.post(PATH, headers=SECRET, json=update) for _ in range(10))
        )
        assert {answer.status_code for answer in answers} == {200}
        last = ada.person.writes("last")
        await client.post(PATH, headers=SECRET, json=last)
        assert await webhook.bot.wait_for(2, ada.chat_id) == ["echo: once", "echo: last"]

    async def test_out_of_order_both_are_answered(
        self, webhook: TelegramStage, client: httpx.AsyncClient
    ) -> None:
        ada = await webhook.link()
        first, second = ada.person.writes("first"), ada.person.writes("second")
        for update in (second, first):
            await client.post(PATH, headers=SECRET, json=update)
        assert sorted(await webhook.bot.wait_for(2, ada.chat_id)) == [
            "echo: first",
            "echo: second",
        ]

    @pytest.mark.parametrize(
        "payload",
        [
            {"update_id": 1},
            {"update_id": 2, "poll": {"id": "1"}},
            {"update_id": 3, "message": {}},
            {"update_id": 4, "message": None},
            {"update_id": 5, "message": "text"},
            {"update_id": "6", "message": {"text": "x"}},
            {"update_id": -1},
            {},
            [],
            "text",
            None,
        ],
    )
    async def test_what_is_of_no_interest_is_answered_200_and_not_stored(
        self,
        webhook: TelegramStage,
        client: httpx.AsyncClient,
        payload: Any,  # noqa: ANN401 any JSON
    ) -> None:
        before = await stored(webhook)
        answer = await client.post(PATH, headers=SECRET, content=json.dumps(payload))
        assert answer.status_code == 200
        assert await stored(webhook) == before

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"\xff\xfe", b"NaN", b'{"update_id": 1e999}', b"[" * 100_000, b"9" * 5000],
    )
    async def test_what_is_no_json_is_answered_200_and_not_stored(
        self, webhook: TelegramStage, client: httpx.AsyncClient, body: bytes
    ) -> None:
        before = await stored(webhook)
        answer = await client.post(PATH, headers=SECRET, content=body)
        assert answer.status_code == 200
        assert await stored(webhook) == before

    async def test_twenty_megabytes_are_refused_before_they_are_read(
        self, webhook: TelegramStage, client: httpx.AsyncClient
    ) -> None:
        before = await stored(webhook)
        update = Person().writes("x" * 20_000_000)
        answer = await client.post(PATH, headers=SECRET, json=update)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert await stored(webhook) == before

    async def test_characters_that_cannot_be_stored_are_replaced(
        self, webhook: TelegramStage, client: httpx.AsyncClient
    ) -> None:
        ada = await webhook.link()
        body = json.dumps(ada.person.writes("a\x00b")).replace("b", "b\\ud800", 1)
        assert (await client.post(PATH, headers=SECRET, content=body)).status_code == 200
        update = ada.person.writes("nul \x00 and half \ud83d!")
        await client.post(PATH, headers=SECRET, content=json.dumps(update))
        assert await webhook.bot.wait_for(1, ada.chat_id) == ["echo: nul \ufffd and half \ufffd!"]
