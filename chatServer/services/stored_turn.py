"""A turn that another process answers, or that has ended: read from its stored row."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress

from chatServer.database.results import StoredMessage
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable, MessageNotFound, SessionNotFound
from chatServer.limits import CHECKPOINT_SECONDS, LEASE_SECONDS
from chatServer.models import Message
from chatServer.services.running_turn import RunningTurn
from chatServer.turn_events import (
    MessageDelta,
    ToolStepped,
    TurnEvent,
    TurnFinished,
    TurnStarted,
)

POLL_FIRST_SECONDS = 0.1


class StoredTurn:
    """Follows the checkpoints of an answer, and the running turn once this process has it."""

    def __init__(
        self,
        registry: SessionRegistry,
        stored: StoredMessage,
        *,
        find_running: Callable[[int], RunningTurn | None],
        stopping: asyncio.Event,
    ) -> None:
        self._registry = registry
        self._stored = stored
        self._find_running = find_running
        self._stopping = stopping
        # The caller was allowed to read it; a long answer may outlive their token.
        self._caller = Caller.service(stored.session.user_id)

    async def events(
        self, user_message: Message | None, known_length: int | None = None
    ) -> AsyncIterator[TurnEvent]:
        """Yield the whole stream; it breaks off at shutdown and when the row cannot be read.

        Whoever has so much of the text already gets no more of it at the beginning.
        """
        session, message = self._stored.session, self._stored.message
        begun = message if known_length is None else _cut_at(message, known_length)
        yield TurnStarted(user_message=user_message, assistant_message=begun)
        for event in _tell_growth(begun, message):
            yield event
        pause_seconds = POLL_FIRST_SECONDS
        while message.status == "streaming":
            await self._pause(pause_seconds)
            pause_seconds = min(pause_seconds * 2, CHECKPOINT_SECONDS)
            running = self._find_running(message.id)
            if running is not None:
                async for event in running.events_after(len(message.content)):
                    yield event
                return
            newest = await self._read()
            if newest is None:
                return
            for event in _tell_growth(message, newest.message):
                yield event
            session, message = newest.session, newest.message
        yield TurnFinished(message=message, session=session)

    def past_events(self, user_message: Message | None) -> AsyncIterator[TurnEvent]:
        """Yield the same: what lies behind is stored as the text and the steps so far."""
        return self.events(user_message)

    async def _read(self) -> StoredMessage | None:
        """Read the row again; None at shutdown and when it cannot be read any more."""
        give_up_at = asyncio.get_running_loop().time() + LEASE_SECONDS
        while not self._stopping.is_set():
            try:
                return await self._registry.get_message(
                    self._caller,
                    session_id=self._stored.session.session_id,
                    message_id=self._stored.message.id,
                )
            except (MessageNotFound, SessionNotFound):
                return None
            except DatabaseUnavailable:
                if asyncio.get_running_loop().time() >= give_up_at:
                    return None
            await self._pause(CHECKPOINT_SECONDS)
        return None

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _cut_at(message: Message, length: int) -> Message:
    """Return an answer as it was when its text had this length; shorter ones as they are."""
    if length >= len(message.content):
        return message
    steps = [step for step in message.tool_steps or () if step.offset < length]
    return message.model_copy(
        update={"content": message.content[:length], "tool_steps": steps or None}
    )


def _tell_growth(before: Message, after: Message) -> Iterator[TurnEvent]:
    """Yield what is new in an answer, each step where it stands in the text."""
    offset, known = len(before.content), before.tool_steps or []
    for index, step in enumerate(after.tool_steps or ()):
        if index < len(known) and step == known[index]:
            continue
        if step.offset > offset:
            text = after.content[offset : step.offset]
            yield MessageDelta(message_id=after.id, offset=offset, text=text)
            offset += len(text)
        yield ToolStepped(message_id=after.id, index=index, step=step)
    if text := after.content[offset:]:
        yield MessageDelta(message_id=after.id, offset=offset, text=text)
