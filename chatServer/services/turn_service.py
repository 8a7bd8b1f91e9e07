"""The turn pipeline that every channel goes through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chatServer.database.parameters import EditedTurn, NewAnswer, NewTurn
from chatServer.database.results import BegunTurn, StoredMessage
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import AnswerCancelled, DatabaseUnavailable, MessageNotFound
from chatServer.limits import CANCEL_WAIT_SECONDS, LEASE_SECONDS, SHUTDOWN_SECONDS
from chatServer.models import Message
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.checkpoint_writer import CheckpointWriter
from chatServer.services.reply_generator import ReplyGenerator
from chatServer.services.running_turn import RunningTurn
from chatServer.services.stored_turn import StoredTurn
from chatServer.services.turn_runner import TurnRunner
from chatServer.services.turn_sweeper import sweep_expired_turns
from chatServer.turn_events import TurnEvent

Result = TypeVar("Result")


class EventSource(Protocol):
    """Where a turn's events come from: this process or the stored row."""

    def events(
        self, user_message: Message | None, known_length: int | None = None
    ) -> AsyncIterator[TurnEvent]:
        """Yield a whole stream, beginning with the text so far, or so much of it."""
        ...

    def past_events(self, user_message: Message | None) -> AsyncIterator[TurnEvent]:
        """Yield a whole stream, what lies behind as events of its own where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn somebody follows; `user_message` is None when only its answer was asked for.

    `known_length` is how much of the text they have already; None when that is not known.
    """

    source: EventSource
    user_message: Message | None
    assistant_message: Message
    is_replay: bool
    known_length: int | None = None

    def events(self) -> AsyncIterator[TurnEvent]:
        """Yield a stream of its own from the beginning; any number may run side by side."""
        return self.source.events(self.user_message, self.known_length)

    def past_events(self) -> AsyncIterator[TurnEvent]:
        """Yield the same stream as it was from its first event on, where that is still known."""
        return self.source.past_events(self.user_message)


class TurnService:
    """Begins, follows and cancels turns; `start` and `stop` frame its life in a process."""

    def __init__(
        self,
        registry: SessionRegistry,
        generator: ReplyGenerator,
        *,
        agents: AgentDirectory | None = None,
    ) -> None:
        self._registry = registry
        self._checkpoints = CheckpointWriter(registry)
        self.agents = agents or AgentDirectory(generator)
        self._running: dict[int, RunningTurn] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Begin to sweep up after processes that died."""
        self._sweeper = asyncio.create_task(sweep_expired_turns(self._registry))

    def interrupt(self) -> None:
        """End every running turn as interrupted, and so the streams that keep connections open."""
        self._stopping.set()
        for turn in list(self._running.values()):
            turn.stop("interrupted")

    async def stop(self) -> None:
        """Interrupt what runs, let it be stored within `SHUTDOWN_SECONDS`, leave nothing behind."""
        self.interrupt()
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        late = list(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._checkpoints.stop()

    async def begin(self, caller: Caller, turn: NewTurn) -> Turn:
        """Store the message and have it answered, or join the turn it was stored with before.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `parent_id` is not of this session.
            AttachmentNotFound: One is not of this session, or a message carries it.
            RequestIdReused: The id was used for another message.
        """
        begun = self._registry.begin_turn(caller, turn=turn, lease_seconds=LEASE_SECONDS)
        return await self._begin(begun)

    async def edit(self, caller: Caller, turn: EditedTurn) -> Turn:
        """Store an edit beside the user's message and have it answered; a repeat joins it.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            MessageNotEditable: It is not one the user wrote.
            AttachmentNotFound: One is not of this session, or another message carries it.
            RequestIdReused: The id was used for another message.
        """
        begun = self._registry.begin_edit(caller, turn=turn, lease_seconds=LEASE_SECONDS)
        return await self._begin(begun)

    async def regenerate(self, caller: Caller, answer: NewAnswer) -> Turn:
        """Have a message answered once more, beside the answer named; a repeat joins it.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            MessageNotAnAnswer: It answers nothing that a user wrote.
            AnswerStreaming: It is still being written.
            ValidationFailed: Its text is to be kept, but it did not break off.
            RequestIdReused: The id was used for another message.
        """
        begun = self._registry.begin_answer(caller, answer=answer, lease_seconds=LEASE_SECONDS)
        return await self._begin(begun)

    async def rejoin(
        self,
        caller: Caller,
        *,
        session_id: str,
        message_id: int,
        known_length: int | None = None,
    ) -> Turn:
        """Follow an answer that is running anywhere or has ended, from what is known of it.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such answer in it.
        """
        stored = await self._registry.get_message(
            caller, session_id=session_id, message_id=message_id
        )
        if stored.message.role != "assistant":
            raise MessageNotFound
        source = self._source(stored)
        return Turn(source, None, stored.message, is_replay=True, known_length=known_length)

    async def cancel(self, caller: Caller, *, session_id: str, message_id: int) -> Message:
        """Stop an answer wherever it runs; one that ended first is returned as it ended.

        Raises:
            AnswerCancelled: It was stopped before.
            MessageNotFound: No such answer of this user in this session.
            DatabaseUnavailable: It was stopped, but that could not be stored yet.
        """
        running = self._running.get(message_id)
        if running is None or not running.is_of(caller.user_id, session_id):
            ended = await self._registry.fail_unleased_turn(
                caller, session_id=session_id, message_id=message_id
            )
            if ended.message.status == "cancelled" and not ended.is_held:
                raise AnswerCancelled
            return ended.message
        running.stop("cancelled")
        try:
            async with asyncio.timeout(CANCEL_WAIT_SECONDS):
                finished = await running.wait_finished()
        except TimeoutError:
            raise DatabaseUnavailable from None
        if not running.is_stored:
            raise DatabaseUnavailable
        return finished.message

    async def _begin(self, beginning: Awaitable[BegunTurn]) -> Turn:
        # A client that leaves now must not leave a stored turn that nobody answers.
        return await asyncio.shield(self._spawn(self._follow(beginning)))

    async def _follow(self, beginning: Awaitable[BegunTurn]) -> Turn:
        begun = await beginning
        source = self._source(StoredMessage(message=begun.assistant_message, session=begun.session))
        if begun.lease_token is not None:
            source = self._run(begun, begun.lease_token)
        return Turn(source, begun.user_message, begun.assistant_message, begun.is_replay)

    def _run(self, begun: BegunTurn, lease_token: UUID) -> RunningTurn:
        turn = RunningTurn(begun)
        self._running[turn.assistant_message.id] = turn
        if self._stopping.is_set():
            turn.stop("interrupted")
        runner = TurnRunner(
            self._registry,
            self.agents,
            checkpoints=self._checkpoints,
            turn=turn,
            lease_token=lease_token,
        )
        self._spawn(runner.run()).add_done_callback(lambda _: self._forget(turn))
        return turn

    def _forget(self, turn: RunningTurn) -> None:
        del self._running[turn.assistant_message.id]
        session_id = turn.session.session_id
        of_session = (t for t in self._running.values() if t.session.session_id == session_id)
        following = min(of_session, key=lambda other: other.assistant_message.id, default=None)
        if following is not None:
            following.nudge()

    def _source(self, stored: StoredMessage) -> EventSource:
        running = self._running.get(stored.message.id)
        if running is not None:
            return running
        return StoredTurn(
            self._registry, stored, find_running=self._running.get, stopping=self._stopping
        )

    def _spawn(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
