"""How a session reads as Markdown: a heading for each message, its words made inert."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chatServer.models import Channel, Message, MessageRole, Session
from chatServer.services.inert_markdown import escape_line, make_inert

CHANNELS: Final[dict[Channel, str]] = {
    "web": "the web",
    "telegram": "Telegram",
    "scheduled": "a schedule",
}
SPEAKERS: Final[dict[MessageRole, str]] = {
    "user": "You",
    "assistant": "Answer",
    "system": "Instructions",
    "tool": "Tool",
}


def write_title(session: Session, *, exported_at: datetime) -> str:
    """Return the head of the file."""
    lines = [
        f"# {escape_line(session.title or 'Untitled session')}",
        "",
        f"- Session: {escape_line(session.session_id)}",
        f"- Channel: {CHANNELS[session.channel]}",
        f"- Agent: {escape_line(session.agent_name)}",
        f"- Begun: {_instant(session.created_at)}",
        f"- Last activity: {_instant(session.updated_at)}",
        f"- Messages: {session.message_count}, all versions included",
        f"- Exported: {_instant(exported_at)}",
    ]
    if session.topic:
        lines.insert(5, f"- Topic: {escape_line(session.topic)}")
    return "\n".join(lines) + "\n"


def write_message(message: Message, *, above: Message | None, agent_name: str) -> str:
    """Return a message under its heading; `above` is the one written before it.

    What was said on the way to an answer stands in the answer, so it is not written twice.
    """
    if message.answer_id is not None and not message.content:
        return ""
    speaker = SPEAKERS[message.role]
    if message.role == "assistant":
        speaker = escape_line(agent_name)
    parts = [f"\n---\n\n## {speaker}, {_instant(message.created_at)} (message {message.id})"]
    notes = "; ".join(_notes(message, above))
    if notes:
        parts.append(f"*{notes}*")
    if message.content:
        parts.append(make_inert(message.content))
    for attachment in message.attachments:
        name = escape_line(attachment.filename)
        kind = escape_line(attachment.content_type)
        parts.append(
            f"- Attachment {attachment.id}: {name} ({kind}, {attachment.size_bytes} bytes)"
        )
    return "\n\n".join(parts) + "\n"


def _notes(message: Message, above: Message | None) -> Iterator[str]:
    """Tell where a message stands among the branches, and how it came about."""
    if message.branch.count > 1:
        yield f"version {message.branch.index} of {message.branch.count}"
    if message.answer_id is not None:
        yield f"for message {message.answer_id}"
    elif message.parent_id is None:
        if above is not None:
            yield "begins a branch"
    elif above is None or message.parent_id != above.id:
        yield f"follows message {message.parent_id}"
    if message.channel != "web":
        yield f"by {CHANNELS[message.channel]}"
    if message.model_id:
        provider = f" at {escape_line(message.provider_id)}" if message.provider_id else ""
        yield f"model {escape_line(message.model_id)}{provider}"
    if message.status != "complete":
        yield message.status
    for text in (message.failure_reason, message.fallback_notice):
        if text:
            yield escape_line(text)


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")
