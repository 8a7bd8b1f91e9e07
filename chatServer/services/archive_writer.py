"""Writes an archive piece by piece; the same content gives the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Final

from chatServer.archive_models import (
    ARCHIVE_FORMAT,
    ARCHIVE_VERSION,
    ArchivedFile,
    ArchiveManifest,
    MissingFile,
)

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MANIFEST_PATH: Final = "manifest.json"
FILES_FOLDER: Final = "files"
"""Holds the files of attachments, each under its checksum, once however often it was sent."""

LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The first instant that a ZIP file can name: when a file was packed says nothing."""

UNIX: Final = 3
READABLE_BY_OWNER: Final = 0o600 << 16


class ArchiveWriter:
    """A ZIP file that is taken away while it is written. Its methods work on the processor only."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")
        self._files: list[ArchivedFile] = []

    def open_file(self, path: str) -> "ArchivedFileWriter":
        """Begin a file; the one before it must be closed."""
        # How long it gets is not known yet.
        into = self._zip.open(_entry(path), "w", force_zip64=True)
        return ArchivedFileWriter(self._files, path, into=into)

    def take(self) -> bytes:
        """Return what has been packed since the last call."""
        return self._sink.take()

    def finish(self, *, missing: Sequence[MissingFile] = ()) -> bytes:
        """Add the manifest and the list of files, and return the end of the archive."""
        counts = [file.messages for file in self._files if file.is_whole]
        manifest = ArchiveManifest(
            format=ARCHIVE_FORMAT,
            # One that is whole can also be imported by earlier releases.
            version=ARCHIVE_VERSION if missing else 1,
            sessions=sum(count is not None for count in counts),
            messages=sum(count or 0 for count in counts),
            files=self._files,
            missing=list(missing),
        )
        with self._zip.open(_entry(MANIFEST_PATH), "w", force_zip64=True) as file:
            file.write(manifest.model_dump_json(exclude_defaults=True, indent=1).encode())
        self._zip.close()
        return self.take()


class ArchivedFileWriter:
    """One file of an archive while it is written."""

    def __init__(self, files: list[ArchivedFile], path: str, *, into: IO[bytes]) -> None:
        self._files = files
        self._path = path
        self._into = into
        self._size_bytes = 0
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Pack more of it."""
        self._into.write(data)
        self._size_bytes += len(data)
        self._hash.update(data)

    def close(self, *, messages: int | None = None, is_whole: bool = True) -> ArchivedFile:
        """End it and return what the manifest will say of it, as it is when the archive ends."""
        self._into.close()
        entry = ArchivedFile(
            path=self._path,
            size_bytes=self._size_bytes,
            sha256=self._hash.hexdigest(),
            messages=messages,
            is_whole=is_whole,
        )
        self._files.append(entry)
        return entry


class _Sink(io.RawIOBase):
    """Where zipfile writes; it cannot go back, so zipfile puts each size after its file."""

    def __init__(self) -> None:
        super().__init__()
        self._packed = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        view = memoryview(data)
        self._packed += view
        return view.nbytes

    def take(self) -> bytes:
        taken = bytes(self._packed)
        self._packed.clear()
        return taken


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = READABLE_BY_OWNER
    return entry
