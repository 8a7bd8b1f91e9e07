"""Reads the list of files of a ZIP file that may be anything, and lets only an archive's pass."""

import io
import re
import struct
import zipfile
import zlib
from typing import IO, Final

from chatServer.archive_errors import ArchiveInvalid, ArchiveTooLarge, ArchiveUnreadable
from chatServer.limits import (
    ARCHIVE_DIRECTORY_MAX_BYTES,
    ARCHIVE_RATIO_FROM_BYTES,
    ARCHIVE_RATIO_MAX,
)
from chatServer.services.archive_writer import FILES_FOLDER, MANIFEST_PATH

SESSION_PATH: Final = re.compile(r"sessions/\d{6,9}\.jsonl")
FILE_PATH: Final = re.compile(FILES_FOLDER + r"/[0-9a-f]{64}")
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGES: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for bytes that it cannot make sense of."""

END: Final = struct.Struct("<4s4H2LH")
END_64: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR_64: Final = struct.Struct("<4sLQL")
"""The records at the end of a ZIP file: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT"""

Entries = dict[str, zipfile.ZipInfo]


def open_directory(file: IO[bytes]) -> tuple[zipfile.ZipFile, Entries]:
    """Return the ZIP file and what is in it by name; nothing has been unpacked.

    Raises:
        ArchiveUnreadable: It is no ZIP file, or cut off.
        ArchiveInvalid: It holds what an archive does not, or no manifest.
        ArchiveTooLarge: Its list of files is too long, or it is packed tighter than is honest.
    """
    try:
        _check_directory(file)
        archive = zipfile.ZipFile(file)
    except DAMAGES as error:
        raise ArchiveUnreadable from error
    return archive, _check_entries(archive.infolist(), packed_bytes=file.seek(0, io.SEEK_END))


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a list of files too long for memory, before zipfile reads it there.

    Like zipfile it believes the record for large archives whenever it is there, and nowhere but
    before its locator, which must say the same.
    """
    length = file.seek(0, io.SEEK_END)
    begin = max(0, length - END_64.size - LOCATOR_64.size - END.size)
    file.seek(begin)
    tail = file.read()
    signature, *_, directory_bytes, _, comment_bytes = END.unpack(tail[-END.size :])
    if signature != b"PK\x05\x06" or comment_bytes:
        raise ArchiveUnreadable
    locator = tail[-END.size - LOCATOR_64.size : -END.size]
    if locator.startswith(b"PK\x06\x07"):
        record = END_64.unpack(tail[: END_64.size])
        if record[0] != b"PK\x06\x06" or LOCATOR_64.unpack(locator)[2] != begin:
            raise ArchiveUnreadable
        directory_bytes = record[-2]
    if directory_bytes > ARCHIVE_DIRECTORY_MAX_BYTES:
        raise ArchiveTooLarge


def _check_entries(
    found: list[zipfile.ZipInfo], *, packed_bytes: int
) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in found:
        name = entry.filename
        # The names are ours; nothing is ever written under one, and no other is read.
        if not (name == MANIFEST_PATH or SESSION_PATH.fullmatch(name) or FILE_PATH.fullmatch(name)):
            raise ArchiveInvalid("The archive", "holds a file that does not belong there")
        if name in entries:
            raise ArchiveInvalid(name, "is there twice")
        if entry.flag_bits & 1 or entry.compress_type not in METHODS:
            raise ArchiveInvalid(name, "is encrypted or packed in a way that is not read here")
        entries[name] = entry
    if MANIFEST_PATH not in entries:
        raise ArchiveInvalid(MANIFEST_PATH, "is missing")
    unpacked_bytes = sum(entry.file_size for entry in found)
    if unpacked_bytes > ARCHIVE_RATIO_FROM_BYTES and (
        unpacked_bytes > packed_bytes * ARCHIVE_RATIO_MAX
    ):
        raise ArchiveTooLarge
    return entries
