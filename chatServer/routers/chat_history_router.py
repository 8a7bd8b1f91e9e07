"""Sessions and their messages: list, count, open, make."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chatServer.agent_errors import AgentNotFound
from chatServer.branch_models import BranchPage
from chatServer.database.parameters import SessionFilter
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.chat_history import HistoryService
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    DatabaseUnavailable,
    InvalidCursor,
    MessageNotFound,
    SessionIdTaken,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import AgentName, Instant, MessageId, SearchText, SessionId
from chatServer.limits import (
    CURSOR_MAX_LENGTH,
    PAGE_LIMIT_DEFAULT,
    PAGE_LIMIT_MAX,
    PAGE_OFFSET_MAX,
)
from chatServer.models import (
    Channel,
    CreateSessionRequest,
    Session,
    SessionCounts,
    SessionPage,
    SessionWithMessages,
)
from chatServer.routers.problems import document
from chatServer.routers.session_address import SESSION_PATH
from chatServer.services.chat_history_service import SessionQuery
from chatServer.services.session_search_service import SearchOrder, SessionSearch

router = APIRouter(
    prefix="/api/chat/sessions",
    tags=["sessions"],
    responses=document(Unauthorized, ValidationFailed, DatabaseUnavailable),
)

NOT_IN_A_SEARCH = frozenset(
    {"agent_name", "schedule_id", "folded", "pinned", "updated_after", "offset"}
)
THREE_WAY = {"false": False, "true": True, "all": None}
ThreeWay = Literal["false", "true", "all"]
PageLimit = Annotated[int, Query(ge=1, le=PAGE_LIMIT_MAX)]
SessionIdPath = Annotated[SessionId, Path()]


class SessionListQuery(BaseModel):
    """The query string of the session list."""

    model_config = ConfigDict(hide_input_in_errors=True)

    channel: Channel | None = None
    query: SearchText | None = Field(
        default=None,
        description="Pieces of a title or of one message, in any script; each of the words is in "
        "it, in any order.",
    )
    order: SearchOrder | None = Field(
        default=None,
        description="Of what `query` finds. `relevance`, when left out: the query as it was typed "
        "before its words apart, titles before messages, whole words before pieces, said in "
        "several messages before in one, newest first.",
    )
    archived: ThreeWay = "false"
    agent_name: AgentName | None = None
    schedule_id: UUID | None = Field(default=None, description="The runs of one schedule.")
    folded: ThreeWay = Field(
        default="all",
        description="`false` leaves out runs in which their user has not written; of the channel "
        "`scheduled` those of a deleted schedule are kept, which have no other place.",
    )
    pinned: ThreeWay = "all"
    updated_from: Instant | None = Field(default=None, alias="from")
    updated_to: Instant | None = Field(default=None, alias="to")
    updated_after: Instant | None = None
    limit: int = Field(default=PAGE_LIMIT_DEFAULT, ge=1, le=PAGE_LIMIT_MAX)
    cursor: str | None = Field(default=None, max_length=CURSOR_MAX_LENGTH)
    offset: int | None = Field(default=None, ge=0, le=PAGE_OFFSET_MAX)

    def to_session_query(self) -> SessionQuery:
        """Return the page and the filter it asks for; `channel` and `limit` go apart.

        Raises:
            ValidationFailed: `from` is after `to`, or `order` is given without `query`.
        """
        if self.updated_from and self.updated_to and self.updated_from > self.updated_to:
            raise ValidationFailed(("from", "must not be after to"))
        if self.order is not None and self.query is None:
            raise ValidationFailed(("order", "can only be given together with query"))
        where = SessionFilter(
            archived=THREE_WAY[self.archived],
            agent_name=self.agent_name,
            updated_from=self.updated_from,
            updated_to=self.updated_to,
            updated_after=self.updated_after,
            schedule_id=self.schedule_id,
            is_folded=THREE_WAY[self.folded],
            is_pinned=THREE_WAY[self.pinned],
        )
        return SessionQuery(where=where, cursor=self.cursor, offset=self.offset)

    def to_search(self) -> SessionSearch | None:
        """Return what is looked for, if anything is.

        Raises:
            ValidationFailed: Beside `query` stands what a search knows nothing of, or `from` is
                after `to`.
        """
        if self.query is None:
            return None
        if others := self.model_fields_set & NOT_IN_A_SEARCH:
            raise ValidationFailed((min(others), "cannot be given together with query"))
        where = replace(self.to_session_query().where, channel=self.channel)
        return SessionSearch(self.query, where, self.order or "relevance")


class MessageListQuery(BaseModel):
    """The query string of a session's messages."""

    model_config = ConfigDict(hide_input_in_errors=True)

    limit: int = Field(default=PAGE_LIMIT_DEFAULT, ge=1, le=PAGE_LIMIT_MAX)
    before_id: MessageId | None = Field(default=None, description="The page ends above it.")
    after_id: MessageId | None = Field(
        default=None, description="The page begins below it, on the way to the end of its branch."
    )
    head_id: MessageId | None = Field(default=None, description="Newest message of a branch.")


@router.get("", responses=document(InvalidCursor))
async def list_sessions(
    query: Annotated[SessionListQuery, Query()],
    caller: CurrentUser,
    history: HistoryService,
    services: ServicesDependency,
) -> SessionPage:
    """List the caller's sessions, newest activity first, or find some by what they say."""
    if (search := query.to_search()) is not None:
        return await services.search.find_sessions(
            caller.user_id, search, cursor=query.cursor, limit=query.limit
        )
    return await history.get_sessions(
        caller.user_id, query.channel, query.limit, query=query.to_session_query()
    )


@router.post(
    "",
    status_code=201,
    responses=document(SessionIdTaken, ValidationFailed, AgentNotFound)
    | {200: {"model": Session, "description": "The caller's own session of that id, updated"}},
)
async def create_session(
    body: CreateSessionRequest,
    response: Response,
    caller: CurrentUser,
    history: HistoryService,
    services: ServicesDependency,
) -> Session:
    """Make a session. Sending the same `session_id` again answers 200 with the same session."""
    services.agents.check(body.agent_name)
    made = await history.create_session(caller.user_id, body)
    response.status_code = 201 if made.created else 200
    return made.session


@router.get("/counts")
async def get_session_counts(
    caller: CurrentUser, history: HistoryService, archived: ThreeWay = "false"
) -> SessionCounts:
    """Count the caller's sessions of each channel."""
    return await history.get_session_counts(caller.user_id, archived=THREE_WAY[archived])


@router.get(SESSION_PATH, responses=document(SessionNotFound))
async def get_session(
    session_id: SessionIdPath,
    caller: CurrentUser,
    history: HistoryService,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
) -> SessionWithMessages:
    """Open a session with its newest page of messages."""
    return await history.get_session(session_id, caller.user_id, limit=limit)


@router.get("/{session_id}/messages", responses=document(SessionNotFound, MessageNotFound))
async def list_messages(
    session_id: SessionIdPath,
    page: Annotated[MessageListQuery, Query()],
    caller: CurrentUser,
    history: HistoryService,
) -> BranchPage:
    """List a page of one branch of a session, oldest first."""
    if page.after_id is not None:
        if page.before_id is not None:
            raise ValidationFailed(("after_id", "cannot be given together with before_id"))
        return await history.get_messages_after(
            session_id,
            caller.user_id,
            after_id=page.after_id,
            head_id=page.head_id,
            limit=page.limit,
        )
    return await history.get_session_messages(
        session_id, caller.user_id, page.limit, page.before_id, head_id=page.head_id
    )
