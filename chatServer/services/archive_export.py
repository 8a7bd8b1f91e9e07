"""Writes everything a user has as one archive."""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Final
from uuid import UUID

from chatServer.archive_models import (
    ArchivedAttachment,
    ArchivedFile,
    ArchivedMessage,
    ArchivedSession,
    ArchiveTotals,
    MissingFile,
)
from chatServer.attachment_errors import (
    AttachmentEmpty,
    AttachmentLost,
    AttachmentNotFound,
    AttachmentTooLarge,
)
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.archive_results import (
    ExportedAttachment,
    ExportedMessage,
    ExportedMessageSlice,
    ExportedSession,
)
from chatServer.database.transport import Caller
from chatServer.errors import SessionNotFound
from chatServer.services.archive_writer import FILES_FOLDER, ArchiveWriter
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.patience import call_patiently
from chatServer.services.received_file import ReceivedFile, receive

IDS_HERE: Final = {
    *("id", "parent_id", "answer_id", "session_id", "exported_id", "head_message_id"),
    "attachments",
}
"""What means nothing anywhere else, or is written in another way."""

READS_OF_A_FILE: Final = 2
"""Before other bytes than were stored are taken for good: they may be spoiled on the way."""


class SessionNumbers:
    """Numbers a session's messages and attachments from 1; it keeps little of each."""

    def __init__(self) -> None:
        self._ids = array("q")
        self._attachments: dict[UUID, int] = {}
        self.files: dict[str, list[ExportedAttachment]] = {}
        """The attachments of each file, by its checksum."""

    def __len__(self) -> int:
        return len(self._ids)

    def archive(self, message: ExportedMessage, *, head_id: int | None) -> ArchivedMessage:
        """Return the next message under its number; they come in the order of their ids."""
        self._ids.append(message.id)
        is_item = message.answer_id is not None
        return ArchivedMessage(
            n=len(self._ids),
            parent=None if is_item else self._number(message.parent_id),
            answer=self._number(message.answer_id),
            is_head=message.id == head_id,
            attachments=[self._archive_attachment(found) for found in message.attachments],
            **message.model_dump(exclude=IDS_HERE),
        )

    def _number(self, message_id: int | None) -> int | None:
        return None if message_id is None else bisect_left(self._ids, message_id) + 1

    def _archive_attachment(self, found: ExportedAttachment) -> ArchivedAttachment:
        if found.id not in self._attachments:
            self.files.setdefault(found.sha256, []).append(found)
        number = self._attachments.setdefault(found.id, len(self._attachments) + 1)
        return ArchivedAttachment(n=number, **found.model_dump(exclude=IDS_HERE))


class ArchiveExport:
    """An archive about to be written; of what it holds a page at a time is in memory."""

    def __init__(
        self,
        registry: ArchiveRegistry,
        attachments: AttachmentService,
        caller: Caller,
        *,
        totals: ArchiveTotals,
    ) -> None:
        self._registry = registry
        self._attachments = attachments
        self._caller = caller
        self._writer = ArchiveWriter()
        self._written: set[str] = set()
        self._missing: dict[str, MissingFile] = {}
        self.totals = totals

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the archive piece by piece."""
        number = 0
        async for session in self._sessions():
            try:
                first = await self._page(session, after_id=0)
            except SessionNotFound:
                continue  # Deleted since it was listed.
            number += 1
            async for chunk in self._write(session, first=first, number=number):
                yield chunk
        missing = [file for sha256, file in self._missing.items() if sha256 not in self._written]
        yield await asyncio.to_thread(partial(self._writer.finish, missing=missing))

    async def _sessions(self) -> AsyncIterator[ExportedSession]:
        last: ExportedSession | None = None
        while True:
            list_page = partial(self._registry.list_sessions, self._caller, after=last)
            page = await call_patiently(list_page)
            for session in page.sessions:
                yield session
            if not page.has_more:
                return
            last = page.sessions[-1]

    async def _write(
        self, session: ExportedSession, *, first: ExportedMessageSlice, number: int
    ) -> AsyncIterator[bytes]:
        file = self._writer.open_file(f"sessions/{number:06d}.jsonl")
        file.write(_archive_session(session).to_line())
        numbers = SessionNumbers()
        page, is_whole = first, True
        while True:
            lines = [
                numbers.archive(message, head_id=session.head_message_id).to_line()
                for message in page.messages
            ]
            await asyncio.to_thread(file.write, b"".join(lines))
            yield self._writer.take()
            if not page.has_more:
                break
            try:
                page = await self._page(session, after_id=page.messages[-1].id)
            except SessionNotFound:
                is_whole = False  # Deleted meanwhile: what is written cannot be taken back.
                break
        entry = file.close(messages=len(numbers), is_whole=is_whole)
        async for chunk in self._write_files(numbers, entry):
            yield chunk
        yield self._writer.take()

    async def _write_files(
        self, numbers: SessionNumbers, entry: ArchivedFile
    ) -> AsyncIterator[bytes]:
        """Add the files that the session's lines name, unless an earlier session did."""
        for sha256, attachments in numbers.files.items():
            if sha256 in self._written:
                continue
            async with AsyncExitStack() as opened:
                try:
                    received = await self._fetch_any(opened, attachments)
                except AttachmentLost:
                    self._note_missing(attachments[0])
                    continue
                except AttachmentNotFound:
                    entry.is_whole = False  # Deleted meanwhile, and its lines name the file.
                    return
                file = self._writer.open_file(f"{FILES_FOLDER}/{sha256}")
                async for piece in received.pieces():
                    await asyncio.to_thread(file.write, piece)
                    yield self._writer.take()
                file.close()
            self._written.add(sha256)

    async def _fetch_any(
        self, opened: AsyncExitStack, attachments: Sequence[ExportedAttachment]
    ) -> ReceivedFile:
        """Read the file that these have, where it is not lost.

        Raises:
            AttachmentLost: All of them have lost it.
        """
        for attachment in attachments:
            with suppress(AttachmentLost):
                return await call_patiently(partial(self._fetch, opened, attachment))
        raise AttachmentLost

    async def _fetch(self, opened: AsyncExitStack, wanted: ExportedAttachment) -> ReceivedFile:
        """Read a file whole before any of it is written: reading it may break off."""
        for _ in range(READS_OF_A_FILE):
            attachment = await opened.enter_async_context(
                self._attachments.open(self._caller, wanted.id)
            )
            try:
                received = await opened.enter_async_context(receive(attachment.pieces))
            except (AttachmentEmpty, AttachmentTooLarge):
                continue
            if received.sha256 == wanted.sha256:
                return received
        raise AttachmentLost

    def _note_missing(self, attachment: ExportedAttachment) -> None:
        self._missing.setdefault(
            attachment.sha256,
            MissingFile(
                sha256=attachment.sha256,
                size_bytes=attachment.size_bytes,
                filename=attachment.filename,
            ),
        )

    async def _page(self, session: ExportedSession, *, after_id: int) -> ExportedMessageSlice:
        list_page = partial(
            self._registry.list_messages,
            self._caller,
            session_id=session.session_id,
            after_id=after_id,
        )
        return await call_patiently(list_page)


class ArchiveExportService:
    """Finds how much is to be exported before the first byte of it goes out."""

    def __init__(self, registry: ArchiveRegistry, attachments: AttachmentService) -> None:
        self._registry = registry
        self._attachments = attachments

    async def begin(self, caller: Caller) -> ArchiveExport:
        """Count all that a user has."""
        totals = await self._registry.get_totals(caller)
        return ArchiveExport(self._registry, self._attachments, caller, totals=totals)


def _archive_session(session: ExportedSession) -> ArchivedSession:
    return ArchivedSession(session_id=session.exported_id, **session.model_dump(exclude=IDS_HERE))
