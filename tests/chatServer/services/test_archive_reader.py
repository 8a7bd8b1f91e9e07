"""Whatever is handed over as an archive is refused by name, before anything is stored."""

import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest

from chatServer.archive_errors import (
    ArchiveDamaged,
    ArchiveInvalid,
    ArchiveTooLarge,
    ArchiveUnreadable,
    ArchiveVersionUnsupported,
)
from chatServer.errors import DomainError
from chatServer.limits import ARCHIVE_RATIO_FROM_BYTES
from chatServer.services import archive_directory, archive_lines, archive_reader
from chatServer.services.archive_reader import ArchiveReader
from chatServer.services.archive_writer import ArchiveWriter
from tests.chatServer.archive_stage import pack, session_file, unpack
from tests.chatServer.files import HTML, PNG

PATH = "sessions/000001.jsonl"
CONTENT = session_file("s", "one", "two")
SOUND = pack({PATH: CONTENT})
MAX_BYTES = 10**9


PNG_SHA256 = hashlib.sha256(PNG).hexdigest()
PNG_PATH = f"files/{PNG_SHA256}"
PICTURE = {
    "n": 1,
    "filename": "a.png",
    "content_type": "image/png",
    "kind": "image",
    "size_bytes": len(PNG),
    "sha256": PNG_SHA256,
    "created_at": "2026-01-01T00:00:00Z",
}
LOST = {"sha256": PNG_SHA256, "size_bytes": len(PNG), "filename": "a.png"}


def check(archive: bytes) -> None:
    ArchiveReader(io.BytesIO(archive), max_bytes=MAX_BYTES).verify()


def line(**changes: object) -> bytes:
    """A session whose only message has these fields."""
    session, message, _ = CONTENT.split(b"\n", 2)
    return b"\n".join([session, json.dumps({**json.loads(message), **changes}).encode(), b""])


def attached(**changes: object) -> dict[str, bytes]:
    """A session whose only message carries a picture, described so."""
    return {PATH: line(attachments=[PICTURE | changes]), PNG_PATH: PNG}


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A ZIP file with these files, twice the same name too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def flipped(archive: bytes, at: int) -> bytes:
    return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]


def test_a_sound_one_is_read_line_by_line() -> None:
    reader = ArchiveReader(io.BytesIO(SOUND), max_bytes=MAX_BYTES)
    reader.verify()
    assert (reader.totals.sessions, reader.totals.messages) == (1, 2)
    session, batches = reader.read_session(reader.sessions[0])
    assert session.session_id == "s"
    assert [m.content for batch in batches for m in batch] == ["one", "two"]


def test_a_sound_one_with_a_file_gives_its_bytes_and_what_they_are() -> None:
    reader = ArchiveReader(io.BytesIO(pack(attached())), max_bytes=MAX_BYTES)
    reader.verify()
    assert b"".join(reader.read_file(PNG_SHA256)) == PNG
    assert reader.file_types[PNG_SHA256].content_type == "image/png"


def test_batches_hold_no_more_than_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_lines, "ARCHIVE_BATCH_BYTES", 500)
    content = session_file("s", "a" * 50, "b" * 1_000, "c", "d")
    reader = ArchiveReader(io.BytesIO(pack({PATH: content})), max_bytes=MAX_BYTES)
    _, batches = reader.read_session(reader.sessions[0])
    assert [[m.n for m in batch] for batch in batches] == [[1], [2], [3, 4]]


def test_a_session_deleted_while_it_was_exported_is_passed_over() -> None:
    writer = ArchiveWriter()
    file = writer.open_file(PATH)
    file.write(CONTENT[: CONTENT.rindex(b"{")])
    file.close(messages=1, is_whole=False)
    reader = ArchiveReader(io.BytesIO(writer.take() + writer.finish()), max_bytes=MAX_BYTES)
    reader.verify()
    assert reader.totals.sessions == 0


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"Hello" * 100, id="no ZIP"),
        pytest.param(SOUND[: len(SOUND) // 2], id="cut off in a file"),
        pytest.param(SOUND[:-1], id="cut off at the end"),
        pytest.param(SOUND + b"more", id="something behind it"),
        pytest.param(SOUND[:10] + SOUND[30:], id="bytes lost"),
    ],
)
def test_what_is_no_whole_zip_file_cannot_be_read(archive: bytes) -> None:
    with pytest.raises((ArchiveUnreadable, ArchiveDamaged)):
        check(archive)


@pytest.mark.parametrize("length", range(0, len(SOUND), 41))
def test_wherever_it_was_cut_off_it_is_refused(length: int) -> None:
    with pytest.raises(DomainError):
        check(SOUND[:length])


@pytest.mark.parametrize("at", range(0, len(SOUND), 17))
def test_one_wrong_byte_anywhere_never_passes_for_another_content(at: int) -> None:
    """Bytes that mean nothing, such as a time, may differ; the content may not."""
    archive = flipped(SOUND, at)
    try:
        check(archive)
    except DomainError:
        return
    assert unpack(archive)[PATH] == CONTENT


@pytest.mark.parametrize(
    ("archive", "error", "words"),
    [
        (zipped((PATH, CONTENT)), ArchiveInvalid, "manifest.json is missing"),
        (zipped((PATH, CONTENT), (PATH, CONTENT)), ArchiveInvalid, "is there twice"),
        (pack({"../sessions/000001.jsonl": CONTENT}), ArchiveInvalid, "does not belong there"),
        (pack({"/etc/passwd": CONTENT}), ArchiveInvalid, "does not belong there"),
        (pack({"sessions\\000001.jsonl": CONTENT}), ArchiveInvalid, "does not belong there"),
        (pack({PATH: CONTENT}, files=[]), ArchiveInvalid, "does not name the files"),
        (pack({PATH: CONTENT}, format="zip"), ArchiveInvalid, "not of an archive"),
        (pack({PATH: CONTENT}, version=3), ArchiveVersionUnsupported, "later release"),
        (zipped(("manifest.json", b"{")), ArchiveInvalid, "is not valid JSON"),
        (zipped(("manifest.json", b"[" * 100_000)), ArchiveInvalid, "is not valid JSON"),
        (pack({PATH: b""}), ArchiveInvalid, "has no session in it"),
        (pack({PATH: b"{]\n"}), ArchiveInvalid, "line 1 is not valid JSON"),
        (pack({PATH: line(content="\ud800")}), ArchiveInvalid, "line 2 is not valid JSON"),
        (pack({PATH: line(content="a\0b")}), ArchiveInvalid, "(content)"),
        (pack({PATH: line(item={"a": float("nan")})}), ArchiveInvalid, "(item"),
        (pack({PATH: line(role="admin")}), ArchiveInvalid, "(role)"),
        (pack({PATH: line(user_id="x")}), ArchiveInvalid, "(user_id)"),
        (pack({PATH: line(created_at="yesterday")}), ArchiveInvalid, "(created_at)"),
        (pack({PATH: line(created_at="2026-01-01T00:00:00")}), ArchiveInvalid, "(created_at)"),
        (pack({PATH: line(created_at="0001-01-01T00:00+14:00")}), ArchiveInvalid, "(created_at)"),
        (pack({PATH: line(created_at=1767225600)}), ArchiveInvalid, "(created_at)"),
        (pack({PATH: line(n=2)}), ArchiveInvalid, "line 2 is not in the order"),
        (pack({PATH: line(parent=1)}), ArchiveInvalid, "line 2 is not in the order"),
        (pack({PATH: line(answer=1)}), ArchiveInvalid, "line 2 is not in the order"),
        (pack({PATH: line(attachments=[PICTURE])}), ArchiveInvalid, "not in the archive"),
        (pack({PATH: line(attachments=[PICTURE]), PNG_PATH: HTML}), ArchiveInvalid, "by its ch"),
        (pack(attached(filename="a/b")), ArchiveInvalid, "(attachments.filename)"),
        (pack(attached(filename="..")), ArchiveInvalid, "(attachments.filename)"),
        (pack(attached(size_bytes=1)), ArchiveInvalid, "not in the archive"),
        (pack(attached(filename="a.pdf")), ArchiveInvalid, "not what it is called"),
        (pack({"files/x": PNG}), ArchiveInvalid, "does not belong there"),
        (pack(attached(), missing=[LOST]), ArchiveInvalid, "missing that is there"),
        (
            pack({PATH: line(attachments=[PICTURE])}, missing=[LOST | {"size_bytes": 1}]),
            ArchiveInvalid,
            "not in the archive",
        ),
    ],
)
def test_what_is_wrong_is_named(archive: bytes, error: type[DomainError], words: str) -> None:
    with pytest.raises(error) as refused:
        check(archive)
    assert words in refused.value.detail


def test_what_was_written_is_not_repeated_in_the_refusal() -> None:
    with pytest.raises(ArchiveInvalid) as refused:
        check(pack({PATH: line(role="a secret")}))
    assert "secret" not in f"{refused.value.detail} {refused.value.errors}"


def with_manifest(change: Callable[[dict[str, object]], object]) -> bytes:
    manifest = json.loads(unpack(SOUND)["manifest.json"])
    change(manifest["files"][0])
    return pack({PATH: CONTENT}, files=manifest["files"])


@pytest.mark.parametrize(
    "archive",
    [
        with_manifest(lambda file: file.update(sha256="0" * 64)),
        with_manifest(lambda file: file.update(size_bytes=1)),
    ],
    ids=["checksum", "size"],
)
def test_a_file_that_is_not_what_the_manifest_says_is_damaged(archive: bytes) -> None:
    with pytest.raises(ArchiveDamaged) as refused:
        check(archive)
    assert refused.value.errors[0][0] == PATH


def declare(archive: bytes, size_bytes: int) -> bytes:
    """The same file with another size of the first file in its list."""
    at = archive.index(b"PK\x01\x02") + 24
    return archive[:at] + struct.pack("<L", size_bytes) + archive[at + 4 :]


class TestOfABomb:
    def test_the_sizes_in_its_list_are_enough_to_refuse_it(self) -> None:
        with pytest.raises(ArchiveTooLarge):
            check(declare(SOUND, ARCHIVE_RATIO_FROM_BYTES + 1))

    def test_what_unpacks_to_more_than_is_taken_is_too_large(self) -> None:
        with pytest.raises(ArchiveTooLarge):
            ArchiveReader(io.BytesIO(SOUND), max_bytes=10)

    def test_no_more_is_unpacked_than_its_list_says(self) -> None:
        content = session_file("s", "a" * 5_000_000)
        with pytest.raises(DomainError):
            check(declare(pack({PATH: content}), 100))

    def test_a_list_of_files_too_long_for_memory_is_not_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(archive_directory, "ARCHIVE_DIRECTORY_MAX_BYTES", 50)
        with pytest.raises(ArchiveTooLarge):
            check(SOUND)

    def test_a_line_too_long_for_memory_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive_reader, "ARCHIVE_LINE_MAX_BYTES", 50)
        with pytest.raises(ArchiveInvalid, match="too long"):
            check(SOUND)
