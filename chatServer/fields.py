"""The rules of what a field may hold, one for each kind of field."""

import math
import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, JsonValue

from chatServer.limits import (
    AGENT_NAME_MAX_LENGTH,
    ATTACHMENTS_PER_MESSAGE_MAX,
    CLIENT_REQUEST_ID_MAX_LENGTH,
    CRON_MAX_LENGTH,
    MESSAGE_ID_MAX,
    MESSAGE_MAX_BYTES,
    QUERY_MAX_LENGTH,
    SESSION_ID_MAX_LENGTH,
    SESSION_VERSION_MAX,
    TIMEZONE_MAX_LENGTH,
    TITLE_MAX_LENGTH,
    TOPIC_MAX_LENGTH,
)

RESERVED_SESSION_IDS = frozenset({".", "..", "changes", "counts", "sync"})
"""What a path would turn into something else than a session."""

WRITTEN_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
UNSHOWABLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""Control characters, and those that turn the direction of the text after them."""
UNSEEN: Final = re.compile(
    "[ \u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]*"
)
"""What shows nothing by itself. It may stay in a title: emoji and letters are joined by some."""


def check_text(value: str) -> str:
    """Refuse what Postgres cannot store as text: NUL and lone surrogates.

    Raises:
        ValueError: The text holds such a character.
    """
    if "\x00" in value:
        raise ValueError("must not contain the NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must not contain unpaired surrogates")
    return value


def check_not_blank(value: str) -> str:
    """Refuse a text of nothing but spaces and line breaks; an empty one is left to its length.

    Raises:
        ValueError: The text is such a one.
    """
    if value and not value.strip():
        raise ValueError("must not be blank")
    return value


def check_line(value: str) -> str:
    """Refuse what is not one line as it is shown: breaks, control characters, spaces around it.

    Raises:
        ValueError: The text holds one, or is blank.
    """
    check_not_blank(value)
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("must be one line, without control characters")
    if value != value.strip():
        raise ValueError("must not begin or end with a space")
    return value


def check_message_text(value: str) -> str:
    """Refuse a message that is blank or over `MESSAGE_MAX_BYTES`.

    Raises:
        ValueError: The message is blank or too long.
    """
    if not value.strip():
        raise ValueError("must not be empty")
    return check_message_size(value)


def check_message_size(value: str) -> str:
    """Refuse a text over `MESSAGE_MAX_BYTES`; beside attachments it may be blank.

    Raises:
        ValueError: The text is too long.
    """
    check_text(value)
    if len(value.encode()) > MESSAGE_MAX_BYTES:
        raise ValueError(f"must be at most {MESSAGE_MAX_BYTES} bytes of UTF-8")
    return value


def plain_title(value: str) -> str:
    """Return a title as one line that disturbs nothing around it; empty when nothing is seen of it.

    The database has a twin, `private.plain_title`, for what does not come through here.
    """
    line = " ".join(UNSHOWABLE.sub("", value).split())
    return "" if UNSEEN.fullmatch(line) else line


def check_title(value: str) -> str:
    """Return the title as one plain line.

    Raises:
        ValueError: Nothing of it could be seen.
    """
    line = plain_title(value)
    if not line:
        raise ValueError("must not be blank")
    return line


def check_each_once(value: list[UUID]) -> list[UUID]:
    """Refuse a list that names one twice.

    Raises:
        ValueError: It does.
    """
    if len(set(value)) < len(value):
        raise ValueError("must name each attachment once")
    return value


def check_session_id(value: str) -> str:
    """Refuse an id that could not be named in an address.

    Raises:
        ValueError: The id holds a slash or a control character, or is a word of the API.
    """
    if "/" in value or not value.isprintable():
        raise ValueError("must not contain slashes or control characters")
    if value in RESERVED_SESSION_IDS:
        raise ValueError(f"must not be one of {', '.join(sorted(RESERVED_SESSION_IDS))}")
    return value


def check_json(value: JsonValue) -> JsonValue:
    """Refuse what Postgres cannot store as JSON, in any text or number of the value.

    Raises:
        ValueError: The value holds such a text or number.
    """
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            check_text(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise ValueError("must not contain NaN or Infinity")
        elif isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            pending += item
    return value


def check_instant_is_written(value: object) -> object:
    """Refuse a number, in which some read seconds, some milliseconds and nobody a time zone.

    Raises:
        ValueError: It is no text that begins with a date.
    """
    is_written = isinstance(value, str) and WRITTEN_DATE.match(value)
    if isinstance(value, datetime) or is_written:
        return value
    raise ValueError("must be a date and time with its time zone, as 2026-11-21T22:00:00Z")


def check_instant(value: datetime) -> datetime:
    """Return the instant in UTC.

    Raises:
        ValueError: In UTC it is before the year 1 or after 9999.
    """
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be between the years 1 and 9999 in UTC") from None


Text = Annotated[str, AfterValidator(check_text)]
Instant = Annotated[
    AwareDatetime, BeforeValidator(check_instant_is_written), AfterValidator(check_instant)
]
MessageText = Annotated[str, AfterValidator(check_message_text)]
TextBesideFiles = Annotated[str, AfterValidator(check_message_size)]
AttachmentIds = Annotated[
    list[UUID],
    Field(max_length=ATTACHMENTS_PER_MESSAGE_MAX, json_schema_extra={"uniqueItems": True}),
    AfterValidator(check_each_once),
]
SearchText = Annotated[Text, Field(min_length=1, max_length=QUERY_MAX_LENGTH)]
SessionId = Annotated[Text, Field(min_length=1, max_length=SESSION_ID_MAX_LENGTH)]
NewSessionId = Annotated[SessionId, AfterValidator(check_session_id)]
ClientRequestId = Annotated[Text, Field(min_length=1, max_length=CLIENT_REQUEST_ID_MAX_LENGTH)]
Title = Annotated[
    Text,
    Field(
        min_length=1,
        max_length=TITLE_MAX_LENGTH,
        description="Kept as one line: white space is folded, control characters are left out.",
    ),
    AfterValidator(check_title),
]
Topic = Annotated[Text, Field(min_length=1, max_length=TOPIC_MAX_LENGTH)]
AgentName = Annotated[Text, Field(min_length=1, max_length=AGENT_NAME_MAX_LENGTH)]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(check_json)]
MessageId = Annotated[int, Field(ge=1, le=MESSAGE_ID_MAX)]
CronText = Annotated[
    str, Field(min_length=1, max_length=CRON_MAX_LENGTH), AfterValidator(check_text)
]
TimezoneName = Annotated[
    str, Field(min_length=1, max_length=TIMEZONE_MAX_LENGTH), AfterValidator(check_text)
]
SessionVersion = Annotated[int, Field(ge=1, le=SESSION_VERSION_MAX)]
