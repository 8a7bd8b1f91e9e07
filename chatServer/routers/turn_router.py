"""Post, edit and regenerate, follow the answer as server-sent events, stop it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chatServer.attachment_errors import AttachmentNotFound
from chatServer.database.parameters import EditedTurn, NewAnswer, NewTurn
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    AnswerStreaming,
    DatabaseUnavailable,
    MessageNotAnAnswer,
    MessageNotEditable,
    MessageNotFound,
    RequestIdReused,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import MessageId, SessionId
from chatServer.models import Message
from chatServer.routers.problems import document
from chatServer.services.turn_service import Turn
from chatServer.turn_events import MessageDelta, ToolStepped, TurnEvent, TurnQueued
from chatServer.turn_requests import EditMessageRequest, PostMessageRequest, RegenerateRequest

TURN_HEADERS: dict[str, Any] = {
    "X-User-Message-Id": {"schema": {"type": "integer"}},
    "X-Assistant-Message-Id": {"schema": {"type": "integer"}},
    "Idempotent-Replay": {
        "description": "Whether this `client_request_id` had been sent before.",
        "schema": {"type": "boolean"},
    },
}

router = APIRouter(
    prefix="/api/chat/sessions/{session_id}/messages",
    tags=["turns"],
    responses=document(
        Unauthorized,
        SessionNotFound,
        MessageNotFound,
        AttachmentNotFound,
        ValidationFailed,
        DatabaseUnavailable,
    ),
)

InSession = Annotated[SessionId, Path()]
OfMessage = Annotated[MessageId, Path()]
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        description="What browsers send; the stream holds the whole text so far all the same.",
    ),
]


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Which message of which session a request is about."""

    session_id: InSession
    message_id: OfMessage


async def begin_turn(
    session_id: InSession,
    posted: PostMessageRequest,
    caller: CurrentUser,
    services: ServicesDependency,
    response: Response,
) -> Turn:
    """Store the message before the stream begins: inside it an error could not be told any more."""
    turn = await services.turns.begin(
        caller,
        NewTurn(
            session_id=session_id,
            content=posted.content,
            client_request_id=posted.client_request_id,
            parent_id=posted.parent_id,
            attachment_ids=tuple(posted.attachment_ids),
        ),
    )
    return _acknowledge(turn, response)


async def edit_turn(
    address: Annotated[MessageAddress, Depends()],
    edited: EditMessageRequest,
    caller: CurrentUser,
    services: ServicesDependency,
    response: Response,
) -> Turn:
    """Store the edit before the stream begins."""
    kept = edited.attachment_ids
    turn = await services.turns.edit(
        caller,
        EditedTurn(
            session_id=address.session_id,
            message_id=address.message_id,
            content=edited.content,
            client_request_id=edited.client_request_id,
            attachment_ids=None if kept is None else tuple(kept),
        ),
    )
    return _acknowledge(turn, response)


async def regenerate_turn(
    address: Annotated[MessageAddress, Depends()],
    wanted: RegenerateRequest,
    caller: CurrentUser,
    services: ServicesDependency,
    response: Response,
) -> Turn:
    """Store the new answer before the stream begins."""
    turn = await services.turns.regenerate(
        caller,
        NewAnswer(
            session_id=address.session_id,
            message_id=address.message_id,
            client_request_id=wanted.client_request_id,
            keeps_text=wanted.keeps_text,
        ),
    )
    return _acknowledge(turn, response)


async def rejoin_turn(
    session_id: InSession,
    message_id: OfMessage,
    caller: CurrentUser,
    services: ServicesDependency,
    _last_event_id: LastEventId = None,
) -> Turn:
    """Find the answer before the stream begins."""
    return await services.turns.rejoin(caller, session_id=session_id, message_id=message_id)


@router.post(
    "",
    response_class=EventSourceResponse,
    responses={200: {"headers": TURN_HEADERS}, **document(ValidationFailed, RequestIdReused)},
)
async def post_message(turn: Annotated[Turn, Depends(begin_turn)]) -> AsyncIterator[TurnEvent]:
    """Post a message and stream its answer; the same `client_request_id` replays the same turn."""
    async for event in _serve(turn):
        yield event


@router.patch(
    "/{message_id}",
    response_class=EventSourceResponse,
    responses={
        200: {"headers": TURN_HEADERS},
        **document(ValidationFailed, RequestIdReused, MessageNotEditable),
    },
)
async def edit_message(turn: Annotated[Turn, Depends(edit_turn)]) -> AsyncIterator[TurnEvent]:
    """Store an edit as a sibling of a message of one's own, and stream its answer."""
    async for event in _serve(turn):
        yield event


@router.post(
    "/{message_id}/regenerate",
    response_class=EventSourceResponse,
    responses={
        200: {"headers": TURN_HEADERS},
        **document(ValidationFailed, RequestIdReused, MessageNotAnAnswer, AnswerStreaming),
    },
)
async def regenerate_message(
    turn: Annotated[Turn, Depends(regenerate_turn)],
) -> AsyncIterator[TurnEvent]:
    """Stream another answer, a sibling of the one named; 409 while that is being written."""
    async for event in _serve(turn):
        yield event


@router.get("/{message_id}/stream", response_class=EventSourceResponse)
async def stream_message(turn: Annotated[Turn, Depends(rejoin_turn)]) -> AsyncIterator[TurnEvent]:
    """Follow an answer from the text it has so far; one that has ended is streamed at once."""
    async for event in _serve(turn):
        yield event


@router.post("/{message_id}/cancel")
async def cancel_message(
    session_id: InSession,
    message_id: OfMessage,
    caller: CurrentUser,
    services: ServicesDependency,
) -> Message:
    """Stop an answer and keep its text; one that has ended is returned as it is."""
    return await services.turns.cancel(caller, session_id=session_id, message_id=message_id)


def _acknowledge(turn: Turn, response: Response) -> Turn:
    """Name the stored messages in the headers, which come before the first word."""
    if turn.user_message is not None:
        response.headers["X-User-Message-Id"] = str(turn.user_message.id)
    response.headers["X-Assistant-Message-Id"] = str(turn.assistant_message.id)
    response.headers["Idempotent-Replay"] = "true" if turn.is_replay else "false"
    return turn


async def _serve(turn: Turn) -> AsyncIterator[Any]:
    # Typed Any because FastAPI documents the item by the endpoint's annotation, TurnEvent, and
    # sends a ServerSentEvent, which alone carries `event:` and `id:`, as it is.
    async for event in turn.events():
        text_length = _text_length(event)
        yield ServerSentEvent(
            event=event.type,
            id=None if text_length is None else str(text_length),
            data=event,
        )


def _text_length(event: TurnEvent) -> int | None:
    """Return how many code points of the answer a client has after the event."""
    if isinstance(event, TurnQueued | ToolStepped):
        return None
    if isinstance(event, MessageDelta):
        return event.offset + len(event.text)
    message = event.assistant_message if event.type == "turn.started" else event.message
    return len(message.content)
