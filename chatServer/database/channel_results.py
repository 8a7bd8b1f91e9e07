"""What the channels' verbs return beside the models of the API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from chatServer.link_models import ChannelLink
from chatServer.models import Channel, Message, Session, StoredModel


class StoredLink(ChannelLink):
    """A link with what the channel needs of it."""

    user_id: UUID
    channel: Channel
    external_user_id: str
    external_chat_id: str
    current_session_id: str | None


class StoredLinks(StoredModel):
    """The links of a user, oldest first."""

    links: list[StoredLink]


class FoundLink(StoredModel):
    """The link of an account, if it has one."""

    link: StoredLink | None


class ClaimedLink(FoundLink):
    """What became of a link code; a link comes with `linked` alone."""

    result: Literal["linked", "unknown_code", "taken", "too_many_attempts"]


class StoredLinkCode(StoredModel):
    """Until when a link code holds."""

    expires_at: datetime


class DeletedLink(StoredModel):
    """Whether there was a link to delete."""

    deleted: bool


class ChannelSession(StoredModel):
    """The session that a chat writes into."""

    session: Session


class FoundMessage(StoredModel):
    """A message, if there is one."""

    message: Message | None


class RunningAnswers(StoredModel):
    """The answers that are being written in a session or wait to be, the newest first."""

    message_ids: list[int]


class FoundSession(StoredModel):
    """A session, if there is one."""

    session: Session | None


class EnqueuedDelivery(StoredModel):
    """The message whose delivery is ensured."""

    message_id: int


class StoredUpdates(StoredModel):
    """How many updates were new."""

    count: int


class Update(StoredModel):
    """An update to work on, under a lease."""

    id: int
    update_id: int
    chat_key: str
    payload: dict[str, JsonValue]
    attempts: int
    lease_token: UUID


class ClaimedUpdate(StoredModel):
    """The next update, if there is one."""

    update: Update | None


class OtherSession(StoredModel):
    """A session that is not the one the chat writes into now."""

    chat_id: UUID
    title: str | None


class DeliveryPart(StoredModel):
    """One part of a message to send, under a lease; without a body it has not been cut yet."""

    id: int
    user_id: UUID
    link_id: UUID
    part: int
    body: dict[str, JsonValue] | None
    attempts: int
    lease_token: UUID
    external_chat_id: str
    message: Message
    other_session: OtherSession | None
    """The message's session, unless it is the one that the chat writes into."""


class ClaimedDelivery(StoredModel):
    """The next part to send, if there is one."""

    delivery: DeliveryPart | None


class Held(StoredModel):
    """Whether the lease still held; if not, nothing was changed."""

    is_held: bool


class FailedUpdate(Held):
    """How an update stands that could not be handled."""

    status: Literal["pending", "dead"] | None


class FailedDelivery(Held):
    """How a part stands that could not be sent."""

    status: Literal["pending", "failed"] | None
