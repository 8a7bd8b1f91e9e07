"""Gets Telegram's updates into the inbox: fetches them, or has them sent to a webhook."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from pydantic import SecretStr

from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_updates import accept_update
from chatServer.channels.telegram_words import COMMANDS
from chatServer.errors import DatabaseUnavailable
from chatServer.services.backoff import backoff_seconds
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused
from chatServer.services.inbox_service import InboxService

logger = logging.getLogger(__name__)

NEXT_POLLER_SECONDS: Final = 3.0
RELEASE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram sends updates, and the secret that proves that it does."""

    url: str
    secret: SecretStr


class TelegramReceiver:
    """`start` and `stop` frame its life; what goes wrong is logged and tried again for ever."""

    def __init__(
        self,
        api: TelegramApi,
        inbox: InboxService,
        *,
        webhook: Webhook | None,
    ) -> None:
        self._api = api
        self._inbox = inbox
        self._webhook = webhook
        self._holder = uuid4()
        self._is_poller = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to receive."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Receive nothing more, and let another process fetch."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self._is_poller:
            with suppress(DatabaseUnavailable, TimeoutError):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._inbox.release_poller(self._holder)

    async def _run(self) -> None:
        await _persist(self._api.learn_username, "connect to Telegram")
        await _persist(lambda: self._api.set_commands(COMMANDS), "set the bot's commands")
        webhook = self._webhook
        if webhook is not None:
            await _persist(
                lambda: self._api.set_webhook(webhook.url, webhook.secret), "set the webhook"
            )
            logger.info("Telegram: @%s is connected by webhook", self._api.username)
            return
        await _persist(self._api.delete_webhook, "leave the webhook")
        logger.info("Telegram: @%s is connected by long polling", self._api.username)
        await self._poll()

    async def _poll(self) -> None:
        acknowledged: int | None = None
        failures = 0
        while True:
            try:
                self._is_poller = await self._inbox.claim_poller(self._holder)
                if not self._is_poller:
                    acknowledged = None
                    await asyncio.sleep(NEXT_POLLER_SECONDS)
                    continue
                acknowledged = await self._fetch(acknowledged)
                failures = 0
            except Exception as error:
                failures += 1
                wait = backoff_seconds(failures)
                if isinstance(error, (ChannelDelayed, DatabaseUnavailable)):
                    logger.warning("Telegram: no updates for %.0f s: %s", wait, error)
                else:
                    logger.exception("Telegram: fetching broke; again in %.0f s", wait)
                await asyncio.sleep(wait)

    async def _fetch(self, acknowledged: int | None) -> int | None:
        """Fetch and store once; returns up to where the next fetch acknowledges."""
        fetched = await self._api.get_updates(acknowledged)
        if not fetched:
            return acknowledged
        accepted = [accept_update(payload) for payload in fetched]
        await self._inbox.store([update for update in accepted if update is not None])
        return max(int(payload["update_id"]) for payload in fetched)


async def _persist(call: Callable[[], Awaitable[None]], what: str) -> None:
    attempts = 0
    while True:
        try:
            await call()
        except (ChannelDelayed, ChannelRefused) as error:
            attempts += 1
            given = error.seconds if isinstance(error, ChannelDelayed) else None
            wait = backoff_seconds(attempts) if given is None else given
            logger.warning("Telegram: could not %s, again in %.0f s: %s", what, wait, error)
            await asyncio.sleep(wait)
        else:
            return
