"""Answers one begun turn: waits in line, generates, checkpoints, and stores how it ended."""

import asyncio
import logging
from contextlib import aclosing, suppress
from typing import Literal, NamedTuple
from uuid import UUID

from chatServer.agent_models import TokenUsage, ToolStep, end_steps
from chatServer.database.item_registry import ItemPage
from chatServer.database.parameters import Answer, Checkpoint, Failure, Lease
from chatServer.database.results import EndedTurn, StoredMessage
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable, MessageNotFound, SessionNotFound
from chatServer.limits import (
    CHECKPOINT_BYTES,
    CHECKPOINT_SECONDS,
    LEASE_SECONDS,
    REPLY_MAX_BYTES,
)
from chatServer.models import Message
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.checkpoint_writer import CheckpointWriter
from chatServer.services.patience import persist
from chatServer.services.provider_failures import ReplyFailed
from chatServer.services.reply import Reply
from chatServer.services.running_turn import RunningTurn

logger = logging.getLogger(__name__)

CHECKPOINT_RETRY_SECONDS = CHECKPOINT_SECONDS / 4
WAIT_LONGEST_SECONDS = LEASE_SECONDS / 3

STOPPED = "The server was stopped while it answered. What had arrived is kept."
UNSAVED = "The database did not answer, so the end of this answer could not be saved."
DELETED = "The session was deleted while it was being answered."
UNEXPECTED = "Something went wrong on our side."
TOO_LONG = f"The answer grew past {REPLY_MAX_BYTES} bytes and was stopped there."
TOO_SLOW = "The answer took too long and was stopped."

GONE = (MessageNotFound, SessionNotFound)


class Progress(NamedTuple):
    """How far an answer is: so much text, these steps, and what they have cost."""

    size_bytes: int
    steps: tuple[ToolStep, ...]
    usage: TokenUsage | None


class TurnRunner:
    """Drives one `RunningTurn` under its lease; `run` never raises."""

    def __init__(
        self,
        registry: SessionRegistry,
        agents: AgentDirectory,
        *,
        checkpoints: CheckpointWriter,
        turn: RunningTurn,
        lease_token: UUID,
    ) -> None:
        self._registry = registry
        self._checkpoints = checkpoints
        self._turn = turn
        self._agents = agents
        self._reply: Reply | None = None
        self._full_at_bytes = turn.size_bytes + CHECKPOINT_BYTES
        # The generation outlives its client's token; the lease token fences what it writes.
        self._caller = Caller.service(turn.session.user_id)
        self._lease = Lease(
            message_id=turn.assistant_message.id, token=lease_token, seconds=LEASE_SECONDS
        )

    async def run(self) -> None:
        """Answer the turn to its end, whatever that is."""
        try:
            stored = await self._store(await self._answer())
            self._turn.finish(stored.message, stored.session, is_stored=True)
        except GONE:
            self._finish_unstored(DELETED)
        except DatabaseUnavailable:
            logger.warning("turn %d could not be stored", self._lease.message_id)
        except Exception:
            logger.exception("turn %d broke", self._lease.message_id)
            self._finish_unstored(UNEXPECTED)
        finally:
            self._finish_unstored(UNSAVED)

    async def _answer(self) -> Answer | Failure | None:
        """Return how the turn ended; None when somebody else has ended it."""
        if not await self._wait_in_line():
            return None
        generating = asyncio.create_task(self._generate())
        self._turn.stopping.add_done_callback(lambda _: generating.cancel())
        try:
            is_held = await self._keep_lease(generating)
        finally:
            generating.cancel()
            await asyncio.wait({generating})
        return self._ending(generating) if is_held else None

    async def _wait_in_line(self) -> bool:
        """Return True when first in the session or asked to stop, False when the lease is lost."""
        turn = self._turn
        while turn.turns_ahead > 0 and turn.stop_status is None:
            # Far from its turn it asks less often, but always well within the lease.
            await turn.wait_nudge(min(turn.turns_ahead * CHECKPOINT_SECONDS, WAIT_LONGEST_SECONDS))
            with suppress(DatabaseUnavailable):
                claimed = await self._registry.claim_turn(self._caller, lease=self._lease)
                if not claimed.is_held:
                    return False
                turn.set_turns_ahead(claimed.turns_ahead)
        return True

    async def _generate(self) -> Answer:
        turn = self._turn
        reply = self._reply = self._agents.start_reply(turn.session)
        reply.watch_tools(turn.set_step)
        async with asyncio.timeout(reply.agent.limits.answer_seconds):
            remembered = await self._remember(reply.agent.limits.history_items)
            async with aclosing(reply.stream_text(turn.context(remembered))) as pieces:
                async for text in pieces:
                    if turn.size_bytes + len(text.encode()) > REPLY_MAX_BYTES:
                        raise ReplyFailed(TOO_LONG)
                    turn.append(text)
                    if turn.size_bytes >= self._full_at_bytes:
                        turn.nudge()
        return Answer(
            content=turn.text,
            model_id=reply.model_id,
            provider_id=reply.provider_id,
            fallback_notice=reply.fallback_notice,
            memory=reply.memory(),
            tool_steps=turn.tool_steps,
        )

    async def _remember(self, limit: int) -> list[Message]:
        """Return what the agent knows of the branch that it answers."""
        above_id = self._turn.assistant_message.parent_id
        if above_id is None:
            return []
        page = await persist(
            lambda: self._registry.list_session_items(
                self._caller,
                session_id=self._turn.session.session_id,
                page=ItemPage(limit=limit, head_id=above_id),
            )
        )
        return [message for message in page.messages if message.status != "streaming"]

    async def _keep_lease(self, generating: asyncio.Task[Answer]) -> bool:
        """Checkpoint until the generation ends; False when the answer is no longer ours."""
        clock = asyncio.get_running_loop().time
        turn = self._turn
        generating.add_done_callback(lambda _: turn.nudge())
        stored = self._progress()
        due_at = clock() + CHECKPOINT_SECONDS
        while not generating.done():
            await turn.wait_nudge(due_at - clock())
            is_due = turn.size_bytes >= self._full_at_bytes or clock() >= due_at
            if generating.done() or not is_due:
                continue
            progress = self._progress()
            grown = Checkpoint(
                self._caller.user_id,
                self._lease,
                turn.text if progress.size_bytes > stored.size_bytes else None,
                progress.steps if progress.steps is not stored.steps else None,
                progress.usage if progress.usage != stored.usage else None,
            )
            outcome = None
            # With the database away the text grows on; it is tried again soon.
            with suppress(DatabaseUnavailable):
                outcome = await self._checkpoints.write(grown)
            if outcome == "lost":
                return False
            pause_seconds = CHECKPOINT_RETRY_SECONDS
            if outcome == "stored":
                stored = progress
                pause_seconds = CHECKPOINT_SECONDS
            self._full_at_bytes = progress.size_bytes + CHECKPOINT_BYTES
            due_at = clock() + pause_seconds
        return True

    def _progress(self) -> Progress:
        usage = self._reply.usage if self._reply else None
        return Progress(self._turn.size_bytes, self._turn.tool_steps, usage)

    def _ending(self, generating: asyncio.Task[Answer]) -> Answer | Failure:
        if generating.cancelled():
            status = self._turn.stop_status or "interrupted"
            return self._failure(status, STOPPED if status == "interrupted" else None)
        error = generating.exception()
        if isinstance(error, ReplyFailed):
            return self._failure("failed", error.reason)
        if isinstance(error, TimeoutError):
            return self._failure("failed", TOO_SLOW)
        if error is None or isinstance(error, (*GONE, DatabaseUnavailable)):
            return generating.result()
        logger.error("the reply of turn %d broke", self._lease.message_id, exc_info=error)
        return self._failure("failed", UNEXPECTED)

    def _failure(
        self, status: Literal["failed", "interrupted", "cancelled"], reason: str | None
    ) -> Failure:
        reply = self._reply
        return Failure(
            status=status,
            content=self._turn.text,
            failure_reason=reason,
            model_id=reply.model_id if reply else None,
            provider_id=reply.provider_id if reply else None,
            # Where nobody has answered it is the reason that counts.
            fallback_notice=reply.fallback_notice if reply and reply.has_text else None,
            usage=reply.usage if reply else None,
            tool_steps=tuple(end_steps(self._turn.tool_steps) or ()),
        )

    async def _store(self, ending: Answer | Failure | None) -> EndedTurn | StoredMessage:
        message_id = self._lease.message_id
        session_id = self._turn.session.session_id
        if ending is None:
            return await persist(
                lambda: self._registry.get_message(
                    self._caller, session_id=session_id, message_id=message_id
                )
            )
        if isinstance(ending, Answer):
            return await persist(
                lambda: self._registry.complete_turn(self._caller, lease=self._lease, answer=ending)
            )
        return await persist(
            lambda: self._registry.fail_turn(self._caller, lease=self._lease, failure=ending)
        )

    def _finish_unstored(self, reason: str) -> None:
        """End the streams with what is known; the row itself ends when its lease runs out."""
        message = self._turn.assistant_message.model_copy(
            update={
                "content": self._turn.text,
                "status": "interrupted",
                "failure_reason": reason,
                "tool_steps": end_steps(self._turn.tool_steps),
            }
        )
        self._turn.finish(message, self._turn.session, is_stored=False)
