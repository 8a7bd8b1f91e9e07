"""Reads the files of a branch for the model that is about to answer it."""

from collections.abc import Sequence
from uuid import UUID

from chatServer.attachment_errors import AttachmentNotFound, StorageUnavailable
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import MODEL_FILES_MAX_BYTES, MODEL_TEXT_FILE_MAX_BYTES
from chatServer.models import Attachment, Message
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.file_parts import FilePart, show_binary_file, show_text_file
from chatServer.services.provider_failures import ReplyFailed

UNREADABLE_FILES = "The files of this message could not be read just now; try again."


class FileReader:
    """Gives a model the newest files of a branch, as many as fit into one request."""

    def __init__(self, attachments: AttachmentService) -> None:
        self._attachments = attachments

    async def read_files(self, user_id: UUID, messages: Sequence[Message]) -> dict[UUID, FilePart]:
        """Return parts by the ids of attachments; what is left out can only be named.

        Raises:
            ReplyFailed: A file of the newest message with files could not be read.
        """
        caller = Caller.service(user_id)
        room_bytes = MODEL_FILES_MAX_BYTES
        parts: dict[UUID, FilePart] = {}
        carriers = [message for message in reversed(messages) if message.attachments]
        for message in carriers:
            for attachment in message.attachments:
                wanted_bytes = _wanted_bytes(attachment)
                if not 0 < wanted_bytes <= room_bytes:
                    continue
                try:
                    parts[attachment.id] = await self._read(caller, attachment, wanted_bytes)
                except AttachmentNotFound:
                    continue
                except (StorageUnavailable, DatabaseUnavailable):
                    # What was asked with older files has been answered; only the newest are asked.
                    if message is carriers[0]:
                        raise ReplyFailed(UNREADABLE_FILES) from None
                    return parts
                room_bytes -= wanted_bytes
        return parts

    async def _read(self, caller: Caller, attachment: Attachment, wanted_bytes: int) -> FilePart:
        content = bytearray()
        async with self._attachments.open(caller, attachment.id) as opened:
            async for piece in opened.pieces:
                content += piece
                if len(content) >= wanted_bytes:
                    break
        if attachment.kind == "text":
            return show_text_file(attachment, bytes(content[:wanted_bytes]))
        return show_binary_file(attachment, bytes(content))


def _wanted_bytes(attachment: Attachment) -> int:
    """Return how much of a file a model is given; 0 when it can do nothing with it."""
    if attachment.kind == "text":
        return min(attachment.size_bytes, MODEL_TEXT_FILE_MAX_BYTES)
    return attachment.size_bytes if attachment.kind in ("image", "pdf") else 0
