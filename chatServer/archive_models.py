"""The lines of an archive and what is told of importing one; docs/export.md has the format."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue
from typing_extensions import TypeAliasType

from chatServer.agent_models import TokenUsage, ToolStep
from chatServer.error_codes import ErrorCode
from chatServer.fields import Instant, SessionId, Text, check_json
from chatServer.limits import ATTACHMENT_MAX_BYTES, ATTACHMENTS_PER_MESSAGE_MAX
from chatServer.models import (
    AttachmentKind,
    Channel,
    MessageRole,
    MessageStatus,
    StoredModel,
    TitleSource,
)

ARCHIVE_FORMAT: Final = "chat-registry-archive"
ARCHIVE_VERSION: Final = 2
"""The newest that is read. An archive says 2 only when it names files that are missing."""


def _refuse_folder(value: str) -> str:
    if value in {".", ".."}:
        raise ValueError("must be the name of a file")
    return value


Json = Annotated[dict[str, JsonValue], AfterValidator(check_json)]
Number = Annotated[int, Field(ge=1, lt=2**31)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Filename = Annotated[
    Text, Field(pattern=r"^[^\x00-\x1f\x7f/\\]{1,255}$"), AfterValidator(_refuse_folder)
]


class ArchivedModel(BaseModel):
    """A part of an archive. What it does not know it refuses, so that nothing is lost unseen."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def to_line(self) -> bytes:
        """Return it as a line of JSON; fields that say nothing are left out."""
        return self.model_dump_json(exclude_defaults=True).encode() + b"\n"


class ArchivedSession(ArchivedModel):
    """The first line of a session's file."""

    session_id: SessionId
    channel: Channel
    agent_name: Text
    is_active: bool
    title: Text | None = None
    title_source: TitleSource | None = None
    topic: Text | None = None
    archived: bool = False
    pinned: bool = False
    is_folded: bool = False
    schedule_id: UUID | None = None
    metadata: Json = Field(default_factory=dict)
    created_at: Instant
    updated_at: Instant


class ArchivedAttachment(ArchivedModel):
    """An attachment of a message, numbered in its session: an edit shares those of its sibling."""

    n: Number
    filename: Filename
    content_type: Text
    kind: AttachmentKind
    size_bytes: int = Field(ge=1, le=ATTACHMENT_MAX_BYTES)
    sha256: Sha256
    """Names the file in the archive that holds its bytes."""
    created_at: Instant


class ArchivedMessage(ArchivedModel):
    """A line for each message, numbered from 1 in the order of storing."""

    n: Number
    parent: Number | None = None
    answer: Number | None = None
    """The answer for which an agent did this; such a message is on no branch and has no parent."""
    is_head: bool = False
    """True for the last message of the branch in use."""
    role: MessageRole
    content: Text
    item: Json | None = None
    status: MessageStatus
    channel: Channel
    model_id: Text | None = None
    provider_id: Text | None = None
    fallback_notice: Text | None = None
    failure_reason: Text | None = None
    topic: Text | None = None
    client_request_id: Text | None = None
    usage: TokenUsage | None = None
    tool_steps: list[ToolStep] | None = None
    attachments: list[ArchivedAttachment] = Field(
        default_factory=list, max_length=ATTACHMENTS_PER_MESSAGE_MAX
    )
    created_at: Instant
    updated_at: Instant


class ArchivedFile(ArchivedModel):
    """A file of the archive as the manifest names it."""

    path: str
    size_bytes: int = Field(ge=0)
    sha256: Sha256
    messages: int | None = Field(default=None, ge=0)
    """How many a session's file holds; null for the file of an attachment."""
    is_whole: bool = True
    """False when the session was deleted while it was exported; such a file is not imported."""


class MissingFile(ArchivedModel):
    """The file of an attachment that Storage had lost; the lines that name it stay as they are."""

    sha256: Sha256
    size_bytes: int = Field(ge=1, le=ATTACHMENT_MAX_BYTES)
    filename: Filename
    """As it is called where it was first sent."""


class ArchiveManifest(ArchivedModel):
    """What the archive holds, in the order of the files."""

    format: Literal["chat-registry-archive"]
    version: Literal[1, 2]
    sessions: int = Field(ge=0)
    messages: int = Field(ge=0)
    files: list[ArchivedFile]
    missing: list[MissingFile] = Field(default_factory=list)


class ArchiveTotals(StoredModel):
    """How much there is to go through."""

    sessions: int
    messages: int


class RenamedSession(StoredModel):
    """A session whose id was not to be had."""

    session_id: str = Field(description="Its id in the archive.")
    new_session_id: str = Field(description="Its id here.")


class SkippedSession(StoredModel):
    """A session that was not imported."""

    session_id: str
    title: str | None
    reason: str


class ImportReport(StoredModel):
    """What came of an import, session by session and message by message."""

    sessions_created: int = 0
    sessions_changed: int = Field(default=0, description="Were here and lacked messages.")
    sessions_unchanged: int = Field(default=0, description="Were here, with everything.")
    sessions_skipped: int = 0
    messages_added: int = 0
    messages_known: int = 0
    files_added: int = Field(default=0, description="Attachments' files that were stored.")
    files_missing: int = Field(
        default=0, description="Files that the archive lacks; messages come in without them."
    )
    renamed: list[RenamedSession] = Field(
        default_factory=list, description="At most 100 are listed."
    )
    skipped: list[SkippedSession] = Field(
        default_factory=list, description="At most 100 are listed."
    )


class ImportStarted(StoredModel):
    """First event: the whole archive has been checked and is sound."""

    type: Literal["import.started"] = "import.started"
    totals: ArchiveTotals


class ImportProgressed(StoredModel):
    """How much has been gone through, whole sessions and their messages as they are sent."""

    type: Literal["import.progressed"] = "import.progressed"
    done: ArchiveTotals


class ImportFinished(StoredModel):
    """Last event of an import that went through the whole archive."""

    type: Literal["import.finished"] = "import.finished"
    report: ImportReport


class ImportFailed(StoredModel):
    """Last event of one that could not go on; what was imported stays, session by session whole."""

    type: Literal["import.failed"] = "import.failed"
    code: ErrorCode
    detail: str
    report: ImportReport


ImportEvent = TypeAliasType(
    "ImportEvent",
    Annotated[
        ImportStarted | ImportProgressed | ImportFinished | ImportFailed,
        Field(discriminator="type"),
    ],
)
"""Named, so that OpenAPI has the union as one schema."""
