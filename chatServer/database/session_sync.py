"""The verbs of clients that bring their own messages, each exactly one SQL function."""

from collections.abc import Sequence

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.results import UpsertedSession
from chatServer.database.transport import Caller, RpcTransport
from chatServer.session_sync_models import PutSessionRequest, SyncedSessions, UploadedSession


class SessionSyncRegistry:
    """Sessions with their messages, written at once."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def sync_session(
        self, caller: Caller, *, session_id: str, session: PutSessionRequest
    ) -> UpsertedSession:
        """Make or update a session and append the messages that are not stored yet.

        Raises:
            SessionIdTaken: The id belongs to somebody else.
            SessionDeleted: The caller has deleted the session.
            RequestIdReused: A `client_request_id` was used for another message.
            ValidationFailed: A field breaks a rule of the table.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_session": session.model_dump(mode="json", exclude_none=True),
        }
        return await self._calls.call_for(caller, "sync_chat_session", UpsertedSession, params)

    async def sync_sessions(
        self, caller: Caller, *, sessions: Sequence[UploadedSession]
    ) -> SyncedSessions:
        """Upload sessions, all or none.

        Raises:
            RequestIdReused: A `client_request_id` was used for another message.
            ValidationFailed: A field breaks a rule of the table.
        """
        listed: list[JsonValue] = [
            session.model_dump(mode="json", exclude_none=True) for session in sessions
        ]
        params: dict[str, JsonValue] = {"p_sessions": {"sessions": listed}}
        return await self._calls.call_for(caller, "sync_chat_sessions", SyncedSessions, params)
