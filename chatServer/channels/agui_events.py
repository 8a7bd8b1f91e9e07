"""A turn as the events of AG-UI 1.0: https://docs.ag-ui.com/concepts/events."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from ag_ui.core import (
    PROTOCOL_VERSION,
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TokenUsage,
)

from chatServer.channels.agui_answer import AnswerEvents
from chatServer.channels.agui_run import AguiRun
from chatServer.errors import DatabaseUnavailable
from chatServer.models import Message
from chatServer.turn_events import (
    MessageDelta,
    ToolCall,
    ToolStepped,
    TurnEvent,
    TurnFinished,
    TurnQueued,
    TurnStarted,
)

BROKE_OFF = (
    "The stream broke off, and the answer is kept. Run again with the same runId to follow it."
)
ENDED_EARLY = "The answer ended before it was complete. What had arrived is kept."

ListCalls = Callable[[TurnFinished], Awaitable[Sequence[ToolCall | None]]]
"""Reads the call of each tool step of an answer; None for one that is not kept."""


async def render_turn(
    run: AguiRun, events: AsyncIterator[TurnEvent], list_calls: ListCalls
) -> AsyncIterator[BaseEvent]:
    """Yield a whole run: its text and its use of tools as they come, then how it ended.

    A run that is followed again is told again from the beginning, under the same ids.
    """
    yield RunStartedEvent(
        thread_id=run.thread_id,
        run_id=run.run_id,
        parent_run_id=run.parent_run_id,
        protocol_version=PROTOCOL_VERSION,
    )
    answer: AnswerEvents | None = None
    finished: TurnFinished | None = None
    async for event in events:
        if isinstance(event, TurnQueued):
            yield CustomEvent(name="turn.queued", value={"turnsAhead": event.turns_ahead})
        elif isinstance(event, TurnFinished):
            finished = event
        else:
            if isinstance(event, TurnStarted):
                answer = AnswerEvents(event.assistant_message.id)
            for told in _tell(answer, event) if answer else ():
                yield told
    if answer is not None:
        try:
            for told in await _tell_rest(answer, finished, list_calls):
                yield told
        except DatabaseUnavailable:
            finished = None
            for told in answer.end():
                yield told
    yield _end(run, finished.message if finished else None)


def _tell(
    answer: AnswerEvents, event: TurnStarted | MessageDelta | ToolStepped
) -> Iterator[BaseEvent]:
    if isinstance(event, TurnStarted):
        message = event.assistant_message
        # One that has ended is told with its calls, in order.
        if message.status == "streaming":
            yield from answer.tell_so_far(message.content, message.tool_steps or ())
    elif isinstance(event, MessageDelta):
        yield from answer.tell_text(event.text)
    else:
        yield from answer.tell_step(event.index, event.step, event.call)


async def _tell_rest(
    answer: AnswerEvents, finished: TurnFinished | None, list_calls: ListCalls
) -> list[BaseEvent]:
    """Return what can be told now that the calls can be read, and the end of the text."""
    rest: list[BaseEvent] = []
    if finished is not None:
        message = finished.message
        steps = message.tool_steps or []
        calls = await list_calls(finished) if answer.lacks_calls(steps) else ()
        rest += answer.tell_stored(message.content, steps, calls)
    return [*rest, *answer.end()]


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
