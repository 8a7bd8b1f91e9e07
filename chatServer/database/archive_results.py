"""What the verbs of archives read, take and answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from chatServer.agent_models import StoredSteps, StoredUsage
from chatServer.archive_models import ArchivedMessage
from chatServer.models import (
    AttachmentKind,
    Channel,
    MessageRole,
    MessageStatus,
    StoredModel,
    TitleSource,
)


class ExportedSession(StoredModel):
    """A session's own columns; `exported_id` is its id where it was made."""

    session_id: str
    exported_id: str
    channel: Channel
    agent_name: str
    is_active: bool
    title: str | None
    title_source: TitleSource | None
    topic: str | None
    archived: bool
    pinned: bool
    is_folded: bool
    schedule_id: UUID | None
    head_message_id: int | None
    metadata: dict[str, JsonValue]
    created_at: datetime
    updated_at: datetime


class ExportedAttachment(StoredModel):
    """An attachment of a message."""

    id: UUID
    filename: str
    content_type: str
    kind: AttachmentKind
    size_bytes: int
    sha256: str
    created_at: datetime


class ExportedMessage(StoredModel):
    """A message's own columns and its attachments, in order."""

    id: int
    parent_id: int | None
    answer_id: int | None
    role: MessageRole
    content: str
    item: dict[str, JsonValue] | None
    status: MessageStatus
    channel: Channel
    model_id: str | None
    provider_id: str | None
    fallback_notice: str | None
    failure_reason: str | None
    topic: str | None
    client_request_id: str | None
    usage: StoredUsage
    tool_steps: StoredSteps
    attachments: list[ExportedAttachment]
    created_at: datetime
    updated_at: datetime


class ExportedSessionSlice(StoredModel):
    """Sessions in order of making, and whether more follow."""

    sessions: list[ExportedSession]
    has_more: bool


class ExportedMessageSlice(StoredModel):
    """Messages of all branches in the order of storing, and whether more follow."""

    messages: list[ExportedMessage]
    has_more: bool


class ImportedSession(StoredModel):
    """What became of a session, and which it is here."""

    session_id: str
    outcome: Literal["created", "changed", "unchanged"]
    messages_added: int
    messages_known: int


class ImportBatch(StoredModel):
    """A batch that waits for the rest of its session."""

    import_id: UUID


class ExpiredImportBatches(StoredModel):
    """How many batches of imports that broke off were deleted."""

    count: int


class StoredFile(StoredModel):
    """A file that the user has already."""

    sha256: str
    object_id: UUID


class StoredFiles(StoredModel):
    """Those of the named files that the user has, and how much room all their files take."""

    files: list[StoredFile]
    used_bytes: int


@dataclass(frozen=True, slots=True)
class ProvidedFile:
    """A file that lies in Storage, with the type that its content has."""

    sha256: str
    object_id: UUID
    content_type: str
    kind: AttachmentKind
    is_new: bool = True
    """False for one that the user had already."""


@dataclass(frozen=True, slots=True)
class LastBatch:
    """The end of a session's messages; those before it were sent ahead under `import_id`."""

    messages: list[ArchivedMessage]
    head: int | None
    import_id: UUID | None = None
