"""Takes files in, shows them and removes them, for every channel alike."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from chatServer.attachment_errors import AttachmentTooLarge, StorageUnavailable
from chatServer.database.attachment_registry import (
    AttachmentRegistry,
    FoundAttachment,
    NewAttachment,
)
from chatServer.database.attachment_store import AttachmentStore, ByteRange
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import STORAGE_UPLOAD_SECONDS
from chatServer.models import Attachment
from chatServer.services.attachment_types import check_claim, clean_filename
from chatServer.services.received_file import IncomingFile, receive

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedAttachment:
    """An attachment and its bytes, to be read once."""

    attachment: Attachment
    pieces: AsyncIterator[bytes]


class AttachmentService:
    """The row comes before the file and goes after it, so neither is ever without the other."""

    def __init__(
        self, registry: AttachmentRegistry, store: AttachmentStore, *, quota_bytes: int
    ) -> None:
        self._registry = registry
        self._store = store
        self._quota_bytes = quota_bytes

    @property
    def quota_bytes(self) -> int:
        """How much the files of one user may take."""
        return self._quota_bytes

    async def add(self, caller: Caller, *, session_id: str, file: IncomingFile) -> Attachment:
        """Store a file as an attachment of a session, for a message that is sent later.

        It is taken in whole before anything is stored, so one that breaks off leaves nothing.

        Raises:
            SessionNotFound: No such session of this user.
            AttachmentEmpty: There is nothing in it.
            AttachmentTooLarge: It is over the limit.
            AttachmentTypeMismatch: It is called an image or a PDF and is none.
            AttachmentQuotaExceeded: The user has no room for it.
            StorageUnavailable: Storage did not take it.
        """
        filename = clean_filename(file.filename)
        async with receive(file.pieces) as received:
            check_claim(received.file_type, filename=filename, declared_type=file.declared_type)
            object_id = await self._registry.begin_attachment(
                caller,
                session_id=session_id,
                size_bytes=received.size_bytes,
                quota_bytes=self._quota_bytes,
            )
            try:
                await self.write(
                    caller, object_id, pieces=received.pieces(), size_bytes=received.size_bytes
                )
                return await self._registry.complete_attachment(
                    caller,
                    attachment=NewAttachment(
                        session_id=session_id,
                        object_id=object_id,
                        filename=filename,
                        content_type=received.file_type.content_type,
                        kind=received.file_type.kind,
                        sha256=received.sha256,
                    ),
                )
            except BaseException:
                await self.give_up(caller, object_id)
                raise

    @asynccontextmanager
    async def open(self, caller: Caller, attachment_id: UUID) -> AsyncIterator[OpenedAttachment]:
        """Open an attachment to read it.

        Raises:
            AttachmentNotFound: No such attachment of this user.
            AttachmentLost: Storage does not have its file any more.
            StorageUnavailable: Storage did not answer.
        """
        found = await self.find(caller, attachment_id)
        async with self.open_found(caller, found) as pieces:
            yield OpenedAttachment(found.attachment, pieces)

    async def find(self, caller: Caller, attachment_id: UUID) -> FoundAttachment:
        """Find an attachment without opening its file.

        Raises:
            AttachmentNotFound: No such attachment of this user.
        """
        return await self._registry.get_attachment(caller, attachment_id=attachment_id)

    def open_found(
        self, caller: Caller, found: FoundAttachment, part: ByteRange | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open the file of an attachment, or a part of it.

        Raises:
            AttachmentLost: Storage does not have its file any more.
            StorageUnavailable: Storage did not answer.
        """
        return self._store.read(caller.user_id, found.object_id, part=part)

    async def read(self, caller: Caller, attachment_id: UUID, *, max_bytes: int) -> bytes:
        """Return a whole file of at most so many bytes.

        Raises:
            AttachmentNotFound: No such attachment of this user.
            AttachmentTooLarge: It has more.
            StorageUnavailable: Storage did not answer.
        """
        content = bytearray()
        async with self.open(caller, attachment_id) as opened:
            if opened.attachment.size_bytes > max_bytes:
                raise AttachmentTooLarge
            async for piece in opened.pieces:
                content += piece
        return bytes(content)

    async def delete(self, caller: Caller, attachment_id: UUID) -> None:
        """Delete an attachment that no message carries; its file is swept.

        Raises:
            AttachmentNotFound: No such attachment of this user.
            AttachmentInUse: A message carries it.
        """
        await self._registry.delete_attachment(caller, attachment_id=attachment_id)

    async def write(
        self, caller: Caller, object_id: UUID, *, pieces: AsyncIterator[bytes], size_bytes: int
    ) -> None:
        """Store a file for which room is kept.

        Raises:
            StorageUnavailable: Storage did not take it.
        """
        try:
            async with asyncio.timeout(STORAGE_UPLOAD_SECONDS):
                await self._store.write(
                    caller.user_id, object_id, pieces=pieces, size_bytes=size_bytes
                )
        except TimeoutError:
            raise StorageUnavailable from None

    async def give_up(self, caller: Caller, object_id: UUID) -> None:
        """Hasten the sweep of a file, which would find it when its lease ends."""
        with suppress(DatabaseUnavailable):
            await asyncio.shield(self._registry.fail_attachment(caller, object_id=object_id))
