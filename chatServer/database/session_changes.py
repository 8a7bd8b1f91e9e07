"""The verbs that change sessions and tell of changes, each exactly one SQL function."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.transport import Caller, RpcTransport
from chatServer.models import Session, StoredModel


@dataclass(frozen=True, slots=True)
class ChangePosition:
    """A place in the feed of changes: a transaction's id and a session changed in it."""

    xid: str
    session_id: str


class ChangedSession(StoredModel):
    """A session after a change, and what the change replaced unseen, by field."""

    session: Session
    superseded: dict[str, JsonValue]


class DeletedSession(StoredModel):
    """Whether the session was deleted."""

    deleted: bool


class ChangeSlice(StoredModel):
    """Changes in the feed's order; `xid` and `session_id` are the place of the last one."""

    changed: list[Session]
    deleted: list[str]
    xid: str
    session_id: str
    has_more: bool


class SessionChangeRegistry:
    """Changes of sessions as stored."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def update_session(
        self,
        caller: Caller,
        *,
        session_id: str,
        changes: Mapping[str, JsonValue],
        base_version: int | None,
        client_request_id: str | None,
    ) -> ChangedSession:
        """Change fields of a session, once for each `client_request_id`.

        Raises:
            SessionNotFound: No such session of this user.
            RequestIdReused: The id came with another change before.
            ValidationFailed: A field cannot be accepted, or the version is none of its past.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_changes": dict(changes),
            "p_base_version": base_version,
            "p_client_request_id": client_request_id,
        }
        return await self._calls.call_for(caller, "update_chat_session_v2", ChangedSession, params)

    async def update_archived(self, caller: Caller, *, session_id: str) -> Session:
        """Archive a session, or take it out of the archive.

        Raises:
            SessionNotFound: No such session of this user.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id}
        return await self._calls.call_for(caller, "update_chat_session_archived", Session, params)

    async def delete_session(self, caller: Caller, *, session_id: str) -> None:
        """Delete a session with its messages, and keep a tombstone for other devices.

        Raises:
            SessionNotFound: No such session of this user.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id}
        await self._calls.call_for(caller, "delete_chat_session", DeletedSession, params)

    async def list_changes(
        self, caller: Caller, *, since: ChangePosition | None, limit: int
    ) -> ChangeSlice:
        """List what changed since a place; without one only the place of now is returned.

        Raises:
            CursorExpired: The place is not of this database any more.
        """
        params: dict[str, JsonValue] = {
            "p_since_xid": since.xid if since else None,
            "p_since_session_id": since.session_id if since else None,
            "p_limit": limit,
        }
        return await self._calls.call_for(caller, "list_chat_session_changes", ChangeSlice, params)
