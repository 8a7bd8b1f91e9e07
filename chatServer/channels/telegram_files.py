"""Files of the chat, which lie with Telegram until they are fetched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatServer.attachment_errors import AttachmentTooLarge
from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_updates import SentFile
from chatServer.limits import ATTACHMENT_MAX_BYTES
from chatServer.services.channel_port import InboundFile


def to_inbound_file(api: TelegramApi, file: SentFile | None) -> InboundFile | None:
    """Return a file as the services fetch it."""
    if file is None:
        return None

    @asynccontextmanager
    async def open_file() -> AsyncIterator[AsyncIterator[bytes]]:
        if (file.size_bytes or 0) > ATTACHMENT_MAX_BYTES:
            # Telegram would refuse to give it out, in words of its own.
            raise AttachmentTooLarge
        async with api.open_file(file.file_id) as pieces:
            yield pieces

    return InboundFile(file.filename, file.declared_type, open_file)
