"""Reads the lines of a session's file; what is wrong with one is named without repeating it."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from chatServer.archive_errors import ArchiveInvalid
from chatServer.archive_models import ArchivedFile, ArchivedMessage
from chatServer.limits import ARCHIVE_BATCH_BYTES, PAGE_LIMIT_MAX

Line = TypeVar("Line", bound=BaseModel)


def read_batches(file: ArchivedFile, lines: Iterator[bytes]) -> Iterator[list[ArchivedMessage]]:
    """Yield a session's messages in batches of a size that is sent to the database at once.

    Raises:
        ArchiveInvalid: A line is not what it should be, or not in its place.
    """
    batch: list[ArchivedMessage] = []
    batch_bytes = count = 0
    for line in lines:
        count += 1
        place = f"{file.path}, line {count + 1}"
        message = parse(ArchivedMessage, line, place)
        if message.n != count or max(message.parent or 0, message.answer or 0) >= count:
            raise ArchiveInvalid(place, "is not in the order of the session")
        if batch and (
            len(batch) == PAGE_LIMIT_MAX or batch_bytes + len(line) > ARCHIVE_BATCH_BYTES
        ):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(message)
        batch_bytes += len(line)
    if count != file.messages:
        raise ArchiveInvalid(file.path, "does not hold as many messages as the manifest says")
    if batch:
        yield batch


def parse(model: type[Line], text: bytes, place: str) -> Line:
    """Return a line as a model.

    Raises:
        ArchiveInvalid: It is not what it should be; `place` says where.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        # Named by its rule alone: what stands there is somebody's own.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in first["loc"] if isinstance(part, str))[:100]
        problem = (
            "is not valid JSON" if first["type"] == "json_invalid" else "is not as it should be"
        )
        raise ArchiveInvalid(place, f"{problem} ({field})" if field else problem) from None
