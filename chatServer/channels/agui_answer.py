"""One answer as AG-UI tells it: messages of text, and between them what was done with tools."""

from collections.abc import Iterator, Sequence

from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from chatServer.agent_models import ToolStep
from chatServer.turn_events import ToolCall


class AnswerEvents:
    """Makes the events of one answer; its ids depend on the answer alone, not on who tells it.

    A step may come without its call, which another process has: its tool is named at once, and what
    it was given and returned is told as soon as it is known, at the latest by `tell_stored`.
    """

    def __init__(self, answer_id: int) -> None:
        self._answer_id = answer_id
        self._message_id = str(answer_id)
        self._is_open = False
        self._offset = 0
        self._told_steps = 0
        """How many of the answer's steps have been told, or passed over."""
        self._open_calls: list[int] = []
        """The steps of which only the tool's name has been told."""

    def tell_so_far(self, content: str, steps: Sequence[ToolStep]) -> Iterator[BaseEvent]:
        """Yield the text and the steps of an answer that is being written."""
        for index, step in enumerate(steps):
            yield from self.tell_text(content[self._offset : step.offset])
            yield from self.tell_step(index, step, None)
        yield from self.tell_text(content[self._offset :])

    def tell_text(self, text: str) -> Iterator[BaseEvent]:
        """Yield text, which begins a message of its own after a tool."""
        if not text:
            return
        self._offset += len(text)
        if not self._is_open:
            # The blank line that parts it from the text before, where both are read as one.
            text = text.lstrip("\n") if self._told_steps else text
            if not text:
                return
            if self._told_steps:
                self._message_id = f"{self._answer_id}-{self._told_steps}"
            self._is_open = True
            yield TextMessageStartEvent(message_id=self._message_id, role="assistant")
        yield TextMessageContentEvent(message_id=self._message_id, delta=text)

    def tell_step(self, index: int, step: ToolStep, call: ToolCall | None) -> Iterator[BaseEvent]:
        """Yield that a tool is used, and what it was given and returned where that is known."""
        if index == self._told_steps:
            yield from self._begin_call(index, step.name)
        if call is None:
            return
        if index in self._open_calls:
            yield from self._end_call(index, call.arguments)
        if call.result is not None:
            call_id = self._call_id(index)
            yield ToolCallResultEvent(
                message_id=f"{call_id}-result",
                tool_call_id=call_id,
                content=call.result,
                role="tool",
            )

    def lacks_calls(self, steps: Sequence[ToolStep]) -> bool:
        """Tell whether an answer that has ended has calls that are not told yet."""
        return bool(self._open_calls) or self._told_steps < len(steps)

    def tell_stored(
        self, content: str, steps: Sequence[ToolStep], calls: Sequence[ToolCall | None]
    ) -> Iterator[BaseEvent]:
        """Yield what has not been told of an answer that has ended."""
        known = dict(enumerate(calls))
        for index in [at for at in self._open_calls if known.get(at)]:
            yield from self.tell_step(index, steps[index], known[index])
        for index in range(self._told_steps, len(steps)):
            yield from self.tell_text(content[self._offset : steps[index].offset])
            if known.get(index) is None:
                yield from self._end_text()
                self._told_steps = index + 1
            else:
                yield from self.tell_step(index, steps[index], known[index])
        yield from self.tell_text(content[self._offset :])

    def end(self) -> Iterator[BaseEvent]:
        """Yield the end of the message that is being told, and of calls that nobody knows."""
        yield from self._end_text()
        for index in list(self._open_calls):
            yield from self._end_call(index, "")

    def _end_text(self) -> Iterator[BaseEvent]:
        if self._is_open:
            self._is_open = False
            yield TextMessageEndEvent(message_id=self._message_id)

    def _begin_call(self, index: int, name: str) -> Iterator[BaseEvent]:
        yield from self._end_text()
        self._told_steps += 1
        self._open_calls.append(index)
        yield ToolCallStartEvent(
            tool_call_id=self._call_id(index),
            tool_call_name=name,
            parent_message_id=self._message_id,
        )

    def _end_call(self, index: int, arguments: str) -> Iterator[BaseEvent]:
        self._open_calls.remove(index)
        if arguments:
            yield ToolCallArgsEvent(tool_call_id=self._call_id(index), delta=arguments)
        yield ToolCallEndEvent(tool_call_id=self._call_id(index))

    def _call_id(self, index: int) -> str:
        return f"{self._answer_id}-call-{index + 1}"
