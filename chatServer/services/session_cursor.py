"""The cursor of the session list."""

from datetime import datetime

from chatServer.database.parameters import SessionPosition
from chatServer.services.signed_cursor import SignedCursors

PURPOSE = "chat-registry session cursor v1"


class SessionCursors:
    """Writes and reads the cursors of the session list."""

    def __init__(self, secret: str) -> None:
        self._cursors = SignedCursors(secret, purpose=PURPOSE)

    def encode(self, position: SessionPosition) -> str:
        """Return the cursor of the page below this session."""
        instant = position.updated_at.isoformat(timespec="microseconds")
        return self._cursors.encode(f"{instant} {position.session_id}")

    def decode(self, cursor: str) -> SessionPosition:
        """Return the place a cursor names.

        Raises:
            InvalidCursor: It was not written here, or has been changed since.
        """
        instant, _, session_id = self._cursors.decode(cursor).partition(" ")
        return SessionPosition(datetime.fromisoformat(instant), session_id)
