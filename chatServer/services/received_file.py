"""A file as it arrives: counted, hashed and looked at piece by piece, kept on disk meanwhile."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, Final

from chatServer.attachment_errors import AttachmentEmpty, AttachmentTooLarge
from chatServer.limits import ATTACHMENT_MAX_BYTES
from chatServer.services.attachment_types import FileType, TypeDetector

PIECE_BYTES: Final = 256 * 1024
"""The most of a file that is in memory."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that somebody sends: its name and type are what they say, nothing that is known."""

    filename: str | None
    declared_type: str | None
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A whole file; `sha256` is hexadecimal."""

    size_bytes: int
    sha256: str
    file_type: FileType
    _file: IO[bytes]

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the file from its beginning."""
        await asyncio.to_thread(self._file.seek, 0)
        while piece := await asyncio.to_thread(self._file.read, PIECE_BYTES):
            yield piece


@asynccontextmanager
async def receive(pieces: AsyncIterator[bytes]) -> AsyncIterator[ReceivedFile]:
    """Take a file in, to be read again until the end of the block; then nothing is left of it.

    Raises:
        AttachmentEmpty: There was nothing in it.
        AttachmentTooLarge: It went over `ATTACHMENT_MAX_BYTES`; the rest was not read.
    """
    size_bytes = 0
    digest = hashlib.sha256()
    detector = TypeDetector()
    unwritten = bytearray()
    with tempfile.TemporaryFile() as file:
        async for piece in pieces:
            size_bytes += len(piece)
            if size_bytes > ATTACHMENT_MAX_BYTES:
                raise AttachmentTooLarge
            digest.update(piece)
            detector.feed(piece)
            unwritten += piece
            if len(unwritten) >= PIECE_BYTES:
                await asyncio.to_thread(file.write, bytes(unwritten))
                unwritten.clear()
        if size_bytes == 0:
            raise AttachmentEmpty
        await asyncio.to_thread(file.write, bytes(unwritten))
        yield ReceivedFile(size_bytes, digest.hexdigest(), detector.finish(), file)
