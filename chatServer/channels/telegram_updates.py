"""Telegram's updates as the bot understands them; everything else is nothing to it."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from telegram import CallbackQuery, Chat, Message, Update, User
from telegram.constants import ChatType

from chatServer.database.channel_inbox import NewUpdate
from chatServer.database.channel_registry import ChannelAccount

logger = logging.getLogger(__name__)

UNSTORABLE: Final = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
"""NUL and lone surrogates, which Postgres cannot store, become the replacement character."""
MALFORMED: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What is raised over JSON that is not what it should be; OSError for wild instants."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A person in their private chat with the bot."""

    user_id: int
    chat_id: int
    name: str

    @property
    def account(self) -> ChannelAccount:
        """The sender as links know them."""
        return ChannelAccount(str(self.user_id), str(self.chat_id), self.name or None)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text that was written, or written anew at `edited_at`."""

    sender: Sender
    message_id: int
    text: str
    edited_at: datetime | None = None
    answered_id: int | None = None
    """The message of the bot that it replies to."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that lies at Telegram; what it says of it is not proven."""

    file_id: str
    filename: str
    declared_type: str | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class FileMessage:
    """A message that holds something else than text, with its caption."""

    sender: Sender
    message_id: int
    file: SentFile | None
    """None for what is neither a photo nor a document."""
    text: str = ""
    answered_id: int | None = None
    album_id: str | None = None
    """Shared by the messages of an album, which Telegram sends one by one."""


@dataclass(frozen=True, slots=True)
class ButtonPress:
    """A button below one of the bot's messages was pressed."""

    sender: Sender
    query_id: str
    data: str


Inbound = TextMessage | FileMessage | ButtonPress


def accept_update(payload: Mapping[str, Any]) -> NewUpdate | None:
    """Return what to store of an update; None when it is of no interest to the bot."""
    update_id = payload.get("update_id")
    if not isinstance(update_id, int) or not 0 <= update_id < 2**63:
        return None
    try:
        clean = _storable(dict(payload))
    except RecursionError:
        return None
    inbound = read_update(clean)
    if inbound is None:
        return None
    return NewUpdate(update_id, str(inbound.sender.chat_id), clean)


def read_update(payload: Mapping[str, Any]) -> Inbound | None:
    """Understand an update; None for groups, channels, bots, service messages and nonsense."""
    try:
        update = Update.de_json(dict(payload), None)
        if update.message is not None:
            return _read_message(update.message)
        if update.edited_message is not None:
            return _read_edit(update.edited_message)
        if update.callback_query is not None:
            return _read_press(update.callback_query)
    except MALFORMED as error:
        logger.warning(
            "update %s cannot be read: %s", payload.get("update_id"), type(error).__name__
        )
    return None


def _read_message(message: Message) -> Inbound | None:
    sender = _sender(message.from_user, message.chat)
    if sender is None:
        return None
    if message.text:
        return TextMessage(
            sender, message.message_id, message.text, answered_id=_answered_id(message)
        )
    if not message.effective_attachment:
        return None
    return FileMessage(
        sender,
        message.message_id,
        _read_file(message),
        text=message.caption or "",
        answered_id=_answered_id(message),
        album_id=message.media_group_id,
    )


def _read_file(message: Message) -> SentFile | None:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        name = f"photo-{message.message_id}.jpg"
        return SentFile(largest.file_id, name, "image/jpeg", largest.file_size)
    document = message.document
    if document is None:
        return None
    name = document.file_name or "file"
    return SentFile(document.file_id, name, document.mime_type, document.file_size)


def _answered_id(message: Message) -> int | None:
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or not answered.from_user.is_bot:
        return None
    return answered.message_id


def _read_edit(message: Message) -> Inbound | None:
    # A caption or a moving location is edited too; that asks for nothing.
    sender = _sender(message.from_user, message.chat)
    if sender is None or not message.text or message.edit_date is None:
        return None
    return TextMessage(sender, message.message_id, message.text, message.edit_date)


def _read_press(query: CallbackQuery) -> Inbound | None:
    # An old message has lost its text by now, but not its chat.
    sender = _sender(query.from_user, query.message.chat) if query.message else None
    if sender is None or query.data is None:
        return None
    return ButtonPress(sender, query.id, query.data)


def _sender(user: User | None, chat: Chat) -> Sender | None:
    if user is None or user.is_bot or chat.type != ChatType.PRIVATE:
        return None
    return Sender(user.id, chat.id, user.full_name)


def _storable(value: Any) -> Any:  # noqa: ANN401 any JSON
    if isinstance(value, str):
        return value.translate(UNSTORABLE)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value
