"""Finds sessions by a piece of their title or of anything said in them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from chatServer.database.parameters import SessionFilter
from chatServer.database.session_search import (
    NewestPosition,
    NewestSlice,
    RelevantPosition,
    RelevantSlice,
    SessionSearchRegistry,
)
from chatServer.database.transport import Caller
from chatServer.errors import InvalidCursor
from chatServer.models import SessionPage
from chatServer.services.signed_cursor import SignedCursors

SearchOrder = Literal["relevance", "newest"]


@dataclass(frozen=True, slots=True)
class SessionSearch:
    """What is looked for, among which sessions, and which hits come first."""

    query: str
    where: SessionFilter
    order: SearchOrder

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
        """Return a page of hits; it may hold less than `limit` and not be the last.

        Raises:
            InvalidCursor: The cursor is not of this search.
        """
        after = None if cursor is None else self._decode(cursor, search)
        found = await self._find(Caller.service(user_id), search, after=after, limit=limit)
        next_cursor = None
        if found.has_more:
            place = json.dumps(asdict(found.position), ensure_ascii=False)
            next_cursor = self._cursors.encode(f"{search.digest} {place}")
        return SessionPage(sessions=found.sessions, next_cursor=next_cursor)

    async def _find(
        self, caller: Caller, search: SessionSearch, *, after: dict[str, Any] | None, limit: int
    ) -> NewestSlice | RelevantSlice:
        if search.order == "newest":
            return await self._registry.list_matching_sessions(
                caller,
                query=search.query,
                where=search.where,
                after=NewestPosition(**after) if after else None,
                limit=limit,
            )
        return await self._registry.list_relevant_sessions(
            caller,
            query=search.query,
            where=search.where,
            after=RelevantPosition(**after) if after else None,
            limit=limit,
        )

    def _decode(self, cursor: str, search: SessionSearch) -> dict[str, Any]:
        digest, _, place = self._cursors.decode(cursor).partition(" ")
        if digest != search.digest:
            raise InvalidCursor
        position: dict[str, Any] = json.loads(place)
        return position
