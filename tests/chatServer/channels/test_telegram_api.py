"""How the Bot API's answers become the services' words; HTTP is mocked at its border."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import respx
from pydantic import JsonValue, SecretStr

from chatServer.channels.telegram_api import TelegramApi, Timeouts
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused
from tests.support.telegram_misbehaviour import Silence
from tests.support.telegram_server import FakeTelegram

ROOT = "https://api.telegram.example"
TOKEN = "123456:a-made-up-secret-of-the-bot"
SEND = f"{ROOT}/bot{TOKEN}/sendMessage"
PART: dict[str, JsonValue] = {
    "text": "Hi",
    "entities": [{"type": "bold", "offset": 0, "length": 2}],
}


@pytest.fixture
async def api() -> AsyncIterator[TelegramApi]:
    opened = TelegramApi(SecretStr(TOKEN), root_url=ROOT, trust_env=False)
    yield opened
    await opened.close()


def error(status: int, description: str, **parameters: int) -> httpx.Response:
    body = {"ok": False, "error_code": status, "description": description}
    return httpx.Response(status, json=body | ({"parameters": parameters} if parameters else {}))


def sent(message_id: int) -> httpx.Response:
    chat = {"id": 5, "type": "private"}
    result = {"message_id": message_id, "date": 1, "chat": chat, "text": "Hi"}
    return httpx.Response(200, json={"ok": True, "result": result})


class TestSendPart:
    @respx.mock
    async def test_returns_the_messages_id(self, api: TelegramApi) -> None:
        respx.post(SEND).mock(return_value=sent(77))
        assert await api.send_part(5, PART) == "77"

    @respx.mock
    async def test_a_flood_limit_names_the_wait(self, api: TelegramApi) -> None:
        respx.post(SEND).mock(return_value=error(429, "Too Many Requests", retry_after=31))
        with pytest.raises(ChannelDelayed) as caught:
            await api.send_part(5, PART)
        assert caught.value.seconds == 31

    @pytest.mark.parametrize(
        "answer",
        [
            error(500, "Internal Server Error"),
            error(502, "Bad Gateway"),
            error(429, "Too Many Requests"),
            error(401, "Unauthorized"),
            error(404, "Not Found"),
            error(409, "Conflict: terminated by other getUpdates request"),
            httpx.Response(200, text="<html>"),
            httpx.Response(502, text="<html>"),
        ],
    )
    @respx.mock
    async def test_what_may_pass_is_put_off(self, api: TelegramApi, answer: httpx.Response) -> None:
        respx.post(SEND).mock(return_value=answer)
        with pytest.raises(ChannelDelayed) as caught:
            await api.send_part(5, PART)
        assert caught.value.seconds is None

    @pytest.mark.parametrize(
        "trouble", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.ReadError("no")]
    )
    @respx.mock
    async def test_a_broken_connection_is_put_off(
        self, api: TelegramApi, trouble: httpx.TransportError
    ) -> None:
        respx.post(SEND).mock(side_effect=trouble)
        with pytest.raises(ChannelDelayed):
            await api.send_part(5, PART)

    @pytest.mark.parametrize(
        ("answer", "is_blocked"),
        [
            (error(403, "Forbidden: bot was blocked by the user"), True),
            (error(403, "Forbidden: user is deactivated"), True),
            (error(400, "Bad Request: chat not found"), False),
            (error(400, "Bad Request: message is too long"), False),
            (error(400, "Bad Request: moved", migrate_to_chat_id=-5), False),
        ],
    )
    @respx.mock
    async def test_what_never_passes_is_refused(
        self, api: TelegramApi, answer: httpx.Response, *, is_blocked: bool
    ) -> None:
        respx.post(SEND).mock(return_value=answer)
        with pytest.raises(ChannelRefused) as caught:
            await api.send_part(5, PART)
        assert caught.value.is_blocked is is_blocked

    @respx.mock
    async def test_entities_that_cannot_be_read_are_left_out_once(self, api: TelegramApi) -> None:
        refused = error(400, "Bad Request: can't parse entities: nonsense")
        route = respx.post(SEND).mock(side_effect=[refused, sent(77)])
        assert await api.send_part(5, PART) == "77"
        bodies = [call.request.content.decode() for call in route.calls]
        assert ["entities" in body for body in bodies] == [True, False]
        route.mock(return_value=refused)
        with pytest.raises(ChannelRefused):
            await api.send_part(5, PART)
        assert route.call_count == 4

    @respx.mock
    async def test_no_error_holds_the_token_or_leads_to_one_that_does(
        self, api: TelegramApi
    ) -> None:
        respx.post(SEND).mock(return_value=error(401, "Unauthorized"))
        with pytest.raises(ChannelDelayed) as caught:
            await api.send_part(5, PART)
        assert TOKEN not in repr(caught.value)
        assert caught.value.__suppress_context__


async def test_a_server_that_never_answers_is_given_up() -> None:
    async with FakeTelegram() as bot:
        silence = Silence()
        bot.misbehave("sendMessage", silence)
        api = TelegramApi(
            SecretStr(bot.token),
            root_url=bot.root_url,
            trust_env=False,
            timeouts=Timeouts(connect=180, read=0.2),
        )
        with pytest.raises(ChannelDelayed):
            await api.send_part(5, PART)
        await asyncio.wait_for(silence.reached.wait(), timeout=180)
        await api.close()
