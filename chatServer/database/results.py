"""What the registry's verbs return beside the models of the API."""

from uuid import UUID

from chatServer.models import Message, Session, StoredModel


class SessionSlice(StoredModel):
    """Sessions in the list's order and whether more follow."""

    sessions: list[Session]
    has_more: bool


class UpsertedSession(StoredModel):
    """A session and whether the call made it."""

    session: Session
    created: bool


class MessageBatch(StoredModel):
    """Messages of all branches in the order of storing, and whether more follow."""

    messages: list[Message]
    has_more: bool


class AppendedItems(StoredModel):
    """The newest message of the branch in use, after what was added."""

    head_id: int


class PoppedItem(StoredModel):
    """What was taken back, None when there was nothing; and the newest message since.

    Refused is what the caller has not seen, or what other versions stand beside.
    """

    message: Message | None
    head_id: int | None
    is_refused: bool


class DeletedItems(StoredModel):
    """How many messages and items are gone."""

    count: int


class StoredMessage(StoredModel):
    """A message with the session it belongs to."""

    message: Message
    session: Session


class BegunTurn(StoredModel):
    """A turn as stored; a replay carries no lease, its answer belongs to the first call."""

    session: Session
    user_message: Message
    assistant_message: Message
    is_replay: bool
    lease_token: UUID | None
    turns_ahead: int


class ClaimedTurn(StoredModel):
    """Whether the waiting turn is still ours, and how many come before it."""

    is_held: bool
    turns_ahead: int


class CheckpointedTurns(StoredModel):
    """Which answers are still their writers' to go on with, and the texts of which are stored."""

    held: frozenset[int]
    stored: frozenset[int]


class EndedTurn(StoredModel):
    """The answer as stored; `is_held` is false when it had already ended otherwise."""

    is_held: bool
    message: Message
    session: Session


class ExpiredTurns(StoredModel):
    """How many orphaned answers were marked interrupted."""

    count: int
