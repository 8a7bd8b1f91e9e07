"""Shows in a chat that its message is being answered, and the answer as it grows."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from pydantic import JsonValue

from chatServer.channels.markdown_text import parse_markdown
from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_message import render_runs
from chatServer.limits import TELEGRAM_DRAFT_SECONDS
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused
from chatServer.services.turn_service import Turn
from chatServer.turn_events import MessageDelta, TurnStarted

logger = logging.getLogger(__name__)

TYPING_SECONDS: Final = 4.0
"""Telegram shows it for five: https://core.telegram.org/bots/api#sendchataction"""
DRAFT_MAX_LENGTH: Final = 16 * 1024
"""A longer answer is not drawn again and again; "typing…" goes on."""


class AnswerPreviews:
    """Follows the turns of this process; what fails here costs nothing but the preview."""

    def __init__(self, api: TelegramApi, *, on_finished: Callable[[], None]) -> None:
        self._api = api
        self._on_finished = on_finished
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, turn: Turn, chat_id: int) -> None:
        """Begin to show a turn; it ends by itself with the turn."""
        task = asyncio.create_task(_Preview(self._api, turn, chat_id).run())
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    async def stop(self) -> None:
        """Show nothing more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._on_finished()


class _Preview:
    def __init__(self, api: TelegramApi, turn: Turn, chat_id: int) -> None:
        self._api = api
        self._turn = turn
        self._chat_id = chat_id
        # Not zero, and below the 32 bits that some Bot API servers keep.
        self._draft_id = turn.assistant_message.id % (2**31 - 1) + 1
        self._pieces: list[str] = []
        self._length = 0

    async def run(self) -> None:
        showing = asyncio.gather(self._keep_typing(), self._keep_drafting())
        try:
            async for event in self._turn.events():
                if isinstance(event, TurnStarted):
                    self._add(event.assistant_message.content)
                elif isinstance(event, MessageDelta):
                    self._add(event.text)
        finally:
            # At once: a draft that is sent after the answer would stand below it.
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    async def _keep_typing(self) -> None:
        while True:
            with suppress(ChannelDelayed, ChannelRefused):
                await self._api.show_typing(self._chat_id)
            await asyncio.sleep(TYPING_SECONDS)

    async def _keep_drafting(self) -> None:
        shown = 0
        while True:
            await asyncio.sleep(TELEGRAM_DRAFT_SECONDS)
            if self._length == shown or self._length > DRAFT_MAX_LENGTH:
                continue
            shown = self._length
            parts = await asyncio.to_thread(self._render)
            if not parts:
                continue
            try:
                await self._api.send_draft(self._chat_id, self._draft_id, parts[-1])
            except (ChannelDelayed, ChannelRefused) as error:
                logger.info("no preview of message %d: %s", self._turn.assistant_message.id, error)
                return

    def _render(self) -> list[dict[str, JsonValue]]:
        return render_runs(parse_markdown("".join(self._pieces)))
