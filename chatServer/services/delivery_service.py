"""Sends what waits in the outbox: in order, part by part, until the channel has it or refuses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pydantic import JsonValue

from chatServer.database.channel_outbox import ChannelOutbox
from chatServer.database.channel_registry import ChannelRegistry
from chatServer.database.channel_results import DeliveryPart
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import OUTBOX_MARK_SECONDS, OUTBOX_SEND_SECONDS
from chatServer.models import Message
from chatServer.services.backoff import backoff_seconds
from chatServer.services.channel_port import ChannelDelayed, ChannelRefused, DeliveryChannel
from chatServer.services.work_loop import WorkLoop

logger = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 1000
"""Most of a day at the longest back-off."""
BROKEN_MAX_ATTEMPTS: Final = 5
TOO_SLOW: Final = "The channel did not answer in time."
BROKEN: Final = "The message could not be prepared for sending."
MARK_PAUSE_SECONDS: Final = 0.5


class DeliveryService:
    """The outbox of one channel; `start` and `stop` frame its life in a process."""

    def __init__(self, outbox: ChannelOutbox, channel: DeliveryChannel) -> None:
        self._outbox = outbox
        self._channel = channel
        self._loop = WorkLoop("outbox", claim=outbox.claim_delivery, handle=self._deliver)

    def start(self) -> None:
        """Begin to send."""
        self._loop.start()

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._loop.wake()

    async def stop(self) -> None:
        """Finish what is being sent and take nothing more."""
        await self._loop.stop()

    async def _deliver(self, part: DeliveryPart) -> None:
        try:
            body = part.body if part.body is not None else await self._cut(part)
            if body is None:
                return
            async with asyncio.timeout(OUTBOX_SEND_SECONDS):
                external_id = await self._channel.send(part.external_chat_id, body)
        except ChannelDelayed as delay:
            await self._put_off(part, delay.reason, delay.seconds)
        except ChannelRefused as refusal:
            logger.info("message %d was refused: %s", part.message.id, refusal.reason)
            await self._outbox.fail_delivery(
                part, error=refusal.reason, is_blocked=refusal.is_blocked
            )
        except TimeoutError:
            await self._put_off(part, TOO_SLOW)
        except DatabaseUnavailable:
            raise
        except Exception:
            logger.exception("message %d could not be sent", part.message.id)
            await self._put_off(part, BROKEN, max_attempts=BROKEN_MAX_ATTEMPTS)
        else:
            await _persist(
                lambda: self._outbox.complete_delivery(part, external_message_id=external_id)
            )

    async def _cut(self, part: DeliveryPart) -> Mapping[str, JsonValue] | None:
        """Return the first part's body; None when there is nothing to send or the lease is lost."""
        parts = await asyncio.to_thread(self._channel.render, part.message, part.other_session)
        if not parts:
            await self._outbox.complete_delivery(part, external_message_id=None)
            return None
        if len(parts) > 1 and not await self._outbox.update_delivery(part, parts=parts):
            return None
        return parts[0]

    async def _put_off(
        self,
        part: DeliveryPart,
        reason: str,
        seconds: float | None = None,
        *,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        is_last = part.attempts >= max_attempts
        wait = backoff_seconds(part.attempts) if seconds is None else seconds
        logger.info("message %d waits %.1f s: %s", part.message.id, wait, reason)
        await self._outbox.fail_delivery(
            part, error=reason, retry_seconds=None if is_last else wait
        )
        asyncio.get_running_loop().call_later(wait, self._loop.wake)


class RedeliveryService:
    """Has messages sent again for their users, whether this process sends them or another."""

    def __init__(self, registry: ChannelRegistry, *, wake: Callable[[], None] | None) -> None:
        self._registry = registry
        self._wake = wake

    async def redeliver(self, caller: Caller, *, session_id: str, message_id: int) -> Message:
        """Have sent again what failed of a message.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        stored = await self._registry.update_message_delivery(
            caller, session_id=session_id, message_id=message_id
        )
        if self._wake is not None:
            self._wake()
        return stored.message


async def _persist(call: Callable[[], Awaitable[bool]]) -> None:
    """Mark what was sent, while the lease lasts: unmarked it would be sent twice."""
    async with asyncio.timeout(OUTBOX_MARK_SECONDS):
        while True:
            try:
                await call()
            except DatabaseUnavailable:
                await asyncio.sleep(MARK_PAUSE_SECONDS)
            else:
                return
