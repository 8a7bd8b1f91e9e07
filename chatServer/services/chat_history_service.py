"""Lists, opens and makes sessions, and pages through their messages."""

from dataclasses import dataclass, replace
from uuid import UUID

from chatServer.branch_models import BranchPage
from chatServer.database.parameters import NewSession, SessionFilter, SessionPosition
from chatServer.database.results import UpsertedSession
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import ValidationFailed
from chatServer.limits import PAGE_LIMIT_DEFAULT
from chatServer.models import (
    Channel,
    CreateSessionRequest,
    SessionCounts,
    SessionPage,
    SessionWithMessages,
)
from chatServer.services.session_cursor import SessionCursors

ANY_SESSION = SessionFilter()


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """Where a page of sessions begins, by cursor or by offset, and what else narrows the list."""

    where: SessionFilter = ANY_SESSION
    cursor: str | None = None
    offset: int | None = None


FIRST_PAGE = SessionQuery()


class ChatHistoryService:
    """The history of sessions, read and written as one user.

    With the signed-in caller the database's row-level security decides; without one the service
    acts, and the `user_id` given to each method is the border.
    """

    def __init__(
        self, registry: SessionRegistry, cursors: SessionCursors, *, caller: Caller | None = None
    ) -> None:
        self._registry = registry
        self._cursors = cursors
        self._signed_in = caller

    async def get_sessions(
        self,
        user_id: UUID,
        channel: Channel | None = None,
        limit: int = PAGE_LIMIT_DEFAULT,
        *,
        query: SessionQuery = FIRST_PAGE,
    ) -> SessionPage:
        """Return a page of sessions, newest activity first.

        Raises:
            InvalidCursor: The cursor is not of this list.
            ValidationFailed: Both a cursor and an offset are given.
        """
        if query.cursor is not None and query.offset is not None:
            raise ValidationFailed(("cursor", "cannot be given together with offset"))
        where = replace(query.where, channel=channel) if channel else query.where
        after = (
            self._cursors.decode(query.cursor, where=where) if query.cursor is not None else None
        )
        page = await self._registry.list_sessions(
            self._caller(user_id),
            where=where,
            after=after,
            offset=query.offset or 0,
            limit=limit,
        )
        next_cursor = None
        if page.has_more:
            last = page.sessions[-1]
            place = SessionPosition(last.updated_at, last.session_id)
            next_cursor = self._cursors.encode(place, where=where)
        return SessionPage(sessions=page.sessions, next_cursor=next_cursor)

    async def get_session_counts(
        self, user_id: UUID, *, archived: bool | None = False
    ) -> SessionCounts:
        """Return how many sessions each channel holds."""
        return await self._registry.get_session_counts(self._caller(user_id), archived=archived)

    async def get_session(
        self, session_id: str, user_id: UUID, *, limit: int = PAGE_LIMIT_DEFAULT
    ) -> SessionWithMessages:
        """Return a session with its newest messages.

        Raises:
            SessionNotFound: No such session of this user.
        """
        return await self._registry.get_session(
            self._caller(user_id), session_id=session_id, message_limit=limit
        )

    async def get_session_messages(
        self,
        session_id: str,
        user_id: UUID,
        limit: int = PAGE_LIMIT_DEFAULT,
        before_id: int | None = None,
        *,
        head_id: int | None = None,
    ) -> BranchPage:
        """Return a page of messages, oldest first, that ends before `before_id`.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `head_id` is not of this session.
        """
        return await self._registry.list_messages(
            self._caller(user_id),
            session_id=session_id,
            limit=limit,
            before_id=before_id,
            head_id=head_id,
        )

    async def get_messages_after(
        self,
        session_id: str,
        user_id: UUID,
        *,
        after_id: int,
        head_id: int | None = None,
        limit: int = PAGE_LIMIT_DEFAULT,
    ) -> BranchPage:
        """Return the page of messages that follows one, oldest first.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: A message is not of this session, or the two are not on one branch.
        """
        return await self._registry.list_messages_after(
            self._caller(user_id),
            session_id=session_id,
            after_id=after_id,
            head_id=head_id,
            limit=limit,
        )

    async def update_head(
        self,
        session_id: str,
        user_id: UUID,
        *,
        message_id: int,
        limit: int = PAGE_LIMIT_DEFAULT,
    ) -> SessionWithMessages:
        """Move a session to a message's branch and return it with its newest messages.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        return await self._registry.update_head(
            self._caller(user_id),
            session_id=session_id,
            message_id=message_id,
            message_limit=limit,
        )

    async def fork_session(
        self,
        session_id: str,
        user_id: UUID,
        *,
        message_id: int,
        new_session_id: str | None = None,
    ) -> UpsertedSession:
        """Copy the branch that ends at a message into a new web session.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            AnswerStreaming: An answer of the branch is still being written.
            SessionIdTaken: The new id belongs to something else.
        """
        return await self._registry.fork_session(
            self._caller(user_id),
            session_id=session_id,
            message_id=message_id,
            new_session_id=new_session_id,
        )

    async def create_session(self, user_id: UUID, request: CreateSessionRequest) -> UpsertedSession:
        """Make a web session, or update the user's own one of that id.

        Raises:
            SessionIdTaken: The id belongs to somebody else.
            ValidationFailed: A field breaks a rule of the registry.
        """
        return await self._registry.upsert_session(
            self._caller(user_id),
            session=NewSession(
                session_id=request.session_id,
                title=request.title,
                topic=request.topic,
                agent_name=request.agent_name,
                metadata=request.metadata,
            ),
        )

    def _caller(self, user_id: UUID) -> Caller:
        if self._signed_in is None:
            return Caller.service(user_id)
        return replace(self._signed_in, user_id=user_id)
