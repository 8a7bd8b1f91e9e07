"""The branches of a session: move to one, make one a session of its own, export them all."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.chat_history import HistoryService
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    AnswerStreaming,
    DatabaseUnavailable,
    MessageNotFound,
    SessionIdTaken,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import MessageId, NewSessionId, SessionId
from chatServer.limits import PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX
from chatServer.models import RequestModel, Session, SessionWithMessages
from chatServer.routers.content_disposition import name_file
from chatServer.routers.problems import document
from chatServer.services.export_service import ExportFormat, ExportService

router = APIRouter(
    prefix="/api/chat/sessions/{session_id}",
    tags=["sessions"],
    responses=document(Unauthorized, SessionNotFound, ValidationFailed, DatabaseUnavailable),
)

InSession = Annotated[SessionId, Path()]
PageLimit = Annotated[int, Query(ge=1, le=PAGE_LIMIT_MAX)]

MEDIA_TYPES: dict[ExportFormat, str] = {
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
}


class UpdateHeadRequest(RequestModel):
    """The branch to move to, by any message of it."""

    message_id: MessageId


class ForkSessionRequest(RequestModel):
    """The branch to copy, by its last message. The same `session_id` makes one session."""

    message_id: MessageId
    session_id: NewSessionId | None = None


@router.put("/head", responses=document(MessageNotFound))
async def update_head(
    session_id: InSession,
    body: UpdateHeadRequest,
    caller: CurrentUser,
    history: HistoryService,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> SessionWithMessages:
    """Move the session to a message's branch, down to its newest message, on every device."""
    return await history.update_head(
        session_id, caller.user_id, message_id=body.message_id, limit=limit
    )


@router.post(
    "/fork",
    status_code=201,
    responses=document(MessageNotFound, SessionIdTaken, AnswerStreaming)
    | {200: {"model": Session, "description": "The session this request had made before"}},
)
async def fork_session(
    session_id: InSession,
    body: ForkSessionRequest,
    response: Response,
    caller: CurrentUser,
    history: HistoryService,
) -> Session:
    """Copy a branch into a new session of its own; this one stays as it is."""
    made = await history.fork_session(
        session_id, caller.user_id, message_id=body.message_id, new_session_id=body.session_id
    )
    response.status_code = 201 if made.created else 200
    return made.session


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The session with every version of every message, as a file",
            "content": {"application/json": {}, "text/markdown": {}},
            "headers": {
                "X-Total-Messages": {
                    "description": "Of users and answers.",
                    "schema": {"type": "integer"},
                },
            },
        }
    },
)
async def export_session(
    session_id: InSession,
    caller: CurrentUser,
    services: ServicesDependency,
    file_format: Annotated[ExportFormat, Query(alias="format")] = "json",
) -> StreamingResponse:
    """Download a session, streamed page by page; nothing in the file runs where it is opened."""
    export = await ExportService(services.registry).begin(caller, session_id=session_id)

    async def encode() -> AsyncIterator[bytes]:
        async for chunk in export.chunks(file_format):
            yield chunk.encode()

    return StreamingResponse(
        encode(),
        media_type=MEDIA_TYPES[file_format],
        headers={
            "Content-Disposition": name_file(export.filename(file_format)),
            "X-Total-Messages": str(export.message_count),
        },
    )
