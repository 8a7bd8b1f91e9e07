"""The Telegram Bot API: what the bot asks of it, and its refusals in the services' words."""

import json
import logging
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

import httpx
from pydantic import JsonValue, SecretStr
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from chatServer.attachment_errors import AttachmentTooLarge
from chatServer.channels.telegram_failures import UNREACHABLE, translated
from chatServer.limits import TELEGRAM_POLL_SECONDS
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused

# How the library is told to answer a time to wait as a timedelta; without it, it warns at each.
os.environ.setdefault("PTB_TIMEDELTA", "true")
# Waits and tries again are the outbox's; the limiter would log each with a stack trace.
logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query")
FILE_AWAY: Final = "Telegram did not give out the file."
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
POOL_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one request may take, in seconds; a test shortens them."""

    connect: float = 5.0
    read: float = 15.0
    draft: float = 3.0
    """For what only shows that the bot is at work."""


PATIENT: Final = Timeouts()


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message; `data` comes back when it is pressed, at most 64 bytes."""

    text: str
    data: str


class TelegramApi:
    """One bot. Its methods raise `ChannelDelayed`, `ChannelRefused`, and what they name."""

    def __init__(
        self,
        token: SecretStr,
        *,
        root_url: str,
        trust_env: bool = True,
        timeouts: Timeouts = PATIENT,
    ) -> None:
        self._timeouts = timeouts
        self._requests = (
            self._new_request(POOL_SIZE, trust_env=trust_env),
            self._new_request(1, trust_env=trust_env),
        )
        self._files = httpx.AsyncClient(
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect), trust_env=trust_env
        )
        self.username: str | None = None
        value = token.get_secret_value()
        self.bot_id = int(value.partition(":")[0])
        self._updates_url = f"{root_url}/bot{value}/getUpdates"
        self._bot = ExtBot(
            value,
            base_url=f"{root_url}/bot",
            base_file_url=f"{root_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
            rate_limiter=AIORateLimiter(max_retries=0),
        )

    def _new_request(self, size: int, *, trust_env: bool) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=size,
            connect_timeout=self._timeouts.connect,
            read_timeout=self._timeouts.read,
            write_timeout=self._timeouts.read,
            pool_timeout=self._timeouts.read,
            httpx_kwargs={"trust_env": trust_env},
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()
        await self._files.aclose()

    async def learn_username(self) -> None:
        """Ask for the bot's name, which also proves its token."""
        with translated():
            self.username = (await self._bot.get_me()).username

    async def set_commands(self, commands: Mapping[str, str]) -> None:
        """Put the commands into Telegram's menu."""
        with translated():
            await self._bot.set_my_commands([BotCommand(*item) for item in commands.items()])

    async def set_webhook(self, url: str, secret: SecretStr) -> None:
        """Have updates sent to an address."""
        with translated():
            await self._bot.set_webhook(
                url, secret_token=secret.get_secret_value(), allowed_updates=ALLOWED_UPDATES
            )

    async def delete_webhook(self) -> None:
        """Have updates kept until they are fetched."""
        with translated():
            await self._bot.delete_webhook()

    async def get_updates(self, after_update_id: int | None) -> list[dict[str, Any]]:
        """Fetch updates as they come; those up to `after_update_id` are acknowledged by it."""
        # Not the library's get_updates: one update that it cannot read would hold up all others
        # for ever, and it logs what people wrote.
        asked: dict[str, object] = {
            "timeout": TELEGRAM_POLL_SECONDS,
            "allowed_updates": json.dumps(ALLOWED_UPDATES),
        }
        if after_update_id is not None:
            asked["offset"] = after_update_id + 1
        with translated():
            updates = await self._requests[1].post(
                f"{self._updates_url}?{urlencode(asked)}",
                read_timeout=self._timeouts.read + TELEGRAM_POLL_SECONDS,
            )
        return cast("list[dict[str, Any]]", updates)

    @asynccontextmanager
    async def open_file(self, file_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Fetch a file in pieces.

        Raises:
            AttachmentTooLarge: Telegram gives out none of more than 20 MB.
        """
        with translated():
            try:
                found = await self._bot.get_file(file_id)
            except BadRequest as error:
                if "too big" in error.message.lower():
                    raise AttachmentTooLarge from None
                # Telegram has one answer for an unknown file and for one that is away for a while.
                raise ChannelDelayed(FILE_AWAY) from None
        try:
            async with self._files.stream("GET", found.file_path or "") as answer:
                if not answer.is_success:
                    raise ChannelDelayed(UNREACHABLE)
                yield answer.aiter_bytes()
        except (httpx.HTTPError, httpx.InvalidURL):
            # Not chained: the address of a file holds the token.
            raise ChannelDelayed(UNREACHABLE) from None

    async def send_part(self, chat_id: int, part: Mapping[str, JsonValue]) -> str:
        """Send a part as `telegram_message` makes them, and return the message's id."""
        text, entities = _read_part(part)
        buttons = _read_buttons(part)
        with translated():
            try:
                return await self._send(chat_id, text, entities, buttons=buttons)
            except BadRequest as error:
                if not entities or "entit" not in error.message.lower():
                    raise
                return await self._send(chat_id, text, (), buttons=buttons)

    async def send_reply(
        self, chat_id: int, part: Mapping[str, JsonValue], buttons: Sequence[Button] = ()
    ) -> None:
        """Answer a command, with one button a row."""
        text, entities = _read_part(part)
        with translated():
            await self._send(chat_id, text, entities, buttons=buttons)

    async def _send(
        self,
        chat_id: int,
        text: str,
        entities: Sequence[MessageEntity],
        *,
        buttons: Sequence[Button],
    ) -> str:
        rows = [
            [InlineKeyboardButton(button.text, callback_data=button.data)] for button in buttons
        ]
        sent = await self._bot.send_message(
            chat_id,
            text,
            entities=entities or None,
            link_preview_options=NO_PREVIEW,
            reply_markup=InlineKeyboardMarkup(rows) if rows else None,
        )
        return str(sent.message_id)

    async def answer_button(self, query_id: str, text: str | None = None) -> None:
        """Tell the app that a pressed button was noticed; too late is no harm."""
        with suppress(ChannelRefused), translated():
            await self._bot.answer_callback_query(query_id, text)

    async def show_typing(self, chat_id: int) -> None:
        """Show for five seconds that the bot is at work."""
        with translated():
            await self._bot.send_chat_action(
                chat_id, ChatAction.TYPING, read_timeout=self._timeouts.draft
            )

    async def send_draft(self, chat_id: int, draft_id: int, part: Mapping[str, JsonValue]) -> None:
        """Show an answer that is being written; it goes after half a minute."""
        text, entities = _read_part(part)
        with translated():
            await self._bot.send_message_draft(
                chat_id, draft_id, text, entities=entities, read_timeout=self._timeouts.draft
            )


def _read_part(part: Mapping[str, JsonValue]) -> tuple[str, list[MessageEntity]]:
    text, entities = part["text"], part.get("entities")
    listed = entities if isinstance(entities, list) else []
    return str(text), [MessageEntity.de_json(e, None) for e in listed if isinstance(e, dict)]


def _read_buttons(part: Mapping[str, JsonValue]) -> list[Button]:
    button = part.get("button")
    return [Button(str(button["text"]), str(button["data"]))] if isinstance(button, dict) else []
