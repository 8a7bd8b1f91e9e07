"""Finds sessions by a piece of their title or of anything said in them."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from chatServer.database.parameters import SessionFilter
from chatServer.database.session_search import SearchPosition, SessionSearchRegistry
from chatServer.database.transport import Caller
from chatServer.errors import InvalidCursor
from chatServer.models import SessionPage
from chatServer.services.signed_cursor import SignedCursors


@dataclass(frozen=True, slots=True)
class SessionSearch:
    """What is looked for, and among which sessions."""

    query: str
    where: SessionFilter

    @property
    def digest(self) -> str:
        """Tells one search from another in a cursor."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


class SessionSearchService:
    """The search of one user's sessions."""

    def __init__(self, registry: SessionSearchRegistry, cursors: SignedCursors) -> None:
        self._registry = registry
        self._cursors = cursors

    async def find_sessions(
        self, user_id: UUID, search: SessionSearch, *, cursor: str | None, limit: int
    ) -> SessionPage:
        """Return a page of hits, newest first; it may hold less than `limit` and not be the last.

        Raises:
            InvalidCursor: The cursor is not of this search.
        """
        found = await self._registry.list_matching_sessions(
            Caller.service(user_id),
            query=search.query,
            where=search.where,
            after=None if cursor is None else self._decode(cursor, search),
            limit=limit,
        )
        next_cursor = None
        if found.has_more:
            next_cursor = self._cursors.encode(
                f"{search.digest} {found.until_id} {found.before_id} {found.before_session_id}"
            )
        return SessionPage(sessions=found.sessions, next_cursor=next_cursor)

    def _decode(self, cursor: str, search: SessionSearch) -> SearchPosition:
        digest, until_id, before_id, session_id = self._cursors.decode(cursor).split(" ", 3)
        if digest != search.digest:
            raise InvalidCursor
        return SearchPosition(int(until_id), int(before_id), session_id)
