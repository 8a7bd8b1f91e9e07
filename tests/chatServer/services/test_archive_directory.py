"""Lists of files that were made by hand, to be read as something else than they are."""

import io
import struct
import zipfile

import pytest

from chatServer.archive_errors import (
    ArchiveDamaged,
    ArchiveInvalid,
    ArchiveTooLarge,
    ArchiveUnreadable,
)
from chatServer.errors import DomainError
from chatServer.services.archive_reader import ArchiveReader
from tests.chatServer.archive_stage import pack, session_file, unpack

FIRST = "sessions/000001.jsonl"
SECOND = "sessions/000002.jsonl"
SOUND = pack({FIRST: session_file("s", "one"), SECOND: session_file("t", "two")})
HEADER = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"


def check(archive: bytes) -> None:
    ArchiveReader(io.BytesIO(archive), max_bytes=10**9).verify()


def patched(archive: bytes, at: int, value: bytes) -> bytes:
    return archive[:at] + value + archive[at + len(value) :]


def repacked(method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in unpack(SOUND).items():
            archive.writestr(name, content)
    return packed.getvalue()


def encrypted() -> bytes:
    """The first file says that it needs a password."""
    flagged = patched(SOUND, SOUND.index(HEADER) + 6, b"\x01\x00")
    return patched(flagged, SOUND.index(ENTRY) + 8, b"\x01\x00")


def overlapping() -> bytes:
    """The second entry leads to the first file once more, as in a bomb of many that share one."""
    second = SOUND.index(ENTRY, SOUND.index(ENTRY) + 1)
    return patched(SOUND, second + 42, struct.pack("<L", 0))


def large(*, directory_bytes: int | None = None, offset: int | None = None) -> bytes:
    """The same with the records of an archive of more than 4 GB, which zipfile believes."""
    end = SOUND[-22:]
    files, size, begin = struct.unpack("<HLL", end[10:20])
    size = size if directory_bytes is None else directory_bytes
    at = len(SOUND) - 22
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, files, files, size, begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at if offset is None else offset, 1)
    return SOUND[:-22] + record + locator + end


@pytest.mark.parametrize(
    ("archive", "error"),
    [
        pytest.param(encrypted(), ArchiveInvalid, id="encrypted"),
        pytest.param(repacked(zipfile.ZIP_BZIP2), ArchiveInvalid, id="packed otherwise"),
        pytest.param(pack({"sessions/": b""}), ArchiveInvalid, id="a folder"),
        pytest.param(pack({"Sessions/000001.jsonl": b""}), ArchiveInvalid, id="capitals"),
        pytest.param(pack({"sessions/../000001.jsonl": b""}), ArchiveInvalid, id="a way up"),
        pytest.param(pack({"C:\\sessions\\000001.jsonl": b""}), ArchiveInvalid, id="a drive"),
        pytest.param(overlapping(), ArchiveDamaged, id="two entries, one file"),
        pytest.param(large(directory_bytes=2**31), ArchiveTooLarge, id="a longer list behind"),
        pytest.param(large(offset=0), ArchiveUnreadable, id="two places of the list"),
        pytest.param(large(offset=2**40), ArchiveUnreadable, id="a list beyond the end"),
        pytest.param(large()[:8] + large()[-42:], ArchiveUnreadable, id="no list"),
    ],
)
def test_what_is_made_to_be_misread_is_refused(archive: bytes, error: type[DomainError]) -> None:
    with pytest.raises(error):
        check(archive)


@pytest.mark.parametrize(
    "archive", [repacked(zipfile.ZIP_STORED), large()], ids=["not packed", "as a large one"]
)
def test_what_says_the_same_in_another_way_is_as_good(archive: bytes) -> None:
    check(archive)
