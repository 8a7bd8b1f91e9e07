"""Carries out the rules of retention, one process at a time, in small batches."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, fields

from chatServer.database.retention_registry import IdleSession, RetentionRegistry
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import (
    RETENTION_LEASE_SECONDS,
    RETENTION_PASS_SECONDS,
    RETENTION_REST_SECONDS,
    RETENTION_TICK_SECONDS,
)
from chatServer.retention_rules import RetentionRule
from chatServer.services.periodic_work import repeat, rest

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class RetentionCounts:
    """What a pass did with the sessions of one channel, or would do."""

    inactive: int = 0
    """Sessions that became inactive."""
    items: int = 0
    """Items that only agents saw and that are gone."""
    archived: int = 0
    deleted: int = 0
    messages: int = 0
    """Messages that went with deleted sessions."""

    def __bool__(self) -> bool:
        """True when there was anything to do."""
        return any(getattr(self, each.name) for each in fields(self))

    def __str__(self) -> str:
        """Put the counts into words."""
        return (
            f"{_name_count(self.inactive, 'session')} inactive,"
            f" {_name_count(self.items, 'item')} of agents pruned,"
            f" {_name_count(self.archived, 'session')} archived,"
            f" {self.deleted} deleted with {_name_count(self.messages, 'message')}"
        )

    def add(self, session: IdleSession) -> None:
        """Count what a pass would do with a session."""
        self.inactive += session.is_made_inactive
        self.items += session.item_count
        self.archived += session.is_archived
        self.deleted += session.is_deleted
        self.messages += session.message_count if session.is_deleted else 0


@dataclass(slots=True)
class RetentionPass:
    """A pass as far as it came, by channel; not whole when another process took it over."""

    counts: dict[str, RetentionCounts] = field(default_factory=dict)
    is_whole: bool = False


class RetentionService:
    """Passes over the sessions; between `start` and `stop` by itself, every hour or so."""

    def __init__(self, registry: RetentionRegistry, rules: Sequence[RetentionRule]) -> None:
        self._registry = registry
        self._rules = rules
        self._holder = uuid.uuid4()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look whether a pass is due."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once; the batch that runs is whole or nothing, and the rest is found again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def list_idle(self, rule: RetentionRule) -> AsyncIterator[IdleSession]:
        """Yield what a pass would change of one channel; nothing is changed.

        Raises:
            DatabaseUnavailable: The database did not answer.
        """
        async for session in self._registry.list_idle_sessions(rule):
            yield session

    async def run_pass(
        self, *, pause_seconds: float = RETENTION_PASS_SECONDS
    ) -> RetentionPass | None:
        """Do a pass and log its counts; None when another process has it or the last is too near.

        Raises:
            DatabaseUnavailable: The database did not answer; what was done stays done.
        """
        if not await self._claim(pause_seconds):
            return None
        done = RetentionPass()
        try:
            done.is_whole = await self._do(done)
        finally:
            for channel, counts in done.counts.items():
                if counts:
                    logger.info("retention of %s: %s", channel, counts)
            await asyncio.shield(self._end(done))
        return done

    async def _do(self, done: RetentionPass) -> bool:
        for rule in self._rules:
            counts = done.counts.setdefault(rule.channel, RetentionCounts())
            # What is deleted need not be pruned first.
            for step in (self._delete, self._archive, self._prune):
                while not await step(rule, counts):
                    await asyncio.sleep(RETENTION_REST_SECONDS)
                    if not await self._claim(0):
                        logger.warning("another process took the pass of retention over")
                        return False
        return True

    async def _delete(self, rule: RetentionRule, counts: RetentionCounts) -> bool:
        """Do one batch; True when there is no more of this."""
        if rule.delete_days is None:
            return True
        batch = await self._registry.delete_idle_sessions(rule.channel, days=rule.delete_days)
        counts.deleted += batch.deleted
        counts.messages += batch.messages
        return batch.is_last

    async def _archive(self, rule: RetentionRule, counts: RetentionCounts) -> bool:
        if rule.archive_days is None:
            return True
        batch = await self._registry.update_idle_sessions_archived(
            rule.channel, days=rule.archive_days
        )
        counts.archived += batch.archived
        return batch.is_last

    async def _prune(self, rule: RetentionRule, counts: RetentionCounts) -> bool:
        if rule.inactive_days is None:
            return True
        batch = await self._registry.delete_idle_items(rule.channel, days=rule.inactive_days)
        counts.inactive += batch.inactive
        counts.items += batch.items
        return batch.is_last

    async def _claim(self, pause_seconds: float) -> bool:
        return await self._registry.claim_retention_pass(
            self._holder, lease_seconds=RETENTION_LEASE_SECONDS, pause_seconds=int(pause_seconds)
        )

    async def _end(self, done: RetentionPass) -> None:
        try:
            await self._registry.complete_retention_pass(self._holder, is_whole=done.is_whole)
        except DatabaseUnavailable:
            logger.warning("the end of a retention pass could not be stored; its lease runs out")

    async def _run(self) -> None:
        # The first look comes a while after the start, when what serves people is up.
        await rest(RETENTION_TICK_SECONDS)
        await repeat("retention", self.run_pass, seconds=RETENTION_TICK_SECONDS)


def due_actions(session: IdleSession) -> Iterator[str]:
    """Put into words what a pass would do with a session."""
    if session.is_deleted:
        yield f"delete, with {_name_count(session.message_count, 'message')}"
    if session.is_archived:
        yield "archive"
    if session.is_made_inactive:
        yield "make inactive"
    if session.item_count:
        yield f"prune {_name_count(session.item_count, 'item')} of agents"


def _name_count(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"
