"""Change and delete sessions, and tell other devices what changed."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    CursorExpired,
    DatabaseUnavailable,
    InvalidCursor,
    RequestIdReused,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import SessionId
from chatServer.limits import CURSOR_MAX_LENGTH, PAGE_LIMIT_MAX
from chatServer.models import Session
from chatServer.routers.byte_range import is_known
from chatServer.routers.problems import document
from chatServer.routers.session_address import SESSION_PATH
from chatServer.session_change_models import SessionChanges, UpdatedSession, UpdateSessionRequest
from chatServer.session_errors import TitleSetByUser

router = APIRouter(
    prefix="/api/chat/sessions",
    tags=["sessions"],
    responses=document(Unauthorized, ValidationFailed, DatabaseUnavailable),
)

SessionIdPath = Annotated[SessionId, Path()]


class SessionChangesQuery(BaseModel):
    """The query string of the feed of changes."""

    model_config = ConfigDict(hide_input_in_errors=True)

    since: str | None = Field(
        default=None,
        max_length=CURSOR_MAX_LENGTH,
        description="The cursor of the last answer; without it there is only the cursor of now.",
    )
    limit: int = Field(default=PAGE_LIMIT_MAX, ge=1, le=PAGE_LIMIT_MAX)


@router.get(
    "/changes",
    response_model=SessionChanges,
    responses=document(InvalidCursor, CursorExpired)
    | {304: {"description": "Nothing has changed since the cursor in If-None-Match"}},
)
async def list_session_changes(
    query: Annotated[SessionChangesQuery, Query()],
    caller: CurrentUser,
    services: ServicesDependency,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> SessionChanges | Response:
    """List what changed since a cursor: ask for the cursor first, then load the list."""
    found = await services.changes.list_changes(caller, since=query.since, limit=query.limit)
    etag = f'"{found.cursor}"'
    if is_known(if_none_match, etag) and not found.changed and not found.deleted:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    return found


@router.patch(SESSION_PATH, responses=document(SessionNotFound, ValidationFailed, RequestIdReused))
async def update_session(
    session_id: SessionIdPath,
    body: UpdateSessionRequest,
    caller: CurrentUser,
    services: ServicesDependency,
) -> UpdatedSession:
    """Change a session; of two devices the last to arrive wins, field by field."""
    return await services.changes.update_session(caller, session_id=session_id, request=body)


@router.post("/{session_id}/archive", responses=document(SessionNotFound))
async def toggle_session_archived(
    session_id: SessionIdPath, caller: CurrentUser, services: ServicesDependency
) -> Session:
    """Archive a session, or take it out of the archive."""
    return await services.changes.toggle_archived(caller, session_id=session_id)


@router.post(
    "/{session_id}/regenerate-title",
    status_code=202,
    responses=document(SessionNotFound, TitleSetByUser),
)
async def regenerate_title(
    session_id: SessionIdPath, caller: CurrentUser, services: ServicesDependency
) -> Session:
    """Ask for a generated title; `title_status` tells how it stands, also in the changes."""
    return await services.titles.regenerate_title(caller, session_id=session_id)


@router.delete(SESSION_PATH, status_code=204, responses=document(SessionNotFound))
async def delete_session(
    session_id: SessionIdPath, caller: CurrentUser, services: ServicesDependency
) -> None:
    """Delete a session with everything in it."""
    await services.changes.delete_session(caller, session_id=session_id)
