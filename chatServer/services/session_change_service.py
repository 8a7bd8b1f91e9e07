"""Changes and deletes sessions, and tells other devices what changed."""

from datetime import UTC, datetime, timedelta

from chatServer.database.session_changes import ChangePosition, SessionChangeRegistry
from chatServer.database.transport import Caller
from chatServer.errors import CursorExpired, InvalidCursor
from chatServer.limits import TOMBSTONE_DAYS
from chatServer.models import Session
from chatServer.services.signed_cursor import SignedCursors
from chatServer.session_change_models import SessionChanges, UpdatedSession, UpdateSessionRequest


class SessionChangeService:
    """The changes of a caller's sessions."""

    def __init__(self, registry: SessionChangeRegistry, cursors: SignedCursors) -> None:
        self._registry = registry
        self._cursors = cursors

    async def update_session(
        self, caller: Caller, *, session_id: str, request: UpdateSessionRequest
    ) -> UpdatedSession:
        """Change the fields given; of two devices the last to arrive wins, field by field.

        Raises:
            SessionNotFound: No such session of this user.
            RequestIdReused: Its `client_request_id` came with another change before.
            ValidationFailed: `base_version` is none of the session's past.
        """
        changed = await self._registry.update_session(
            caller,
            session_id=session_id,
            changes=request.changes(),
            base_version=request.base_version,
            client_request_id=request.client_request_id,
        )
        return UpdatedSession(**changed.session.model_dump(), superseded=changed.superseded)

    async def toggle_archived(self, caller: Caller, *, session_id: str) -> Session:
        """Archive a session, or take it out of the archive.

        Raises:
            SessionNotFound: No such session of this user.
        """
        return await self._registry.update_archived(caller, session_id=session_id)

    async def delete_session(self, caller: Caller, *, session_id: str) -> None:
        """Delete a session with its messages.

        Raises:
            SessionNotFound: No such session of this user.
        """
        await self._registry.delete_session(caller, session_id=session_id)

    async def list_changes(
        self, caller: Caller, *, since: str | None, limit: int
    ) -> SessionChanges:
        """List what changed since a cursor; without one there is only the cursor of now.

        Raises:
            InvalidCursor: The cursor was not made here.
            CursorExpired: Its owner has been away so long that deletions may be forgotten.
        """
        place = None if since is None else self._decode(since)
        found = await self._registry.list_changes(caller, since=place, limit=limit)
        cursor = self._encode(ChangePosition(found.xid, found.session_id))
        return SessionChanges(
            changed=found.changed,
            deleted=found.deleted,
            cursor=cursor,
            has_more=found.has_more,
        )

    def _encode(self, place: ChangePosition) -> str:
        # By the day and no finer: as long as nothing changes the cursor stays, as an ETag must.
        day = datetime.now(UTC).date().isoformat()
        return self._cursors.encode(f"{day} {place.xid} {place.session_id}")

    def _decode(self, cursor: str) -> ChangePosition:
        try:
            day, xid, session_id = self._cursors.decode(cursor).split(" ", 2)
        except InvalidCursor:
            raise InvalidCursor("since") from None
        made_at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        if datetime.now(UTC) - made_at > timedelta(days=TOMBSTONE_DAYS - 1):
            raise CursorExpired
        return ChangePosition(xid, session_id)
