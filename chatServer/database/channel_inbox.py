"""The verbs of what comes in by a channel, each exactly one SQL function."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import (
    ClaimedUpdate,
    FailedUpdate,
    Held,
    StoredUpdates,
    Update,
)
from chatServer.database.transport import RpcTransport
from chatServer.limits import INBOX_LEASE_SECONDS, TELEGRAM_POLLER_LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """An update as it came; those with one `chat_key` are handled one after the other."""

    update_id: int
    chat_key: str
    payload: dict[str, JsonValue]


class ChannelInbox:
    """The stored updates of one bot."""

    def __init__(self, transport: RpcTransport, *, bot_id: int) -> None:
        self._calls = RegistryCalls(transport)
        self._bot_id = bot_id

    async def upsert_updates(self, updates: Sequence[NewUpdate]) -> int:
        """Store updates and return how many were new."""
        listed: list[JsonValue] = [
            {"update_id": u.update_id, "chat_key": u.chat_key, "payload": u.payload}
            for u in updates
        ]
        params: dict[str, JsonValue] = {
            "p_bot_id": self._bot_id,
            "p_updates": {"updates": listed},
        }
        stored = await self._calls.call_as_service("upsert_channel_updates", StoredUpdates, params)
        return stored.count

    async def claim_update(self) -> Update | None:
        """Take the oldest update of a chat in which nothing is being worked on."""
        params: dict[str, JsonValue] = {
            "p_bot_id": self._bot_id,
            "p_lease_seconds": INBOX_LEASE_SECONDS,
        }
        claimed = await self._calls.call_as_service("claim_channel_update", ClaimedUpdate, params)
        return claimed.update

    async def complete_update(self, update: Update) -> bool:
        """Mark an update as done; False when its lease was lost."""
        params: dict[str, JsonValue] = {"p_id": update.id, "p_lease_token": str(update.lease_token)}
        answer = await self._calls.call_as_service("complete_channel_update", Held, params)
        return answer.is_held

    async def fail_update(
        self,
        update: Update,
        *,
        error: str,
        retry_seconds: float = 0.0,
        max_attempts: int | None = None,
    ) -> FailedUpdate:
        """Put an update off, or set it aside as dead after its last attempt.

        Without `max_attempts` the attempt does not count.
        """
        params: dict[str, JsonValue] = {
            "p_id": update.id,
            "p_lease_token": str(update.lease_token),
            "p_error": error,
            "p_retry_seconds": retry_seconds,
            "p_max_attempts": max_attempts,
        }
        return await self._calls.call_as_service("fail_channel_update", FailedUpdate, params)

    async def claim_poller(
        self, holder: UUID, *, lease_seconds: int = TELEGRAM_POLLER_LEASE_SECONDS
    ) -> bool:
        """Take or keep the right to fetch updates, which one process has at a time."""
        params: dict[str, JsonValue] = {
            "p_bot_id": self._bot_id,
            "p_holder": str(holder),
            "p_lease_seconds": lease_seconds,
        }
        answer = await self._calls.call_as_service("claim_channel_poller", Held, params)
        return answer.is_held
