"""Write sessions with the messages that a client brings itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from chatServer.agent_errors import AgentNotFound
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    DatabaseUnavailable,
    RequestIdReused,
    SessionIdTaken,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import NewSessionId
from chatServer.models import Session
from chatServer.routers.problems import document
from chatServer.routers.session_address import SESSION_PATH
from chatServer.session_errors import SessionDeleted
from chatServer.session_sync_models import PutSessionRequest, SyncedSessions, SyncSessionsRequest

router = APIRouter(
    prefix="/api/chat/sessions",
    tags=["sessions"],
    responses=document(Unauthorized, ValidationFailed, RequestIdReused, DatabaseUnavailable),
)


@router.post("/sync", responses=document(SessionIdTaken))
async def sync_sessions(
    body: SyncSessionsRequest, caller: CurrentUser, services: ServicesDependency
) -> SyncedSessions:
    """Upload sessions that a client has kept. Sending the same again changes nothing."""
    return await services.sync.sync_sessions(caller, body)


@router.put(
    SESSION_PATH,
    responses=document(
        SessionIdTaken, SessionDeleted, ValidationFailed, RequestIdReused, AgentNotFound
    )
    | {201: {"model": Session, "description": "The session was made"}},
)
async def put_session(
    session_id: Annotated[NewSessionId, Path()],
    body: PutSessionRequest,
    response: Response,
    caller: CurrentUser,
    services: ServicesDependency,
) -> Session:
    """Make or update a session and append messages to it, without running an agent.

    A message is stored once for each `client_request_id`; what was sent before changes nothing.
    """
    services.agents.check(body.agent_name)
    written = await services.sync.put_session(caller, session_id=session_id, request=body)
    response.status_code = 201 if written.created else 200
    return written.session
