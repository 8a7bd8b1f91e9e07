"""The events of a turn as server-sent events, and what a client has of them already."""

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any, Final

from fastapi import Header
from fastapi.sse import format_sse_event

from chatServer.routers.event_stream import EventStream, document_events
from chatServer.services.turn_service import Turn
from chatServer.turn_events import MessageDelta, ToolStepped, TurnEvent, TurnQueued

EVENT_ID_MAX_DIGITS: Final = 15
STREAM: Final[dict[str, Any]] = {
    "description": "`turn.started` first, then `turn.queued`, `message.delta` and `tool.step` as "
    "they come, and `turn.finished` last; a stream that ends without it broke off and can be "
    "joined again. The `id` of an event is how many Unicode code points of the answer the client "
    "has by then. After 15 seconds without an event comes a comment, `: ping`.",
    "content": document_events("TurnEvent"),
}
BEGUN_STREAM: Final[dict[str, Any]] = STREAM | {
    "headers": {
        "X-User-Message-Id": {"schema": {"type": "integer"}},
        "X-Assistant-Message-Id": {"schema": {"type": "integer"}},
        "Idempotent-Replay": {
            "description": "Whether this `client_request_id` had been sent before.",
            "schema": {"type": "boolean"},
        },
    }
}

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="The `id` of the last event that arrived: `turn.started` then carries the text "
        "up to there and `message.delta` the rest. Without one it carries all the text so far.",
    ),
]


def read_event_id(event_id: str | None) -> int | None:
    """Return the length of text that an id of ours stands for; None for any other."""
    if event_id is None or not event_id.isascii() or not event_id.isdigit():
        return None
    return int(event_id[:EVENT_ID_MAX_DIGITS])


def stream_turn(turn: Turn, headers: Mapping[str, str] | None = None) -> EventStream:
    """Answer with each event under its name, and with the length of text by then as its id."""
    return EventStream(_encode(turn), headers)


def stream_begun_turn(turn: Turn) -> EventStream:
    """Answer as `stream_turn` does; the headers name the stored messages before the first word."""
    headers = {
        "X-Assistant-Message-Id": str(turn.assistant_message.id),
        "Idempotent-Replay": "true" if turn.is_replay else "false",
    }
    if turn.user_message is not None:
        headers["X-User-Message-Id"] = str(turn.user_message.id)
    return stream_turn(turn, headers)


async def _encode(turn: Turn) -> AsyncGenerator[bytes, None]:
    async for event in turn.events():
        text_length = _text_length(event)
        yield format_sse_event(
            event=event.type,
            id=None if text_length is None else str(text_length),
            data_str=event.model_dump_json(),
        )


def _text_length(event: TurnEvent) -> int | None:
    """Return how many code points of the answer a client has after the event."""
    if isinstance(event, TurnQueued | ToolStepped):
        return None
    if isinstance(event, MessageDelta):
        return event.offset + len(event.text)
    message = event.assistant_message if event.type == "turn.started" else event.message
    return len(message.content)
