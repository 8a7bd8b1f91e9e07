"""Stores what comes in by a channel, and works it off in order per chat."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chatServer.database.channel_inbox import ChannelInbox, NewUpdate
from chatServer.database.channel_results import Update
from chatServer.errors import DatabaseUnavailable, InternalError
from chatServer.limits import INBOX_HANDLE_SECONDS
from chatServer.services.backoff import backoff_seconds
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused, UpdateHandler
from chatServer.services.work_loop import WorkLoop

logger = logging.getLogger(__name__)

DATABASE_RETRY_SECONDS: Final = 2.0
BROKEN_MAX_ATTEMPTS: Final = 5
DELAYED_MAX_ATTEMPTS: Final = 20
"""A quarter of an hour: an answer to a command is of no use later, and it holds up its chat."""


class InboxService:
    """The inbox of one bot; `start` and `stop` frame its life in a process."""

    def __init__(self, inbox: ChannelInbox, handler: UpdateHandler) -> None:
        self._inbox = inbox
        self._handler = handler
        self._loop = WorkLoop("inbox", claim=inbox.claim_update, handle=self._work_on)

    def start(self) -> None:
        """Begin to work off what is stored."""
        self._loop.start()

    async def stop(self) -> None:
        """Finish what is being worked on and take nothing more."""
        await self._loop.stop()

    async def claim_poller(self, holder: UUID) -> bool:
        """Take or keep the right to fetch updates from the channel, which one process has."""
        return await self._inbox.claim_poller(holder)

    async def release_poller(self, holder: UUID) -> None:
        """Let another process fetch, a second from now."""
        await self._inbox.claim_poller(holder, lease_seconds=1)

    async def store(self, updates: Sequence[NewUpdate]) -> None:
        """Store updates; one that the database will not have is left out and logged.

        Raises:
            DatabaseUnavailable: They are not stored; they must come again.
        """
        if not updates:
            return
        try:
            await self._inbox.upsert_updates(updates)
        except InternalError:
            if len(updates) == 1:
                logger.exception("update %d cannot be stored", updates[0].update_id)
            else:
                for update in updates:
                    await self.store([update])
        self._loop.wake()

    async def _work_on(self, update: Update) -> None:
        try:
            async with asyncio.timeout(INBOX_HANDLE_SECONDS):
                await self._handler.handle(update.payload)
        except (DatabaseUnavailable, TimeoutError):
            await self._put_off(update, "The database did not answer.", DATABASE_RETRY_SECONDS)
        except ChannelDelayed as delay:
            seconds = backoff_seconds(update.attempts) if delay.seconds is None else delay.seconds
            await self._put_off(update, delay.reason, seconds, max_attempts=DELAYED_MAX_ATTEMPTS)
        except ChannelRefused as refusal:
            logger.warning("update %d: %s", update.update_id, refusal.reason)
            await self._inbox.complete_update(update)
        except Exception as error:
            logger.exception("update %d broke", update.update_id)
            await self._put_off(
                update,
                f"It could not be handled: {type(error).__name__}.",
                backoff_seconds(update.attempts),
                max_attempts=BROKEN_MAX_ATTEMPTS,
            )
        else:
            await self._inbox.complete_update(update)

    async def _put_off(
        self,
        update: Update,
        reason: str,
        retry_seconds: float,
        *,
        max_attempts: int | None = None,
    ) -> None:
        failed = await self._inbox.fail_update(
            update, error=reason, retry_seconds=retry_seconds, max_attempts=max_attempts
        )
        if failed.status == "dead":
            logger.error("update %d is dead: %s", update.update_id, reason)
            await self._handler.tell_dead(update.payload)
