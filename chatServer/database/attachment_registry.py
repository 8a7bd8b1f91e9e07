"""The verbs of attachments and of the files behind them, each exactly one SQL function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import Held
from chatServer.database.transport import Caller, RpcTransport
from chatServer.limits import STORAGE_LEASE_SECONDS
from chatServer.models import Attachment, AttachmentKind, StoredModel

Result = TypeVar("Result", bound=StoredModel)


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A file that lies in Storage whole; `sha256` is hexadecimal."""

    session_id: str
    object_id: UUID
    filename: str
    content_type: str
    kind: AttachmentKind
    sha256: str


class BegunAttachment(StoredModel):
    """The id under which a file is to be stored."""

    object_id: UUID


class CompletedAttachment(StoredModel):
    """An attachment that was made."""

    attachment: Attachment


class FoundAttachment(StoredModel):
    """An attachment and the file behind it."""

    attachment: Attachment
    object_id: UUID


class DeletedAttachment(StoredModel):
    """That it is gone."""

    deleted: bool


class UnusedObject(StoredModel):
    """A file that nothing refers to."""

    id: UUID
    user_id: UUID


class UnusedObjects(StoredModel):
    """Files to remove from Storage."""

    objects: list[UnusedObject]


class DeletedObjects(StoredModel):
    """How many rows of removed files are gone."""

    count: int


class AttachmentRegistry:
    """Attachments as stored. Users read with their own token; only the server writes."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def begin_attachment(
        self, caller: Caller, *, session_id: str, size_bytes: int, quota_bytes: int
    ) -> UUID:
        """Keep room for a file and return the id to store it under.

        Raises:
            SessionNotFound: No such session of this user.
            AttachmentQuotaExceeded: The user has no room for it.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_size_bytes": size_bytes,
            "p_quota_bytes": quota_bytes,
            "p_lease_seconds": STORAGE_LEASE_SECONDS,
        }
        begun = await self._as_server(caller, "begin_attachment", BegunAttachment, params)
        return begun.object_id

    async def complete_attachment(self, caller: Caller, *, attachment: NewAttachment) -> Attachment:
        """Make a stored file an attachment of its session.

        Raises:
            SessionNotFound: The session was deleted meanwhile.
            AttachmentNotFound: It took so long that the file was given up.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": attachment.session_id,
            "p_object_id": str(attachment.object_id),
            "p_filename": attachment.filename,
            "p_content_type": attachment.content_type,
            "p_kind": attachment.kind,
            "p_checksum": attachment.sha256,
        }
        made = await self._as_server(caller, "complete_attachment", CompletedAttachment, params)
        return made.attachment

    async def fail_attachment(self, caller: Caller, *, object_id: UUID) -> None:
        """Give up a file that was begun; what was stored of it is swept."""
        params: dict[str, JsonValue] = {"p_object_id": str(object_id)}
        await self._as_server(caller, "fail_attachment", Held, params)

    async def get_attachment(self, caller: Caller, *, attachment_id: UUID) -> FoundAttachment:
        """Read one attachment.

        Raises:
            AttachmentNotFound: No such attachment of this user.
        """
        params: dict[str, JsonValue] = {"p_attachment_id": str(attachment_id)}
        return await self._calls.call_for(caller, "get_attachment", FoundAttachment, params)

    async def delete_attachment(self, caller: Caller, *, attachment_id: UUID) -> None:
        """Delete one that no message carries; its file is swept.

        Raises:
            AttachmentNotFound: No such attachment of this user.
            AttachmentInUse: A message carries it.
        """
        params: dict[str, JsonValue] = {"p_attachment_id": str(attachment_id)}
        await self._as_server(caller, "delete_attachment", DeletedAttachment, params)

    async def claim_unused_attachments(self, *, limit: int = 100) -> list[UnusedObject]:
        """Take files that nothing refers to; no other replica gets them for a while."""
        params: dict[str, JsonValue] = {"p_limit": limit}
        claimed = await self._calls.call_as_service(
            "claim_unused_attachments", UnusedObjects, params
        )
        return claimed.objects

    async def delete_unused_attachments(self, object_ids: Sequence[UUID]) -> int:
        """Forget files that were removed from Storage; returns how many."""
        params: dict[str, JsonValue] = {
            "p_objects": {"ids": [str(object_id) for object_id in object_ids]}
        }
        deleted = await self._calls.call_as_service(
            "delete_unused_attachments", DeletedObjects, params
        )
        return deleted.count

    async def _as_server(
        self, caller: Caller, function: str, result: type[Result], params: dict[str, JsonValue]
    ) -> Result:
        return await self._calls.call_for(Caller.service(caller.user_id), function, result, params)
