"""The files of an archive on their way into an account."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from chatServer.attachment_errors import MEGABYTE_BYTES, AttachmentQuotaExceeded
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.archive_results import ProvidedFile
from chatServer.database.transport import Caller
from chatServer.limits import IMPORT_FILES_FOUND_AT_ONCE
from chatServer.services.archive_reader import ArchiveReader
from chatServer.services.attachment_service import AttachmentService


class ImportedFiles:
    """Stores what the user does not have yet; the same content is one file."""

    def __init__(
        self,
        registry: ArchiveRegistry,
        attachments: AttachmentService,
        caller: Caller,
        *,
        archive: ArchiveReader,
    ) -> None:
        self._registry = registry
        self._attachments = attachments
        self._caller = caller
        self._archive = archive

    async def check_room(self) -> None:
        """Return when the files that are missing fit into what the user may store.

        Raises:
            AttachmentQuotaExceeded: They do not.
        """
        sha256s = list(self._archive.file_types)
        if not sha256s:
            return
        stored, used_bytes = await self._find(sha256s)
        missing_bytes = sum(
            self._archive.size_of_file(sha256) for sha256 in sha256s if sha256 not in stored
        )
        room_bytes = max(0, self._attachments.quota_bytes - used_bytes)
        if missing_bytes > room_bytes:
            raise AttachmentQuotaExceeded(
                f"The archive has {_megabytes(missing_bytes)} MB of files that are not here yet,"
                f" and you have room for {_megabytes(room_bytes)} MB; nothing was imported."
            )

    @asynccontextmanager
    async def provide(self, sha256s: Sequence[str]) -> AsyncIterator[list[ProvidedFile]]:
        """Have the files of a session in Storage for the block that imports it.

        Those that were stored for it are given up again when the block fails.

        Raises:
            AttachmentQuotaExceeded: The room has been taken meanwhile.
            StorageUnavailable: Storage did not take one.
        """
        stored, _ = await self._find(sha256s) if sha256s else ({}, 0)
        begun: list[UUID] = []
        try:
            provided: list[ProvidedFile] = []
            for sha256 in sha256s:
                object_id = stored.get(sha256) or await self._store(sha256, begun)
                file_type = self._archive.file_types[sha256]
                provided.append(
                    ProvidedFile(
                        sha256=sha256,
                        object_id=object_id,
                        content_type=file_type.content_type,
                        kind=file_type.kind,
                        is_new=sha256 not in stored,
                    )
                )
            yield provided
        except BaseException:
            for object_id in begun:
                await self._attachments.give_up(self._caller, object_id)
            raise

    async def _store(self, sha256: str, begun: list[UUID]) -> UUID:
        size_bytes = self._archive.size_of_file(sha256)
        object_id = await self._registry.begin_file(
            self._caller, size_bytes=size_bytes, quota_bytes=self._attachments.quota_bytes
        )
        begun.append(object_id)
        await self._attachments.write(
            self._caller,
            object_id,
            pieces=_in_thread(self._archive.read_file(sha256)),
            size_bytes=size_bytes,
        )
        return object_id

    async def _find(self, sha256s: Sequence[str]) -> tuple[dict[str, UUID], int]:
        """Return which of the files are here, and how much room all of the user's take."""
        stored: dict[str, UUID] = {}
        used_bytes = 0
        for start in range(0, len(sha256s), IMPORT_FILES_FOUND_AT_ONCE):
            part = sha256s[start : start + IMPORT_FILES_FOUND_AT_ONCE]
            found = await self._registry.list_stored_files(self._caller, part)
            stored.update((file.sha256, file.object_id) for file in found.files)
            used_bytes = found.used_bytes
        return stored, used_bytes


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / MEGABYTE_BYTES:,.1f}"
