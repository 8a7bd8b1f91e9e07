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

    Where a step comes without its call, which another process has, all that follows is held back
    until `tell_stored`, so that the order stays.
    """

    def __init__(self, answer_id: int) -> None:
        self._answer_id = answer_id
        self._message_id = str(answer_id)
        self._is_open = False
        self._is_held = False
        self._offset = 0
        self.told_steps = 0
        """How many of the answer's steps have been told, or passed over."""

    def tell_so_far(self, content: str, steps: Sequence[ToolStep]) -> Iterator[BaseEvent]:
        """Yield the text of an answer up to its first step."""
        yield from self.tell_text(content[: steps[0].offset] if steps else content)
        self._is_held = bool(steps)

    def tell_text(self, text: str) -> Iterator[BaseEvent]:
        """Yield text, which begins a message of its own after a tool."""
        if self._is_held or not text:
            return
        self._offset += len(text)
        if not self._is_open:
            # The blank line that parts it from the text before, where both are read as one.
            text = text.lstrip("\n") if self.told_steps else text
            if not text:
                return
            if self.told_steps:
                self._message_id = f"{self._answer_id}-{self.told_steps}"
            self._is_open = True
            yield TextMessageStartEvent(message_id=self._message_id, role="assistant")
        yield TextMessageContentEvent(message_id=self._message_id, delta=text)

    def tell_step(self, index: int, step: ToolStep, call: ToolCall | None) -> Iterator[BaseEvent]:
        """Yield that a tool is used with these arguments, or what it returned."""
        if call is None:
            self._is_held = True
        if self._is_held or call is None:
            return
        call_id = f"{self._answer_id}-call-{index + 1}"
        if index == self.told_steps:
            yield from self._tell_call(call_id, step.name, call.arguments)
        if call.result is not None:
            yield ToolCallResultEvent(
                message_id=f"{call_id}-result",
                tool_call_id=call_id,
                content=call.result,
                role="tool",
            )

    def tell_stored(
        self, content: str, steps: Sequence[ToolStep], calls: Sequence[ToolCall | None]
    ) -> Iterator[BaseEvent]:
        """Yield what has not been told of an answer that has ended."""
        self._is_held = False
        for index in range(self.told_steps, len(steps)):
            yield from self.tell_text(content[self._offset : steps[index].offset])
            call = calls[index] if index < len(calls) else None
            if call is None:
                yield from self.end_text()
                self.told_steps = index + 1
            else:
                yield from self.tell_step(index, steps[index], call)
        yield from self.tell_text(content[self._offset :])

    def end_text(self) -> Iterator[BaseEvent]:
        """Yield the end of the message that is being told, if one is."""
        if self._is_open:
            self._is_open = False
            yield TextMessageEndEvent(message_id=self._message_id)

    def _tell_call(self, call_id: str, name: str, arguments: str) -> Iterator[BaseEvent]:
        yield from self.end_text()
        self.told_steps += 1
        yield ToolCallStartEvent(
            tool_call_id=call_id, tool_call_name=name, parent_message_id=self._message_id
        )
        if arguments:
            yield ToolCallArgsEvent(tool_call_id=call_id, delta=arguments)
        yield ToolCallEndEvent(tool_call_id=call_id)
