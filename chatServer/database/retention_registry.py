"""The verbs of retention, each exactly one SQL function and one batch."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import Held
from chatServer.models import StoredModel
from chatServer.retention_rules import RetentionRule


class PrunedBatch(StoredModel):
    """Sessions that became inactive, and items of agents that are gone."""

    inactive: int
    items: int
    is_last: bool


class ArchivedBatch(StoredModel):
    """Sessions that were archived."""

    archived: int
    is_last: bool


class DeletedBatch(StoredModel):
    """Sessions that are gone, and their messages."""

    deleted: int
    messages: int
    is_last: bool


class IdleSession(StoredModel):
    """A session and what a pass would do with it now."""

    session_id: str
    user_id: UUID
    updated_at: datetime
    message_count: int
    item_count: int
    is_deleted: bool
    is_archived: bool
    is_made_inactive: bool


class IdlePage(StoredModel):
    """Some of them, and where the next page begins; None after the last."""

    sessions: list[IdleSession]
    next: dict[str, Any] | None


class RetentionRegistry(RegistryCalls):
    """What is idle, as stored. Batches pass over what another transaction holds."""

    async def claim_retention_pass(
        self, holder: UUID, *, lease_seconds: int, pause_seconds: int
    ) -> bool:
        """Begin a pass or renew it; False while another has it or the last is too near."""
        params: dict[str, JsonValue] = {
            "p_holder": str(holder),
            "p_lease_seconds": lease_seconds,
            "p_pause_seconds": pause_seconds,
        }
        return (await self.call_as_service("claim_retention_pass", Held, params)).is_held

    async def complete_retention_pass(self, holder: UUID, *, is_whole: bool) -> None:
        """End it; one that is not whole may begin again at once."""
        params: dict[str, JsonValue] = {"p_holder": str(holder), "p_is_whole": is_whole}
        await self.call_as_service("complete_retention_pass", Held, params)

    async def delete_idle_items(self, channel: str, *, days: int) -> PrunedBatch:
        """Make sessions inactive and prune what only agents see of them."""
        params = _batch(channel, days)
        return await self.call_as_service("delete_idle_items", PrunedBatch, params)

    async def update_idle_sessions_archived(self, channel: str, *, days: int) -> ArchivedBatch:
        """Archive sessions."""
        params = _batch(channel, days)
        return await self.call_as_service("update_idle_sessions_archived", ArchivedBatch, params)

    async def delete_idle_sessions(self, channel: str, *, days: int) -> DeletedBatch:
        """Delete sessions with all that belongs to them."""
        params = _batch(channel, days)
        return await self.call_as_service("delete_idle_sessions", DeletedBatch, params)

    async def list_idle_sessions(self, rule: RetentionRule) -> AsyncIterator[IdleSession]:
        """Yield each session of the channel that a pass would change, without changing it."""
        days: dict[str, JsonValue] = {
            "inactive": rule.inactive_days,
            "archive": rule.archive_days,
            "delete": rule.delete_days,
        }
        after: dict[str, JsonValue] | None = None
        while True:
            params: dict[str, JsonValue] = {
                "p_channel": rule.channel,
                "p_days": days,
                "p_after": after,
            }
            page = await self.call_as_service("list_idle_sessions", IdlePage, params)
            for session in page.sessions:
                yield session
            after = page.next
            if after is None:
                return


def _batch(channel: str, days: int) -> dict[str, JsonValue]:
    return {"p_channel": channel, "p_days": days}
