"""Every shape that crosses a border: stored rows, requests and answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from chatServer.agent_models import AnswerSteps, StoredUsage
from chatServer.error_codes import ErrorCode
from chatServer.fields import (
    AgentName,
    Metadata,
    NewSessionId,
    Title,
    Topic,
)
from chatServer.limits import MESSAGE_MAX_BYTES

Channel = Literal["web", "telegram", "scheduled"]
MessageRole = Literal["user", "assistant", "system", "tool"]
MessageStatus = Literal["streaming", "complete", "interrupted", "failed", "cancelled"]
TitleSource = Literal["user", "generated"]
TitleStatus = Literal["waiting", "failed"]
DeliveryStatus = Literal["waiting", "delivered", "failed"]
AttachmentKind = Literal["image", "pdf", "text", "file"]
LinkStatus = Literal["active", "blocked"]


class StoredModel(BaseModel):
    """A row as the registry returns it; columns added by a later release are ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class RequestModel(BaseModel):
    """A request body; an unknown field is an error that names it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SessionReceiver(StoredModel):
    """The chat on a channel that also gets what is written in a session on the web."""

    channel: Channel
    status: LinkStatus = Field(description="`blocked` when the person has blocked the bot there.")


class SessionMatch(StoredModel):
    """What a query found in a session: a passage, cut into the match and what stands around it."""

    message_id: int
    role: MessageRole
    created_at: datetime
    before: str
    text: str
    after: str


class Session(StoredModel):
    """One conversation of one user on one channel."""

    chat_id: UUID
    session_id: str
    user_id: UUID
    channel: Channel
    agent_name: str
    is_active: bool
    title: str | None
    title_source: TitleSource | None
    title_status: TitleStatus | None = Field(
        default=None,
        description="`waiting` for a title that was asked for, `failed` when none could be made.",
    )
    topic: str | None
    archived: bool
    pinned: bool
    head_message_id: int | None
    message_count: int
    last_message_preview: str | None
    schedule_id: UUID | None = Field(description="The schedule whose run the session is.")
    is_folded: bool = Field(
        description="True for a run's session in which its user has not written."
    )
    metadata: dict[str, JsonValue]
    version: int
    created_at: datetime
    updated_at: datetime
    is_answering: bool = Field(description="True while an answer of this session is streaming.")
    has_failed_delivery: bool = Field(
        description="True while a message of it could not be sent to its channel."
    )
    has_failed_answer: bool = Field(
        description="True while the newest message in use is an answer that failed."
    )
    receiver: SessionReceiver | None = Field(
        description="Who else gets what is written here; null when it stays on the web."
    )
    match: SessionMatch | None = Field(
        default=None,
        description="Only in answers to a query: its newest message that holds it; null when "
        "only the title does.",
    )


class Branch(StoredModel):
    """Where a message stands among its siblings: the messages with the same parent and role."""

    index: int = Field(ge=1, description="Place among the siblings, oldest first, from 1.")
    count: int = Field(ge=1)
    sibling_ids: list[int]


class Attachment(StoredModel):
    """A file of a session; its type and kind are those of its content, whatever its name says."""

    id: UUID
    session_id: str
    message_id: int | None = Field(description="Null until a message carries it.")
    url: str
    filename: str
    content_type: str
    kind: AttachmentKind
    size_bytes: int
    sha256: str
    created_at: datetime


class Delivery(StoredModel):
    """How the sending of a message to a channel stands."""

    channel: Channel
    status: DeliveryStatus
    reason: str | None = Field(description="Why it failed, in plain words.")
    delivered_at: datetime | None


class Message(StoredModel):
    """One message of a session."""

    id: int
    session_id: str
    user_id: UUID
    parent_id: int | None
    role: MessageRole
    content: str
    item: dict[str, JsonValue] | None = Field(
        description="The Agents SDK item as the model saw it; null for plain text."
    )
    status: MessageStatus
    channel: Channel
    model_id: str | None
    provider_id: str | None
    fallback_notice: str | None
    failure_reason: str | None = Field(
        description="Why an answer failed or was interrupted, in plain words."
    )
    topic: str | None
    client_request_id: str | None
    created_at: datetime
    updated_at: datetime
    attachments: list[Attachment]
    branch: Branch
    delivery: Delivery | None = Field(
        description="Null when the message is sent to no channel beside the web."
    )
    answer_id: int | None = Field(
        default=None, description="The answer an agent's item was made for; null on a branch."
    )
    usage: StoredUsage = None
    tool_steps: AnswerSteps = None


class SessionPage(StoredModel):
    """A page of sessions, newest activity first."""

    sessions: list[Session]
    next_cursor: str | None = Field(description="Opaque; null on the last page.")


class SessionCounts(StoredModel):
    """How many sessions each channel holds, counted up to `limit` so that it stays quick.

    `all` is what the list of all channels shows, which leaves folded runs out.
    """

    all: int
    web: int
    telegram: int
    scheduled: int
    limit: int


class MessagePage(StoredModel):
    """A page of one branch's messages, oldest first."""

    messages: list[Message]
    has_more: bool
    next_before_id: int | None = Field(description="Give it as `before_id` for the page above.")


class SessionWithMessages(Session, MessagePage):
    """A session with the newest page of the branch in use."""


class CreateSessionRequest(RequestModel):
    """A new session; without `session_id` the server chooses one."""

    session_id: NewSessionId | None = None
    title: Title | None = None
    topic: Topic | None = None
    agent_name: AgentName | None = None
    metadata: Metadata | None = None


class PublicConfig(StoredModel):
    """What the web app must know before anyone signs in."""

    supabase_url: str | None = Field(
        description="Where the browser reaches Supabase Auth; null means this server forwards it."
    )
    supabase_publishable_key: str
    is_demo_model: bool
    chat_model: str
    message_max_bytes: int = MESSAGE_MAX_BYTES
    import_max_bytes: int = Field(description="The largest archive that is taken in.")


class FieldProblem(StoredModel):
    """One field of a request that was refused."""

    field: str
    message: str


class Problem(StoredModel):
    """An error as RFC 9457 problem details; `code` is stable and meant for programs."""

    type: str = "about:blank"
    title: str
    status: int
    code: ErrorCode
    detail: str
    errors: list[FieldProblem] = Field(
        default_factory=list, description="Left out unless fields were refused."
    )
