"""Messages of the registry as Telegram shows them: parts of plain text with entities."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from chatServer.channels.markdown_text import parse_markdown
from chatServer.channels.rich_text import Run, Span, Style, find_spans, split_runs
from chatServer.database.channel_results import OtherSession
from chatServer.limits import TELEGRAM_ENTITIES_MAX, TELEGRAM_PART_MAX_UNITS
from chatServer.models import Message, Session

BOLD: Final = frozenset({Style("bold")})
ITALIC: Final = frozenset({Style("italic")})
ORIGINS: Final = {"web": "From the web", "scheduled": "From a schedule"}
UNTITLED: Final = "Untitled session"
MARK: Final = "✓ "
"""Before the one of several that is in use."""
OPEN_SESSION: Final = "open"
TITLE_MAX_LENGTH: Final = 40
CONTINUE: Final = "Continue this session here"
EMPTY: Final = "The answer was empty."
STOPPED: Final = "Stopped."
INTERRUPTED: Final = "The answer was interrupted."
FAILED: Final = "No answer could be given."
BROKE_OFF: Final = "The answer broke off."


def name_session(session: Session | OtherSession) -> str:
    """Return a session's title, short enough for a button."""
    title = session.title or UNTITLED
    is_short = len(title) <= TITLE_MAX_LENGTH
    return title if is_short else f"{title[: TITLE_MAX_LENGTH - 1].rstrip()}…"


def open_session_data(chat_id: UUID) -> str:
    """Return what a button that continues a session holds; at most 64 bytes are allowed."""
    return f"{OPEN_SESSION}:{chat_id}"


def render_message(
    message: Message, other_session: OtherSession | None = None
) -> list[dict[str, JsonValue]]:
    """Return the parts to send, each with `text` and `entities`; none when there is nothing.

    A message of another session than the chat's own names it and ends with a `button` to continue.
    """
    place = f"in {name_session(other_session)}" if other_session else None
    runs = _question(message, place) if message.role == "user" else _answer(message, place)
    parts = render_runs(runs)
    if other_session and parts:
        data = open_session_data(other_session.chat_id)
        parts[-1]["button"] = {"text": CONTINUE, "data": data}
    return parts


def name_files(message: Message) -> list[Run]:
    """Return a line for each file of a message, which itself stays on the web."""
    lines = [Run(f"File: {attachment.filename}", ITALIC) for attachment in message.attachments]
    between = Run("\n")
    parted = [run for line in lines for run in (between, line)]
    return parted if message.content else parted[1:]


def render_runs(runs: Sequence[Run]) -> list[dict[str, JsonValue]]:
    """Cut a text into parts that Telegram takes."""
    return [to_part(part) for part in split_runs(runs, TELEGRAM_PART_MAX_UNITS)]


def to_part(runs: Sequence[Run]) -> dict[str, JsonValue]:
    """Return one part; beyond 100 entities Telegram shows text as it is."""
    spans = find_spans(runs)[:TELEGRAM_ENTITIES_MAX]
    return {
        "text": "".join(run.text for run in runs),
        "entities": [_to_entity(span) for span in spans],
    }


def _question(message: Message, place: str | None) -> list[Run]:
    """Return what the user wrote elsewhere, as they typed it."""
    heading = _heading(ORIGINS.get(message.channel), place)
    text = [Run(message.content)] if message.content else []
    return [*heading, *text, *name_files(message)]


def _answer(message: Message, place: str | None) -> list[Run]:
    runs = parse_markdown(message.content)
    if message.status == "cancelled" and not runs:
        return []
    heading = _heading(None, place)
    note = _note(message, is_empty=not runs)
    if note is None:
        return [*heading, *runs]
    return [*heading, *runs, *([Run("\n\n")] if runs else []), Run(note, ITALIC)]


def _heading(origin: str | None, place: str | None) -> list[Run]:
    named = ", ".join(part for part in (origin, place) if part)
    return [Run(f"{named[0].upper()}{named[1:]}:", BOLD), Run("\n")] if named else []


def _note(message: Message, *, is_empty: bool) -> str | None:
    """Say in words how an answer ended that is not simply complete."""
    if message.status == "cancelled":
        return STOPPED
    if message.status == "interrupted":
        return message.failure_reason or INTERRUPTED
    if message.status == "failed":
        what = FAILED if is_empty else BROKE_OFF
        return f"{what} {message.failure_reason}" if message.failure_reason else what
    return message.fallback_notice or (EMPTY if is_empty else None)


def _to_entity(span: Span) -> dict[str, JsonValue]:
    entity: dict[str, JsonValue] = {
        "type": span.style.kind,
        "offset": span.offset,
        "length": span.length,
    }
    if span.style.value is not None:
        entity["url" if span.style.kind == "text_link" else "language"] = span.style.value
    return entity
