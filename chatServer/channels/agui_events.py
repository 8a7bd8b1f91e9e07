"""A turn as the events of AG-UI 1.0: https://docs.ag-ui.com/concepts/events."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any

from ag_ui.core import (
    PROTOCOL_VERSION,
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    TokenUsage,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from chatServer.channels.agui_run import AguiRun
from chatServer.errors import DatabaseUnavailable
from chatServer.models import Message
from chatServer.services.model_input import CALL, RESULT
from chatServer.turn_events import MessageDelta, TurnEvent, TurnFinished, TurnQueued, TurnStarted

BROKE_OFF = (
    "The stream broke off, and the answer is kept. Run again with the same runId to follow it."
)
ENDED_EARLY = "The answer ended before it was complete. What had arrived is kept."

ListItems = Callable[[TurnFinished], Awaitable[Sequence[Message]]]
"""Lists what an agent did for an answer, oldest first."""


async def render_turn(
    run: AguiRun, events: AsyncIterator[TurnEvent], list_items: ListItems
) -> AsyncIterator[BaseEvent]:
    """Yield a whole run: its text as it comes, then what the agent did for it, then how it ended.

    A run that is followed again is told again from the beginning.
    """
    yield RunStartedEvent(
        thread_id=run.thread_id,
        run_id=run.run_id,
        parent_run_id=run.parent_run_id,
        protocol_version=PROTOCOL_VERSION,
    )
    message_id: str | None = None
    finished: TurnFinished | None = None
    async for event in events:
        if isinstance(event, TurnQueued):
            yield CustomEvent(name="turn.queued", value={"turnsAhead": event.turns_ahead})
        elif isinstance(event, TurnFinished):
            finished = event
        elif text := _text_of(event):
            if message_id is None:
                message_id = str(_id_of(event))
                yield TextMessageStartEvent(message_id=message_id, role="assistant")
            yield TextMessageContentEvent(message_id=message_id, delta=text)
    if message_id is not None:
        yield TextMessageEndEvent(message_id=message_id)
    try:
        items = await list_items(finished) if finished and finished.message.tool_steps else ()
    except DatabaseUnavailable:
        finished, items = None, ()
    for made in render_items(items):
        yield made
    yield _end(run, finished.message if finished else None)


def render_items(items: Sequence[Message]) -> Iterator[BaseEvent]:
    """Yield calls and results by the ids of their rows: providers' own come again and again."""
    called: dict[str, str] = {}
    for message in items:
        item: dict[str, Any] = message.item or {}
        if item.get("type") == CALL:
            call_id = called[item["call_id"]] = str(message.id)
            yield ToolCallStartEvent(
                tool_call_id=call_id,
                tool_call_name=item["name"],
                parent_message_id=str(message.answer_id),
            )
            if item["arguments"]:
                yield ToolCallArgsEvent(tool_call_id=call_id, delta=item["arguments"])
            yield ToolCallEndEvent(tool_call_id=call_id)
        elif item.get("type") == RESULT:
            yield ToolCallResultEvent(
                message_id=str(message.id),
                tool_call_id=called[item["call_id"]],
                content=item["output"],
                role="tool",
            )


def _text_of(event: TurnStarted | MessageDelta) -> str:
    return event.text if isinstance(event, MessageDelta) else event.assistant_message.content


def _id_of(event: TurnStarted | MessageDelta) -> int:
    return event.message_id if isinstance(event, MessageDelta) else event.assistant_message.id


def _end(run: AguiRun, answer: Message | None) -> BaseEvent:
    if answer is None:
        return RunErrorEvent(message=BROKE_OFF, code="stream_broke_off")
    usage = _usage_of(answer)
    if answer.status not in ("complete", "cancelled"):
        message = answer.failure_reason or ENDED_EARLY
        return RunErrorEvent(message=message, code=f"answer_{answer.status}", usage=usage)
    is_complete = answer.status == "complete"
    return RunFinishedEvent(
        thread_id=run.thread_id,
        run_id=run.run_id,
        outcome=RunFinishedSuccessOutcome() if is_complete else RunFinishedCancelledOutcome(),
        usage=usage,
    )


def _usage_of(answer: Message) -> list[TokenUsage] | None:
    if answer.usage is None:
        return None
    return [
        TokenUsage(
            provider=answer.provider_id,
            model=answer.model_id,
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
        )
    ]
