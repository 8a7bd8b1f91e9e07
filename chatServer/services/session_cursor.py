"""The cursors of the session list and of the lists of runs."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from typing import Final

from chatServer.database.parameters import SessionFilter, SessionPosition
from chatServer.errors import InvalidCursor
from chatServer.services.signed_cursor import SignedCursors

PURPOSE: Final = "chat-registry session cursor v2"
DEFAULTS: Final = asdict(SessionFilter())
UNBOUND_PURPOSE: Final = "chat-registry session cursor v1"
"""Of cursors that name a place in any list. Browsers keep the lists of an earlier release."""


class SessionCursors:
    """Writes and reads cursors that lead on in the list they were made for."""

    def __init__(self, secret: str) -> None:
        self._cursors = SignedCursors(secret, purpose=PURPOSE)
        self._unbound = SignedCursors(secret, purpose=UNBOUND_PURPOSE)

    def encode(self, position: SessionPosition, *, where: SessionFilter) -> str:
        """Return the cursor of the page below this session in the list of a filter."""
        instant = position.updated_at.isoformat(timespec="microseconds")
        return self._cursors.encode(f"{_digest(where)} {instant} {position.session_id}")

    def decode(self, cursor: str, *, where: SessionFilter) -> SessionPosition:
        """Return the place a cursor names.

        Raises:
            InvalidCursor: It was not written here for the list of this filter, or has been changed
                since.
        """
        try:
            digest, _, place = self._cursors.decode(cursor).partition(" ")
        except InvalidCursor:
            return _read(self._unbound.decode(cursor))
        if digest != _digest(where):
            raise InvalidCursor
        return _read(place)


def _read(place: str) -> SessionPosition:
    instant, _, session_id = place.partition(" ")
    return SessionPosition(datetime.fromisoformat(instant), session_id)


def _digest(where: SessionFilter) -> str:
    """Return what stands for a filter; one that a later release adds, unused, changes nothing."""
    used = [(name, value) for name, value in asdict(where).items() if value != DEFAULTS[name]]
    return hashlib.sha256(repr(used).encode()).hexdigest()[:16]
