"""What a client writes that brings its own messages, and what it is told."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from chatServer.fields import AgentName, ClientRequestId, Instant, NewSessionId, Text, Title, Topic
from chatServer.limits import (
    MESSAGE_MAX_BYTES,
    REPLY_MAX_BYTES,
    SYNC_MESSAGES_MAX,
    SYNC_SESSIONS_MAX,
)
from chatServer.models import Channel, RequestModel, Session, StoredModel

SyncResult = Literal["created", "merged", "renamed", "deleted"]


class SyncedMessage(RequestModel):
    """A message to append, of the user or of the client's own agent."""

    role: Literal["user", "assistant"]
    content: Text = Field(description=f"At most {MESSAGE_MAX_BYTES} bytes of UTF-8 from a user.")
    client_request_id: ClientRequestId
    created_at: Instant | None = Field(
        default=None, description="The server's own time when left out or in the future."
    )

    @field_validator("content")
    @classmethod
    def _check_content(cls, value: str, info: ValidationInfo) -> str:
        is_answer = info.data.get("role") == "assistant"
        max_bytes = REPLY_MAX_BYTES if is_answer else MESSAGE_MAX_BYTES
        if not value.strip():
            raise ValueError("must not be empty")
        if len(value.encode()) > max_bytes:
            raise ValueError(f"must be at most {max_bytes} bytes of UTF-8")
        return value


def check_own_ids(messages: list[SyncedMessage]) -> list[SyncedMessage]:
    """Refuse messages of one session that share a `client_request_id`.

    Raises:
        ValueError: Two of them do.
    """
    if len({message.client_request_id for message in messages}) < len(messages):
        raise ValueError("must each have a client_request_id of its own")
    return messages


SyncedMessages = Annotated[
    list[SyncedMessage], Field(max_length=SYNC_MESSAGES_MAX), AfterValidator(check_own_ids)
]


class PutSessionRequest(RequestModel):
    """A session's fields, those left out stay, and messages to append after its head."""

    channel: Channel | None = Field(
        default=None, description="A session is made here on the web only, and keeps its channel."
    )
    title: Title | None = None
    topic: Topic | None = None
    agent_name: AgentName | None = None
    messages: SyncedMessages = Field(default_factory=list)


class UploadedSession(RequestModel):
    """A session kept by a client; its title and topic fill only what no user has set."""

    session_id: NewSessionId
    title: Title | None = None
    topic: Topic | None = None
    messages: SyncedMessages = Field(default_factory=list)


def check_upload(sessions: list[UploadedSession]) -> list[UploadedSession]:
    """Refuse an upload that names a session twice or holds too many messages.

    Raises:
        ValueError: It does.
    """
    if len({session.session_id for session in sessions}) < len(sessions):
        raise ValueError("must each have a session_id of its own")
    if sum(len(session.messages) for session in sessions) > SYNC_MESSAGES_MAX:
        raise ValueError(f"must hold at most {SYNC_MESSAGES_MAX} messages altogether")
    return sessions


class SyncSessionsRequest(RequestModel):
    """Sessions to upload, all of them or none."""

    sessions: Annotated[
        list[UploadedSession], Field(max_length=SYNC_SESSIONS_MAX), AfterValidator(check_upload)
    ]


class SyncedSession(StoredModel):
    """What became of one session of an upload."""

    session_id: str = Field(description="As it was given.")
    result: SyncResult = Field(
        description="`renamed`: the id is taken, `new_session_id` stands for it from now on. "
        "`deleted`: the session was deleted on another device; nothing was stored."
    )
    new_session_id: str | None
    session: Session | None = Field(description="As it is now; null when it was deleted.")


class SyncedSessions(StoredModel):
    """The results in the order of the request."""

    results: list[SyncedSession]
