"""Post, edit and regenerate, follow the answer as server-sent events, stop it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from chatServer.attachment_errors import AttachmentNotFound
from chatServer.database.parameters import EditedTurn, NewAnswer, NewTurn
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    AnswerCancelled,
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
from chatServer.routers.event_stream import EventStream
from chatServer.routers.problems import document
from chatServer.routers.turn_stream import (
    BEGUN_STREAM,
    STREAM,
    LastEventId,
    read_event_id,
    stream_begun_turn,
    stream_turn,
)
from chatServer.turn_requests import EditMessageRequest, PostMessageRequest, RegenerateRequest

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


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Which message of which session a request is about."""

    session_id: InSession
    message_id: OfMessage


@router.post(
    "",
    response_class=Response,
    responses={200: BEGUN_STREAM, **document(ValidationFailed, RequestIdReused)},
)
async def post_message(
    session_id: InSession,
    posted: PostMessageRequest,
    caller: CurrentUser,
    services: ServicesDependency,
) -> EventStream:
    """Post a message and stream its answer; the same `client_request_id` replays the same turn."""
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
    return stream_begun_turn(turn)


@router.patch(
    "/{message_id}",
    response_class=Response,
    responses={
        200: BEGUN_STREAM,
        **document(ValidationFailed, RequestIdReused, MessageNotEditable),
    },
)
async def edit_message(
    address: Annotated[MessageAddress, Depends()],
    edited: EditMessageRequest,
    caller: CurrentUser,
    services: ServicesDependency,
) -> EventStream:
    """Store an edit as a sibling of a message of one's own, and stream its answer."""
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
    return stream_begun_turn(turn)


@router.post(
    "/{message_id}/regenerate",
    response_class=Response,
    responses={
        200: BEGUN_STREAM,
        **document(ValidationFailed, RequestIdReused, MessageNotAnAnswer, AnswerStreaming),
    },
)
async def regenerate_message(
    address: Annotated[MessageAddress, Depends()],
    wanted: RegenerateRequest,
    caller: CurrentUser,
    services: ServicesDependency,
) -> EventStream:
    """Stream another answer, a sibling of the one named; 409 while that is being written."""
    turn = await services.turns.regenerate(
        caller,
        NewAnswer(
            session_id=address.session_id,
            message_id=address.message_id,
            client_request_id=wanted.client_request_id,
            keeps_text=wanted.keeps_text,
        ),
    )
    return stream_begun_turn(turn)


@router.get("/{message_id}/stream", response_class=Response, responses={200: STREAM})
async def stream_message(
    session_id: InSession,
    message_id: OfMessage,
    caller: CurrentUser,
    services: ServicesDependency,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Follow an answer from the text it has so far; one that has ended is streamed at once."""
    turn = await services.turns.rejoin(
        caller,
        session_id=session_id,
        message_id=message_id,
        known_length=read_event_id(last_event_id),
    )
    return stream_turn(turn)


@router.post("/{message_id}/cancel", responses=document(AnswerCancelled))
async def cancel_message(
    session_id: InSession,
    message_id: OfMessage,
    caller: CurrentUser,
    services: ServicesDependency,
) -> Message:
    """Stop an answer and keep its text; one that ended first is returned as it ended."""
    return await services.turns.cancel(caller, session_id=session_id, message_id=message_id)
