"""What a file is, by what is in it; what it is called can only be found to contradict that.

A table of our own, because only these types are ever treated unlike any other file: a library of a
thousand signatures would add a thousand ways to be wrong about a type that we do nothing with.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from chatServer.attachment_errors import AttachmentTypeMismatch
from chatServer.limits import FILENAME_MAX_LENGTH
from chatServer.models import AttachmentKind

HEAD_BYTES: Final = 1024
UNNAMED: Final = "file"
JOINERS: Final = "\u200c\u200d"
SPACES: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
"""Names hold more than the plain one: macOS writes U+202F into them, and Japanese has U+3000."""
HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Not `str.isprintable`, which refuses spaces, and emoji that are newer than this Python."""
SIGNATURES: Final[tuple[tuple[re.Pattern[bytes], str, AttachmentKind], ...]] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "image"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", "image"),
    (re.compile(rb"GIF8[79]a"), "image/gif", "image"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp", "image"),
    (re.compile(rb"%PDF-\d"), "application/pdf", "pdf"),
)
"""https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern"""
MARKUP: Final = (
    (re.compile(rb"<svg[\s>/]", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<(?:!doctype html|html|head|body|script|iframe)\b", re.IGNORECASE), "text/html"),
    (re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml\b", re.IGNORECASE), "application/xml"),
)
"""Text that a browser would run or draw; it is stored as what it is and only ever downloaded."""
CLAIMED_BY_TYPE: Final[dict[str, AttachmentKind]] = {
    "image/png": "image",
    "image/jpeg": "image",
    "image/jpg": "image",
    "image/gif": "image",
    "image/webp": "image",
    "application/pdf": "pdf",
}
CLAIMED_BY_EXTENSION: Final[dict[str, AttachmentKind]] = {
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".gif": "image",
    ".webp": "image",
    ".pdf": "pdf",
}
INLINE_TYPES: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"}
)
"""What may be shown where it is opened; anything else is only ever downloaded."""


@dataclass(frozen=True, slots=True)
class FileType:
    """A media type and how the system treats it."""

    content_type: str
    kind: AttachmentKind


class TypeDetector:
    """Is fed a file in pieces and keeps no more of it than its head."""

    def __init__(self) -> None:
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + piece)[:HEAD_BYTES]
        self._decode(piece)

    def finish(self) -> FileType:
        """Return the type of what was fed."""
        for signature, content_type, kind in SIGNATURES:
            if signature.match(self._head):
                return FileType(content_type, kind)
        self._decode(b"", final=True)
        if self._decoder is None:
            return FileType("application/octet-stream", "file")
        for pattern, content_type in MARKUP:
            if pattern.search(self._head):
                return FileType(content_type, "text")
        return FileType("text/plain", "text")

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if self._decoder is None:
            return
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._decoder = None
            return
        if "\x00" in text:
            self._decoder = None


def check_claim(found: FileType, *, filename: str, declared_type: str | None) -> None:
    """Return when neither the name nor the declared type says an image or a PDF that is none.

    One image may be called by the name of another kind of image.

    Raises:
        AttachmentTypeMismatch: One of them does.
    """
    declared = (declared_type or "").partition(";")[0].strip().lower()
    claims = (
        CLAIMED_BY_TYPE.get(declared),
        CLAIMED_BY_EXTENSION.get(PurePosixPath(filename.lower()).suffix),
    )
    if any(claim is not None and claim != found.kind for claim in claims):
        raise AttachmentTypeMismatch


def clean_filename(name: str | None) -> str:
    """Return the last part of a path without control characters, at most 255 characters of it.

    A name that is cut keeps its extension; one of which nothing is left becomes `file`.
    """
    base = (name or "").replace("\\", "/").rpartition("/")[2]
    # Format characters too, with which a name can be shown as another; but joiners, which belong to
    # Persian words and to many emoji.
    kept = (c for c in base if unicodedata.category(c) not in HIDDEN or c in JOINERS)
    shown = "".join(kept).strip(f".{JOINERS}{SPACES}")
    if base.lstrip().startswith(".") and shown:
        shown = f".{shown}"
    if len(shown) > FILENAME_MAX_LENGTH:
        suffix = PurePosixPath(shown).suffix[:20]
        shown = shown[: FILENAME_MAX_LENGTH - len(suffix)] + suffix
    return shown or UNNAMED
