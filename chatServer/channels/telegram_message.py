"""Messages of the registry as Telegram shows them: parts of plain text with entities."""

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from chatServer.channels.markdown_text import parse_markdown
from chatServer.channels.rich_text import Run, Span, Style, find_spans, split_runs
from chatServer.limits import TELEGRAM_ENTITIES_MAX, TELEGRAM_PART_MAX_UNITS
from chatServer.models import Message

BOLD: Final = frozenset({Style("bold")})
ITALIC: Final = frozenset({Style("italic")})
ORIGINS: Final = {"web": "From the web:", "scheduled": "From a schedule:"}
EMPTY: Final = "The answer was empty."
STOPPED: Final = "Stopped."
INTERRUPTED: Final = "The answer was interrupted."
FAILED: Final = "No answer could be given."


def render_message(message: Message) -> list[dict[str, JsonValue]]:
    """Return the parts to send, each with `text` and `entities`; none when there is nothing."""
    runs = _question(message) if message.role == "user" else _answer(message)
    return render_runs(runs)


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


def _question(message: Message) -> list[Run]:
    """Return what the user wrote elsewhere, as they typed it."""
    label = ORIGINS.get(message.channel)
    return [Run(label, BOLD), Run(f"\n{message.content}")] if label else [Run(message.content)]


def _answer(message: Message) -> list[Run]:
    runs = parse_markdown(message.content)
    if message.status == "cancelled" and not runs:
        return []
    note = _note(message, is_empty=not runs)
    if note is None:
        return runs
    return [*runs, *([Run("\n\n")] if runs else []), Run(note, ITALIC)]


def _note(message: Message, *, is_empty: bool) -> str | None:
    """Say in words how an answer ended that is not simply complete."""
    if message.status == "cancelled":
        return STOPPED
    if message.status == "interrupted":
        return message.failure_reason or INTERRUPTED
    if message.status == "failed":
        return f"{FAILED} {message.failure_reason}" if message.failure_reason else FAILED
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
