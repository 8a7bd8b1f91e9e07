"""Brings an archive in: taken whole, checked whole, then stored session by session."""

import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import ExitStack, aclosing
from functools import partial
from typing import IO, Final

from chatServer.archive_errors import ArchiveTooLarge
from chatServer.archive_models import (
    ArchivedFile,
    ArchivedMessage,
    ArchivedSession,
    ArchiveTotals,
    ImportEvent,
    ImportFailed,
    ImportFinished,
    ImportProgressed,
    ImportReport,
    ImportStarted,
    RenamedSession,
    SkippedSession,
)
from chatServer.attachment_errors import AttachmentNotFound, StorageUnavailable
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.archive_results import ImportedSession, LastBatch
from chatServer.database.transport import Caller
from chatServer.errors import DomainError, ValidationFailed
from chatServer.limits import (
    ARCHIVE_BATCH_BYTES,
    IMPORT_LISTED_MAX,
    IMPORT_PROGRESS_SECONDS,
    IMPORT_SESSION_MESSAGES_MAX,
    IMPORTS_CHECKED_AT_ONCE,
)
from chatServer.services.archive_reader import ArchiveReader
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.imported_files import ImportedFiles
from chatServer.services.patience import call_patiently

TOO_MANY_MESSAGES: Final = f"It has more than {IMPORT_SESSION_MESSAGES_MAX:,} messages."


class ArchiveImport:
    """An archive that has been checked and is about to be stored."""

    def __init__(
        self,
        registry: ArchiveRegistry,
        caller: Caller,
        *,
        archive: ArchiveReader,
        files: ImportedFiles,
    ) -> None:
        self._registry = registry
        self._caller = caller
        self._archive = archive
        self._files = files
        self._report = ImportReport(files_missing=len(archive.missing))
        self._done = ArchiveTotals(sessions=0, messages=0)
        self._sent_ahead = 0

    async def events(self) -> AsyncGenerator[ImportEvent, None]:
        """Store it session by session; who stops reading leaves the one at hand whole or out."""
        try:
            yield ImportStarted(totals=self._archive.totals)
            async with aclosing(self._import_all()) as progress:
                async for event in progress:
                    yield event
        except DomainError as error:
            yield ImportFailed(code=error.code, detail=error.detail, report=self._report)
        else:
            yield ImportFinished(report=self._report)
        finally:
            self._archive.close()

    async def _import_all(self) -> AsyncGenerator[ImportProgressed, None]:
        told_at = time.monotonic()
        for file in self._archive.sessions:
            # From its first line again: whether the last try was stored is not known.
            storing = asyncio.create_task(call_patiently(partial(self._import, file)))
            try:
                while not storing.done():
                    await asyncio.wait({storing}, timeout=IMPORT_PROGRESS_SECONDS)
                    if time.monotonic() - told_at >= IMPORT_PROGRESS_SECONDS:
                        told_at = time.monotonic()
                        yield ImportProgressed(done=self._gone_through())
                storing.result()
            finally:
                if not storing.done():
                    storing.cancel()
                    await asyncio.wait({storing})
            self._sent_ahead = 0
            self._done.sessions += 1
            self._done.messages += file.messages or 0

    def _gone_through(self) -> ArchiveTotals:
        """Count what is stored and, of the session at hand, what has been sent."""
        return ArchiveTotals(
            sessions=self._done.sessions, messages=self._done.messages + self._sent_ahead
        )

    async def _import(self, file: ArchivedFile) -> None:
        session, batches = await asyncio.to_thread(self._archive.read_session, file)
        if (file.messages or 0) > IMPORT_SESSION_MESSAGES_MAX:
            self._skip(session, TOO_MANY_MESSAGES)
            return
        sha256s: dict[str, None] = {}
        try:
            last = await self._send_ahead(batches, sha256s)
            async with self._files.provide(list(sha256s)) as files:
                stored = await self._registry.import_session(
                    self._caller, session=session, last=last, files=files
                )
        except ValidationFailed as error:
            self._skip(session, error.errors[0][1])
        except AttachmentNotFound as error:
            # A file that was here has been deleted meanwhile: the next try stores it.
            raise StorageUnavailable from error
        else:
            self._note(session, stored)
            self._report.files_added += sum(file.is_new for file in files)

    async def _send_ahead(
        self, batches: Iterator[list[ArchivedMessage]], sha256s: dict[str, None]
    ) -> LastBatch:
        """Send all batches but the last one, which goes with the session itself.

        The files that the messages name are added to `sha256s`.
        """
        import_id = uuid.uuid4()
        self._sent_ahead = 0
        number = 0
        head: int | None = None
        newest: int | None = None
        last: list[ArchivedMessage] = []
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            if last:
                number += 1
                await self._registry.upsert_batch(
                    self._caller, import_id=import_id, batch=number, messages=last
                )
                self._sent_ahead += len(last)
            last = batch
            for message in batch:
                sha256s.update(dict.fromkeys(a.sha256 for a in message.attachments))
                head = message.n if message.is_head else head
                newest = message.n if message.answer is None else newest
        return LastBatch(
            messages=last, head=head or newest, import_id=import_id if number else None
        )

    def _skip(self, session: ArchivedSession, reason: str) -> None:
        self._report.sessions_skipped += 1
        if len(self._report.skipped) < IMPORT_LISTED_MAX:
            self._report.skipped.append(
                SkippedSession(session_id=session.session_id, title=session.title, reason=reason)
            )

    def _note(self, session: ArchivedSession, stored: ImportedSession) -> None:
        report = self._report
        report.sessions_created += stored.outcome == "created"
        report.sessions_changed += stored.outcome == "changed"
        report.sessions_unchanged += stored.outcome == "unchanged"
        report.messages_added += stored.messages_added
        report.messages_known += stored.messages_known
        if stored.session_id != session.session_id and len(report.renamed) < IMPORT_LISTED_MAX:
            report.renamed.append(
                RenamedSession(session_id=session.session_id, new_session_id=stored.session_id)
            )


class ImportService:
    """Takes archives in."""

    def __init__(
        self, registry: ArchiveRegistry, attachments: AttachmentService, *, max_bytes: int
    ) -> None:
        self._registry = registry
        self._attachments = attachments
        self._max_bytes = max_bytes
        self._checking = asyncio.Semaphore(IMPORTS_CHECKED_AT_ONCE)

    async def begin(self, caller: Caller, body: AsyncIterator[bytes]) -> ArchiveImport:
        """Receive an archive into a file without a name and check all of it.

        Raises:
            ArchiveTooLarge: It has more bytes than are taken, or would unpack to more.
            ArchiveUnreadable: It is no ZIP file, or cut off.
            ArchiveInvalid: It is not of our form.
            ArchiveDamaged: A file in it does not match its checksum.
            ArchiveVersionUnsupported: It is of a later version.
            AttachmentQuotaExceeded: The user has no room for the files in it.
        """
        with ExitStack() as opened:
            file = opened.enter_context(tempfile.TemporaryFile())
            await self._receive(body, file)
            async with self._checking:
                archive = await asyncio.to_thread(ArchiveReader, file, max_bytes=self._max_bytes)
                await asyncio.to_thread(archive.verify)
            files = ImportedFiles(self._registry, self._attachments, caller, archive=archive)
            await files.check_room()
            await self._registry.delete_expired_batches()
            # From here on the import closes it.
            opened.pop_all()
            return ArchiveImport(self._registry, caller, archive=archive, files=files)

    async def _receive(self, body: AsyncIterator[bytes], file: IO[bytes]) -> None:
        pending = bytearray()
        received_bytes = 0
        async for chunk in body:
            received_bytes += len(chunk)
            if received_bytes > self._max_bytes:
                raise ArchiveTooLarge
            pending += chunk
            if len(pending) >= ARCHIVE_BATCH_BYTES:
                await asyncio.to_thread(file.write, bytes(pending))
                pending.clear()
        await asyncio.to_thread(file.write, bytes(pending))
