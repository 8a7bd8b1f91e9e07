"""Which bytes of a file are asked for: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests."""

import re
from typing import Final

from chatServer.attachment_errors import RangeNotSatisfiable
from chatServer.database.attachment_store import ByteRange

ONE_RANGE: Final = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)


def find_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """Return the part of a file that a `Range` header names; None for the whole file.

    A header that cannot be read asks for the whole file, and so does one with several ranges.

    Raises:
        RangeNotSatisfiable: The range begins behind the end of the file.
    """
    match = ONE_RANGE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    end = size_bytes - 1
    if match[1] == "":
        part = ByteRange(max(0, size_bytes - int(match[2])), end)
    else:
        first, last = int(match[1]), int(match[2] or end)
        if match[2] and last < first:
            return None
        part = ByteRange(first, min(last, end))
    if part.first > end:
        raise RangeNotSatisfiable(size_bytes)
    return part


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Tell whether a client says that it has what goes by this tag."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or tags == ["*"]
