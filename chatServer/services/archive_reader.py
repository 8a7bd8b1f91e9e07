"""Reads an archive that may be anything: nothing is believed before it has been checked."""

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import IO, Final, cast

from pydantic import BaseModel

from chatServer.archive_errors import (
    ArchiveDamaged,
    ArchiveInvalid,
    ArchiveTooLarge,
    ArchiveVersionUnsupported,
)
from chatServer.archive_models import (
    ARCHIVE_FORMAT,
    ARCHIVE_VERSION,
    ArchivedFile,
    ArchivedMessage,
    ArchivedSession,
    ArchiveManifest,
    ArchiveTotals,
    MissingFile,
)
from chatServer.attachment_errors import AttachmentTypeMismatch
from chatServer.limits import (
    ARCHIVE_DIRECTORY_MAX_BYTES,
    ARCHIVE_LINE_MAX_BYTES,
    ARCHIVE_UNPACKED_FACTOR,
    ATTACHMENT_MAX_BYTES,
)
from chatServer.services.archive_directory import DAMAGES, Entries, open_directory
from chatServer.services.archive_lines import parse, read_batches
from chatServer.services.archive_writer import FILES_FOLDER, MANIFEST_PATH
from chatServer.services.attachment_types import FileType, TypeDetector, check_claim

READ_BYTES: Final = 64 * 1024
PIECE_BYTES: Final = 256 * 1024


class ArchiveReader:
    """An archive whose list of files and manifest are sound; `verify` checks the rest.

    Its methods block; call them in a thread. Up to a batch of messages is in memory.
    """

    def __init__(self, file: IO[bytes], *, max_bytes: int) -> None:
        """Read the list of files and the manifest.

        Raises:
            ArchiveUnreadable: It is no ZIP file, or cut off.
            ArchiveInvalid: It is a ZIP file and no archive of ours.
            ArchiveVersionUnsupported: It is of a later version.
            ArchiveTooLarge: It would unpack to more than is taken, or than can be honest.
        """
        self._file = file
        self._zip, entries = open_directory(file)
        if sum(entry.file_size for entry in entries.values()) > max_bytes * ARCHIVE_UNPACKED_FACTOR:
            raise ArchiveTooLarge
        manifest = self._read_manifest(entries)
        whole = _check_manifest(manifest, entries)
        self.sessions = [file for file in whole if file.messages is not None]
        self._files = {file.sha256: file for file in whole if file.messages is None}
        self.missing = {file.sha256: file for file in manifest.missing}
        """By checksum the files that were lost before the archive was made."""
        self.file_types: dict[str, FileType] = {}
        """By checksum what the files of attachments are; `verify` finds it out."""
        self.totals = ArchiveTotals(
            sessions=len(self.sessions), messages=sum(file.messages or 0 for file in self.sessions)
        )

    def close(self) -> None:
        """Close it, and the file it was read from."""
        self._zip.close()
        self._file.close()

    def verify(self) -> None:
        """Read every file to its end.

        Raises:
            ArchiveDamaged: A file does not match its checksum.
            ArchiveInvalid: A line is not what it should be, or names a file that is not there.
        """
        for sha256 in self._files:
            detector = TypeDetector()
            for piece in self.read_file(sha256):
                detector.feed(piece)
            self.file_types[sha256] = detector.finish()
        for file in self.sessions:
            _, batches = self._read_session(file)
            for batch in batches:
                for message in batch:
                    self._check_attachments(message, f"{file.path}, line {message.n + 1}")

    def read_session(
        self, file: ArchivedFile
    ) -> tuple[ArchivedSession, Iterator[list[ArchivedMessage]]]:
        """Return a session and its messages in batches; at their end the file has been checked.

        The attachments whose files are missing are left out.

        Raises:
            ArchiveDamaged: The file does not match its checksum.
            ArchiveInvalid: A line is not what it should be.
        """
        session, batches = self._read_session(file)
        return session, (self._without_missing(batch) for batch in batches)

    def _read_session(
        self, file: ArchivedFile
    ) -> tuple[ArchivedSession, Iterator[list[ArchivedMessage]]]:
        lines = self._read(file, _read_line)
        first = next(lines, None)
        if first is None:
            raise ArchiveInvalid(file.path, "has no session in it")
        session = parse(ArchivedSession, first, f"{file.path}, line 1")
        return session, read_batches(file, lines)

    def _without_missing(self, batch: list[ArchivedMessage]) -> list[ArchivedMessage]:
        for message in batch:
            message.attachments = [
                attachment
                for attachment in message.attachments
                if attachment.sha256 not in self.missing
            ]
        return batch

    def size_of_file(self, sha256: str) -> int:
        """Return how many bytes the file of an attachment has."""
        return self._files[sha256].size_bytes

    def read_file(self, sha256: str) -> Iterator[bytes]:
        """Yield the file of an attachment in pieces; at their end it has been checked.

        Raises:
            ArchiveDamaged: The file does not match its checksum.
        """
        return self._read(self._files[sha256], _read_piece)

    def _read(self, file: ArchivedFile, read: Callable[[IO[bytes], str], bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        size_bytes = 0
        try:
            with self._zip.open(file.path) as packed:
                reader = cast(
                    "IO[bytes]", io.BufferedReader(cast("io.RawIOBase", packed), READ_BYTES)
                )
                while part := read(reader, file.path):
                    digest.update(part)
                    size_bytes += len(part)
                    yield part
        except DAMAGES as error:
            raise ArchiveDamaged(file.path) from error
        if (size_bytes, digest.hexdigest()) != (file.size_bytes, file.sha256):
            raise ArchiveDamaged(file.path)

    def _check_attachments(self, message: ArchivedMessage, place: str) -> None:
        for attachment in message.attachments:
            file = self._files.get(attachment.sha256) or self.missing.get(attachment.sha256)
            if file is None or file.size_bytes != attachment.size_bytes:
                raise ArchiveInvalid(place, "names a file that is not in the archive")
            if isinstance(file, MissingFile):
                continue
            try:
                check_claim(
                    self.file_types[attachment.sha256],
                    filename=attachment.filename,
                    declared_type=attachment.content_type,
                )
            except AttachmentTypeMismatch:
                raise ArchiveInvalid(place, "names a file that is not what it is called") from None

    def _read_manifest(self, entries: Entries) -> ArchiveManifest:
        if entries[MANIFEST_PATH].file_size > ARCHIVE_DIRECTORY_MAX_BYTES * 4:
            raise ArchiveTooLarge
        try:
            text = self._zip.read(MANIFEST_PATH)
        except DAMAGES as error:
            raise ArchiveDamaged(MANIFEST_PATH) from error
        kind = parse(ManifestKind, text, MANIFEST_PATH)
        if kind.format != ARCHIVE_FORMAT:
            raise ArchiveInvalid(MANIFEST_PATH, "is not of an archive of chat-registry")
        if kind.version > ARCHIVE_VERSION:
            raise ArchiveVersionUnsupported
        return parse(ArchiveManifest, text, MANIFEST_PATH)


class ManifestKind(BaseModel):
    """What every version of the manifest says of itself."""

    format: str
    version: int


def _read_line(reader: IO[bytes], path: str) -> bytes:
    line = reader.readline(ARCHIVE_LINE_MAX_BYTES)
    if len(line) == ARCHIVE_LINE_MAX_BYTES:
        raise ArchiveInvalid(path, "has a line that is too long")
    return line


def _read_piece(reader: IO[bytes], _path: str) -> bytes:
    return reader.read(PIECE_BYTES)


def _check_manifest(manifest: ArchiveManifest, entries: Entries) -> list[ArchivedFile]:
    """Return the files that are whole."""
    named = {file.path: file for file in manifest.files}
    if len(named) < len(manifest.files):
        raise ArchiveInvalid(MANIFEST_PATH, "names a file twice")
    if named.keys() != entries.keys() - {MANIFEST_PATH}:
        raise ArchiveInvalid(MANIFEST_PATH, "does not name the files that are there")
    if any(f"{FILES_FOLDER}/{file.sha256}" in named for file in manifest.missing):
        raise ArchiveInvalid(MANIFEST_PATH, "calls a file missing that is there")
    for file in manifest.files:
        if entries[file.path].file_size != file.size_bytes:
            raise ArchiveDamaged(file.path)
        _check_kind(file)
    return [file for file in manifest.files if file.is_whole]


def _check_kind(file: ArchivedFile) -> None:
    """A file with messages is a session's; any other is an attachment's, named by its checksum."""
    is_attachment = file.path.startswith(f"{FILES_FOLDER}/")
    if is_attachment != (file.messages is None):
        raise ArchiveInvalid(file.path, "is not what the manifest takes it for")
    if is_attachment and (
        file.path != f"{FILES_FOLDER}/{file.sha256}"
        or not 0 < file.size_bytes <= ATTACHMENT_MAX_BYTES
    ):
        raise ArchiveInvalid(file.path, "is empty, too large or not named by its checksum")
