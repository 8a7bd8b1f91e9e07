"""Stores what clients write that bring their own messages."""

from chatServer.database.results import UpsertedSession
from chatServer.database.session_sync import SessionSyncRegistry
from chatServer.database.transport import Caller
from chatServer.session_sync_models import PutSessionRequest, SyncedSessions, SyncSessionsRequest


class SessionSyncService:
    """The sessions that a caller writes with their messages."""

    def __init__(self, registry: SessionSyncRegistry) -> None:
        self._registry = registry

    async def put_session(
        self, caller: Caller, *, session_id: str, request: PutSessionRequest
    ) -> UpsertedSession:
        """Make or update a session and append its messages, once however often it is asked.

        Raises:
            SessionIdTaken: The id belongs to somebody else.
            SessionDeleted: The caller has deleted the session.
            RequestIdReused: A `client_request_id` was used for another message.
        """
        return await self._registry.sync_session(caller, session_id=session_id, session=request)

    async def sync_sessions(self, caller: Caller, request: SyncSessionsRequest) -> SyncedSessions:
        """Upload sessions, all or none, once however often it is asked.

        Raises:
            RequestIdReused: A `client_request_id` was used for another message.
        """
        return await self._registry.sync_sessions(caller, sessions=request.sessions)
