"""Reads the files of a branch for the model that is about to answer it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from chatServer.attachment_errors import AttachmentNotFound, StorageUnavailable
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import MODEL_FILES_MAX, MODEL_FILES_MAX_BYTES, MODEL_TEXT_FILE_MAX_BYTES
from chatServer.models import Attachment, Message
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.file_parts import FilePart, show_binary_file, show_text_file
from chatServer.services.provider_failures import ReplyFailed

UNREADABLE = (AttachmentNotFound, StorageUnavailable, DatabaseUnavailable)
UNREADABLE_FILES = "The files of this message could not be read just now; try again."


class FileReader:
    """Gives a model the newest files of a branch, as many as fit into one request."""

    def __init__(self, attachments: AttachmentService) -> None:
        self._attachments = attachments

    async def read_files(self, user_id: UUID, messages: Sequence[Message]) -> dict[UUID, FilePart]:
        """Return parts by the ids of attachments; what is left out can only be named.

        The files of the newest message that has any are the ones that are asked about.

        Raises:
            ReplyFailed: A file of the newest message with files could not be read.
        """
        caller = Caller.service(user_id)
        chosen = _choose(messages)
        found = await asyncio.gather(
            *(self._read(caller, attachment) for attachment in chosen), return_exceptions=True
        )
        asked_about = next((m.attachments for m in reversed(messages) if m.attachments), [])
        parts: dict[UUID, FilePart] = {}
        for attachment, part in zip(chosen, found, strict=True):
            if isinstance(part, FilePart):
                parts[attachment.id] = part
            elif not isinstance(part, UNREADABLE):
                raise part
            elif attachment in asked_about and not isinstance(part, AttachmentNotFound):
                raise ReplyFailed(UNREADABLE_FILES) from part
        return parts

    async def _read(self, caller: Caller, attachment: Attachment) -> FilePart:
        wanted_bytes = _wanted_bytes(attachment)
        content = bytearray()
        async with self._attachments.open(caller, attachment.id) as opened:
            async for piece in opened.pieces:
                content += piece
                if len(content) >= wanted_bytes:
                    break
        if attachment.kind == "text":
            return show_text_file(attachment, bytes(content[:wanted_bytes]))
        return show_binary_file(attachment, bytes(content))


def _choose(messages: Sequence[Message]) -> list[Attachment]:
    """Return the newest files that a model can be given, as many as there is room for."""
    room_bytes = MODEL_FILES_MAX_BYTES
    chosen: list[Attachment] = []
    for message in reversed(messages):
        for attachment in message.attachments:
            if len(chosen) == MODEL_FILES_MAX:
                return chosen
            if 0 < _wanted_bytes(attachment) <= room_bytes:
                room_bytes -= _wanted_bytes(attachment)
                chosen.append(attachment)
    return chosen


def _wanted_bytes(attachment: Attachment) -> int:
    """Return how much of a file a model is given; 0 when it can do nothing with it."""
    if attachment.kind == "text":
        return min(attachment.size_bytes, MODEL_TEXT_FILE_MAX_BYTES)
    return attachment.size_bytes if attachment.kind in ("image", "pdf") else 0
