"""Writes a whole session, with every version of every message, as one file."""

import asyncio
import json
import re
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal

from chatServer.database.results import MessageBatch
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.limits import PAGE_LIMIT_MAX
from chatServer.models import Message, Session
from chatServer.services.export_markdown import write_message, write_title
from chatServer.services.patience import call_patiently

ExportFormat = Literal["json", "markdown"]

FORMAT_NAME: Final = "chat-registry-session"
FORMAT_VERSION: Final = 1
SUFFIXES: Final[dict[ExportFormat, str]] = {"json": "json", "markdown": "md"}
FILENAME_MAX_LENGTH: Final = 80


class SessionExport:
    """One session about to be written; its messages are read a page at a time."""

    def __init__(
        self, registry: SessionRegistry, caller: Caller, *, session: Session, first: MessageBatch
    ) -> None:
        self._registry = registry
        self._caller = caller
        self._session = session
        self._first = first
        self._exported_at = datetime.now(UTC)

    @property
    def message_count(self) -> int:
        """How many messages of users and answers there were when it began."""
        return self._session.message_count

    def filename(self, file_format: ExportFormat) -> str:
        """Return a name that every file system takes."""
        title = unicodedata.normalize("NFC", self._session.title or "session")
        words = re.sub(r"[^\w]+", "-", title.lower()).strip("-_")[:FILENAME_MAX_LENGTH]
        day = self._exported_at.date().isoformat()
        return f"{words.strip('-_') or 'session'}-{day}.{SUFFIXES[file_format]}"

    async def chunks(self, file_format: ExportFormat) -> AsyncIterator[str]:
        """Yield the file page by page."""
        written = self._markdown() if file_format == "markdown" else self._json()
        async for chunk in written:
            yield chunk

    async def _json(self) -> AsyncIterator[str]:
        head = {
            "format": FORMAT_NAME,
            "version": FORMAT_VERSION,
            "exported_at": self._exported_at.isoformat(),
            "session": self._session.model_dump(mode="json", include=set(Session.model_fields)),
        }
        yield _dump(head)[:-1] + ', "messages": ['
        separator = "\n"
        async for batch in self._batches():
            lines = await asyncio.to_thread(_to_lines, batch.messages)
            if lines:
                yield separator + ",\n".join(lines)
                separator = ",\n"
        yield "\n]}\n"

    async def _markdown(self) -> AsyncIterator[str]:
        yield write_title(self._session, exported_at=self._exported_at)
        above: Message | None = None
        async for batch in self._batches():
            # In a thread: a page takes a moment, and others are being answered meanwhile.
            yield await asyncio.to_thread(self._write_page, batch.messages, above)
            above = batch.messages[-1] if batch.messages else above

    def _write_page(self, messages: list[Message], above: Message | None) -> str:
        parts: list[str] = []
        for message in messages:
            parts.append(write_message(message, above=above, agent_name=self._session.agent_name))
            above = message
        return "".join(parts)

    async def _batches(self) -> AsyncIterator[MessageBatch]:
        batch = self._first
        yield batch
        while batch.has_more:
            list_page = partial(
                self._registry.list_all_messages,
                self._caller,
                session_id=self._session.session_id,
                after_id=batch.messages[-1].id,
                limit=PAGE_LIMIT_MAX,
            )
            batch = await call_patiently(list_page)
            yield batch


class ExportService:
    """Finds what is to be exported before the first byte of it goes out."""

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry

    async def begin(self, caller: Caller, *, session_id: str) -> SessionExport:
        """Read the session and the first of its messages.

        Raises:
            SessionNotFound: No such session of this user.
        """
        opened = await self._registry.get_session(caller, session_id=session_id, message_limit=1)
        first = await self._registry.list_all_messages(
            caller, session_id=session_id, limit=PAGE_LIMIT_MAX
        )
        return SessionExport(self._registry, caller, session=opened, first=first)


def _to_lines(messages: list[Message]) -> list[str]:
    return [_dump(message.model_dump(mode="json")) for message in messages]


def _dump(value: object) -> str:
    """Return JSON in which no browser finds a tag, whatever type it takes the file for."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
