"""What the services ask of a channel, whatever it speaks."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from chatServer.database.channel_results import OtherSession
from chatServer.models import Message


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file that lies with the channel; its name and type are what the sender says.

    `open` fetches it in pieces. It raises `ChannelDelayed`, and `ChannelRefused` when the channel
    never gives it out.
    """

    filename: str | None
    declared_type: str | None
    open: Callable[[], AbstractAsyncContextManager[AsyncIterator[bytes]]]


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What was written in a linked chat; the ids are unique among all channels."""

    request_id: str
    text: str
    edited_request_id: str | None = None
    """The request of the message that this one is the new text of."""
    answered_id: str | None = None
    """What the channel calls the message of ours that this one replies to."""
    file: InboundFile | None = None
    """What came with the text, which may then be empty."""


class ChannelDelayed(Exception):
    """The channel did not take it now but may later; `seconds` is its own word on when."""

    def __init__(self, reason: str, *, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class ChannelRefused(Exception):
    """The channel will never take it; `is_blocked`: nothing more for that chat either."""

    def __init__(self, reason: str, *, is_blocked: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_blocked = is_blocked


class UpdateHandler(Protocol):
    """Works on what came in by a channel."""

    async def handle(self, payload: Mapping[str, JsonValue]) -> None:
        """Do what an update asks for; may be called again for the same one.

        Raises:
            ChannelDelayed: An answer to it could not be given now.
            ChannelRefused: An answer to it can never be given.
        """
        ...

    async def tell_dead(self, payload: Mapping[str, JsonValue]) -> None:
        """Tell who sent it, as far as possible, that it was set aside; never raises."""
        ...


class DeliveryChannel(Protocol):
    """Sends messages to chats."""

    def render(
        self, message: Message, other_session: OtherSession | None
    ) -> Sequence[dict[str, JsonValue]]:
        """Cut a message into the parts to send; none when there is nothing to say.

        `other_session` is its session, unless the chat writes into that one itself.
        """
        ...

    async def send(self, external_chat_id: str, part: Mapping[str, JsonValue]) -> str:
        """Send one part and return the id it got there.

        Raises:
            ChannelDelayed: It was not taken now.
            ChannelRefused: It never will be.
        """
        ...


class ChannelBot(Protocol):
    """Who people write to."""

    @property
    def username(self) -> str | None:
        """Its name on the channel; None until the channel has told it."""
        ...
