"""The events of a turn's stream."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from chatServer.agent_models import ToolStep
from chatServer.models import Message, Session, StoredModel


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a tool was given, as the model wrote it, and what the model was told; None till then."""

    arguments: str
    result: str | None


class TurnStarted(StoredModel):
    """First event of every stream: the stored rows of the turn."""

    type: Literal["turn.started"] = "turn.started"
    user_message: Message | None = Field(description="Null when the stream is rejoined.")
    assistant_message: Message = Field(description="With the text and the tool steps so far.")


class TurnQueued(StoredModel):
    """Earlier turns of this session are still being answered."""

    type: Literal["turn.queued"] = "turn.queued"
    turns_ahead: int


class MessageDelta(StoredModel):
    """New text of the answer; append it."""

    type: Literal["message.delta"] = "message.delta"
    message_id: int
    offset: int = Field(description="Where `text` begins in the answer, in Unicode code points.")
    text: str


class ToolStepped(StoredModel):
    """The agent has begun to use a tool, or has used it; the answer's text stands still there."""

    type: Literal["tool.step"] = "tool.step"
    message_id: int
    index: int = Field(
        description="Which of the answer's `tool_steps` this is from now on, from 0."
    )
    step: ToolStep
    call: ToolCall | None = Field(
        default=None,
        exclude=True,
        description="Known to the process that writes the answer; not sent.",
    )


class TurnFinished(StoredModel):
    """Last event of every stream: the answer and its session as stored."""

    type: Literal["turn.finished"] = "turn.finished"
    message: Message
    session: Session


TurnEvent = TypeAliasType(
    "TurnEvent",
    Annotated[
        TurnStarted | TurnQueued | MessageDelta | ToolStepped | TurnFinished,
        Field(discriminator="type"),
    ],
)
"""Named, so that OpenAPI has the union as one schema."""
