"""The events of a turn's stream."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from chatServer.models import Message, Session, StoredModel


class TurnStarted(StoredModel):
    """First event of every stream: the stored rows of the turn."""

    type: Literal["turn.started"] = "turn.started"
    user_message: Message | None = Field(description="Null when the stream is rejoined.")
    assistant_message: Message = Field(description="With the text so far.")


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


class TurnFinished(StoredModel):
    """Last event of every stream: the answer and its session as stored."""

    type: Literal["turn.finished"] = "turn.finished"
    message: Message
    session: Session


TurnEvent = TypeAliasType(
    "TurnEvent",
    Annotated[TurnStarted | TurnQueued | MessageDelta | TurnFinished, Field(discriminator="type")],
)
"""Named, so that OpenAPI has the union as one schema."""
