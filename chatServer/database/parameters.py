"""What the registry's verbs are given, where it belongs together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from chatServer.agent_models import TokenUsage, ToolStep
from chatServer.models import Channel


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions to list; `None` means any."""

    channel: Channel | None = None
    archived: bool | None = False
    agent_name: str | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    updated_after: datetime | None = None
    schedule_id: UUID | None = None
    is_folded: bool | None = None
    is_pinned: bool | None = None


@dataclass(frozen=True, slots=True)
class SessionPosition:
    """The last session of a page: the next page begins below it."""

    updated_at: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """Fields of a session to make or update; `None` leaves a field as it is."""

    session_id: str | None = None
    channel: Channel = "web"
    title: str | None = None
    topic: str | None = None
    agent_name: str | None = None
    metadata: dict[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A user's message that asks for an answer; no parent means the session's head."""

    session_id: str
    content: str
    client_request_id: str
    parent_id: int | None = None
    channel: Channel = "web"
    attachment_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class EditedTurn:
    """What a user's message should have said; stored beside it and answered.

    `attachment_ids=None` keeps the attachments of that message.
    """

    session_id: str
    message_id: int
    content: str
    client_request_id: str
    channel: Channel = "web"
    attachment_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """Another answer beside one; with `keeps_text` it begins with what that one had."""

    session_id: str
    message_id: int
    client_request_id: str
    keeps_text: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one streaming answer."""

    message_id: int
    token: UUID
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The text, steps and cost so far of a running answer; None for what has not changed."""

    user_id: UUID
    lease: Lease
    content: str | None
    tool_steps: tuple[ToolStep, ...] | None = None
    usage: TokenUsage | None = None

    @property
    def is_renewal(self) -> bool:
        """Tell whether it holds nothing new but the lease."""
        return self.content is None and self.tool_steps is None and self.usage is None


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer and where it came from; `memory` is what `complete_turn_v2` takes.

    All but the steps, which are added to it.
    """

    content: str
    model_id: str | None = None
    provider_id: str | None = None
    fallback_notice: str | None = None
    memory: dict[str, JsonValue] | None = None
    tool_steps: tuple[ToolStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """How an answer ended that is not complete, its steps ended too.

    What is None, and steps that are empty, stay as the last checkpoint has them.
    """

    status: Literal["failed", "interrupted", "cancelled"]
    content: str | None = None
    failure_reason: str | None = None
    model_id: str | None = None
    provider_id: str | None = None
    fallback_notice: str | None = None
    usage: TokenUsage | None = None
    tool_steps: tuple[ToolStep, ...] = ()


def to_instant(value: datetime | None) -> str | None:
    """Return an instant as SQL functions take it: ISO 8601 with its offset."""
    return value.isoformat() if value else None
