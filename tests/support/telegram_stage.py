"""A server with a bot: the real registry, a fake Bot API, a fake provider, linked people."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from chatServer.database.channel_registry import ChannelAccount, ChannelRegistry
from chatServer.database.channel_results import StoredLink
from chatServer.database.transport import Caller
from chatServer.models import Message, Session
from chatServer.settings import Settings
from tests.chatServer.live_server import (
    SseEvent,
    client_for,
    message_body,
    read_all,
    serve,
    settings_for,
)
from tests.chatServer.turn_stage import TurnStage, eventually, open_stage
from tests.stack.api import SupabaseApi
from tests.support.telegram_server import FakeTelegram
from tests.support.telegram_updates import Person

PUBLIC_URL = "http://registry.example"
WEBHOOK_SECRET = "a-secret-of-the-webhook"


@dataclass(frozen=True)
class LinkedPerson:
    """A user whose account on Telegram is linked: at their phone, and signed in on the web."""

    caller: Caller
    person: Person
    link: StoredLink
    client: httpx.AsyncClient
    bot: FakeTelegram

    @property
    def chat_id(self) -> int:
        """Their chat with the bot."""
        return self.person.user_id

    @property
    def shown(self) -> list[str]:
        """What their chat shows of the bot, in order."""
        return self.bot.texts_to(self.chat_id)

    async def write(self, *texts: str) -> None:
        """Writes to the bot."""
        await self.bot.push(*(self.person.writes(text) for text in texts))

    async def ask(self, text: str) -> str:
        """Writes to the bot and returns the next thing it says."""
        count = len(self.shown)
        await self.write(text)
        return (await self.bot.wait_for(count + 1, self.chat_id))[count]

    async def send_document(
        self, name: str, content: bytes, *, is_announced: bool = True, **fields: object
    ) -> dict[str, Any]:
        """Sends the bot a file; returns the update. Telegram need not announce its size."""
        update = self.write_document(name, content, is_announced=is_announced, **fields)
        await self.bot.push(update)
        return update

    def write_document(
        self, name: str, content: bytes, *, is_announced: bool = True, **fields: object
    ) -> dict[str, Any]:
        """Returns the update of a file that the bot can fetch."""
        file_id = uuid.uuid4().hex
        self.bot.files[file_id] = content
        document: dict[str, Any] = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
        }
        if is_announced:
            document["file_size"] = len(content)
        return self.person.sends("document", document, **fields)

    async def press(self, data: str) -> None:
        """Presses a button of the bot's."""
        await self.bot.push(self.person.presses(data))

    async def sessions(self, channel: str | None = "telegram") -> list[Session]:
        """Their sessions as the web app lists them."""
        params = {"channel": channel} if channel else {}
        answer = await self.client.get("/api/chat/sessions", params=params)
        return [Session.model_validate(session) for session in answer.json()["sessions"]]

    async def messages(self, session_id: str) -> list[Message]:
        """The messages of a session's branch in use, as the web app shows them."""
        answer = await self.client.get(f"/api/chat/sessions/{session_id}/messages")
        return [Message.model_validate(message) for message in answer.json()["messages"]]

    async def post(self, session_id: str, content: str) -> list[SseEvent]:
        """Writes on the web and reads the answer's stream to its end."""
        path = f"/api/chat/sessions/{session_id}/messages"
        async with self.client.stream("POST", path, json=message_body(content)) as response:
            return await read_all(response)

    async def wait_for_delivery(self, session_id: str, content: str, status: str) -> Message:
        """Returns the message of this content once its delivery stands like this."""

        async def is_there() -> bool:
            return bool(await self._find(session_id, content, status))

        await eventually(is_there, what=f"the delivery of {content!r} was {status}")
        return (await self._find(session_id, content, status))[0]

    async def _find(self, session_id: str, content: str, status: str) -> list[Message]:
        return [
            message
            for message in await self.messages(session_id)
            if message.content == content
            and message.delivery is not None
            and message.delivery.status == status
        ]


@dataclass(frozen=True)
class TelegramStage:
    """One server with one bot; what is linked and said is this test's own."""

    turns: TurnStage
    bot: FakeTelegram
    base_url: str
    channels: ChannelRegistry

    async def link(self, caller: Caller | None = None) -> LinkedPerson:
        """Signs a user up, unless one is given, and links an account of theirs."""
        caller = caller or await self.turns.sign_up()
        person = Person()
        code_hash = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
        await self.channels.upsert_link_code(
            Caller.service(caller.user_id), code_hash=code_hash, expires_in_seconds=600
        )
        account = ChannelAccount(str(person.user_id), str(person.user_id), person.first_name)
        claimed = await self.channels.claim_link(code_hash=code_hash, account=account)
        assert claimed.link is not None
        client = client_for(self.base_url, caller)
        self.turns.stack.push_async_callback(client.aclose)
        return LinkedPerson(caller, person, claimed.link, client=client, bot=self.bot)


def telegram_settings(
    api: SupabaseApi, openai_base_url: str, bot: FakeTelegram, *, has_webhook: bool = False
) -> Settings:
    """Settings with this bot, by long polling unless told otherwise."""
    return settings_for(api, openai_base_url).model_copy(
        update={
            "telegram_bot_token": SecretStr(bot.token),
            "telegram_api_base_url": bot.root_url,
            "telegram_webhook_secret": SecretStr(WEBHOOK_SECRET) if has_webhook else None,
            "public_url": PUBLIC_URL,
        }
    )


@asynccontextmanager
async def open_telegram_stage(
    api: SupabaseApi, *, has_webhook: bool = False
) -> AsyncIterator[TelegramStage]:
    """Serves a bot of this test's own."""
    async with open_stage(api) as turns, FakeTelegram() as bot:
        settings = telegram_settings(api, turns.fake.base_url, bot, has_webhook=has_webhook)
        async with serve(settings) as base_url:
            yield TelegramStage(turns, bot, base_url, ChannelRegistry(turns.transport))
