"""A turn that this process is answering: its growing text, its tools, and all who read it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from io import StringIO
from typing import Literal, NamedTuple
from uuid import UUID

from chatServer.agent_models import ToolStep
from chatServer.database.results import BegunTurn
from chatServer.limits import TOOL_STEPS_MAX
from chatServer.models import Message, Session
from chatServer.turn_events import (
    MessageDelta,
    ToolCall,
    ToolStepped,
    TurnEvent,
    TurnFinished,
    TurnQueued,
    TurnStarted,
)

StopStatus = Literal["cancelled", "interrupted"]


class _Change(NamedTuple):
    """A step as it became when the text had this length."""

    length: int
    event: ToolStepped


class RunningTurn:
    """Keeps all once; each reader has only its own place in it, so a slow one holds up nobody."""

    def __init__(self, begun: BegunTurn) -> None:
        self.session = begun.session
        self.user_message = begun.user_message
        self.assistant_message = begun.assistant_message
        self.turns_ahead = begun.turns_ahead
        self.length = 0
        self.size_bytes = 0
        self.stop_status: StopStatus | None = None
        self.stopping: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.finished: TurnFinished | None = None
        self.is_stored = False
        self.tool_steps = tuple(begun.assistant_message.tool_steps or ())
        """Those of a text to go on with, then those of this answer in the order of their begin."""
        self._kept_steps = len(self.tool_steps)
        self._changes: list[_Change] = []
        self._text = StringIO()
        self._changed = asyncio.Event()
        self._nudged = asyncio.Event()
        if begun.assistant_message.content:
            self.append(begun.assistant_message.content)

    @property
    def text(self) -> str:
        """The answer so far."""
        return self._text.getvalue()

    def context(self, above: Sequence[Message]) -> list[Message]:
        """Return what the model is asked with: the messages above, and a text to go on with."""
        if not self.assistant_message.content:
            return list(above)
        return [*above, self.assistant_message]

    def is_of(self, user_id: UUID, session_id: str) -> bool:
        """Tell whether the turn belongs to this user's session."""
        return self.session.user_id == user_id and self.session.session_id == session_id

    def append(self, text: str) -> None:
        """Add generated text and wake the readers."""
        self._text.seek(self.length)
        self._text.write(text)
        self.length += len(text)
        self.size_bytes += len(text.encode())
        self._wake()

    def set_step(self, place: int, step: ToolStep, call: ToolCall) -> None:
        """Note that the use of a tool began or ended; `place` is that among this answer's own.

        One past the `TOOL_STEPS_MAX` that a row has room for is used and not told of.
        """
        index = self._kept_steps + place
        if index >= TOOL_STEPS_MAX:
            return
        begun_at = self.tool_steps[index].offset if index < len(self.tool_steps) else self.length
        step = step.model_copy(update={"offset": begun_at})
        self.tool_steps = (*self.tool_steps[:index], step, *self.tool_steps[index + 1 :])
        event = ToolStepped(message_id=self.assistant_message.id, index=index, step=step, call=call)
        self._changes.append(_Change(self.length, event))
        self._wake()

    def set_turns_ahead(self, count: int) -> None:
        """Note how many turns of the session come before this one."""
        if count != self.turns_ahead:
            self.turns_ahead = count
            self._wake()

    def stop(self, status: StopStatus) -> None:
        """Ask the turn to end as it stands; the first to ask decides how."""
        if self.stop_status is None and self.finished is None:
            self.stop_status = status
            self.stopping.set_result(None)
            self.nudge()

    def finish(self, message: Message, session: Session, *, is_stored: bool) -> None:
        """End the streams of all readers with the answer as it is."""
        if self.finished is None:
            self.finished = TurnFinished(message=message, session=session)
            self.is_stored = is_stored
            self._wake()

    def nudge(self) -> None:
        """Have the turn look now at what it waits for."""
        self._nudged.set()

    async def wait_nudge(self, timeout_seconds: float) -> None:
        """Return after a nudge, or after the time-out."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._nudged.wait()
        except TimeoutError:
            return
        self._nudged.clear()

    async def wait_finished(self) -> TurnFinished:
        """Return once the turn has ended."""
        while self.finished is None:
            await self._changed.wait()
        return self.finished

    async def events(
        self, user_message: Message | None, known_length: int | None = None
    ) -> AsyncIterator[TurnEvent]:
        """Yield the whole stream, beginning with the text and the steps so far.

        Whoever has so much of the text already gets no more of it at the beginning.
        """
        if known_length is None or known_length >= self.length:
            text, changes = self.text, len(self._changes)
        else:
            text = self.text[:known_length]
            changes = sum(change.length < known_length for change in self._changes)
        so_far = {"content": text, "tool_steps": self._steps_after(changes) or None}
        yield TurnStarted(
            user_message=user_message,
            assistant_message=self.assistant_message.model_copy(update=so_far),
        )
        async for event in self.events_after(len(text), changes):
            yield event

    async def past_events(self, user_message: Message | None) -> AsyncIterator[TurnEvent]:
        """Yield the whole stream as it was from the first event on."""
        yield TurnStarted(user_message=user_message, assistant_message=self.assistant_message)
        async for event in self.events_after(len(self.assistant_message.content)):
            yield event

    async def events_after(self, offset: int, changes: int = 0) -> AsyncIterator[TurnEvent]:
        """Yield what a reader misses who has so much of the text and of what the tools did."""
        shown_ahead = 0
        while True:
            changed = self._changed
            if self.turns_ahead != shown_ahead:
                shown_ahead = self.turns_ahead
                yield TurnQueued(turns_ahead=shown_ahead)
            next_change = self._changes[changes] if changes < len(self._changes) else None
            if next_change is not None and next_change.length <= offset:
                changes += 1
                yield next_change.event
            elif self.length > offset:
                self._text.seek(offset)
                text = self._text.read(next_change.length - offset if next_change else -1)
                yield MessageDelta(message_id=self.assistant_message.id, offset=offset, text=text)
                offset += len(text)
            elif self.finished is not None:
                yield self.finished
                return
            else:
                await changed.wait()

    def _steps_after(self, changes: int) -> list[ToolStep]:
        """Return the steps as they were after so many changes."""
        steps = list(self.assistant_message.tool_steps or ())
        for _, event in self._changes[:changes]:
            steps[event.index : event.index + 1] = [event.step]
        return steps

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
