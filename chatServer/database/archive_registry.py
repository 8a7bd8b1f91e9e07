"""The verbs that read everything for an archive and bring one in, each exactly one SQL function."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import JsonValue

from chatServer.archive_models import ArchivedMessage, ArchivedSession, ArchiveTotals
from chatServer.database.archive_results import (
    ExpiredImportBatches,
    ExportedMessageSlice,
    ExportedSession,
    ExportedSessionSlice,
    ImportBatch,
    ImportedSession,
    LastBatch,
    ProvidedFile,
    StoredFiles,
)
from chatServer.database.attachment_registry import BegunAttachment
from chatServer.database.calls import RegistryCalls
from chatServer.database.transport import Caller, RpcTransport
from chatServer.limits import IMPORT_FILE_LEASE_SECONDS, PAGE_LIMIT_MAX


class ArchiveRegistry:
    """Everything a user has, as stored."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def get_totals(self, caller: Caller) -> ArchiveTotals:
        """Count sessions, and the messages that the list of sessions counts."""
        return await self._calls.call_for(caller, "get_export_totals", ArchiveTotals, {})

    async def list_sessions(
        self, caller: Caller, *, after: ExportedSession | None
    ) -> ExportedSessionSlice:
        """List sessions in order of making."""
        params: dict[str, JsonValue] = {
            "p_after_created_at": after.created_at.isoformat() if after else None,
            "p_after_id": after.exported_id if after else None,
        }
        return await self._calls.call_for(
            caller, "list_exported_sessions", ExportedSessionSlice, params
        )

    async def list_messages(
        self, caller: Caller, *, session_id: str, after_id: int, limit: int = PAGE_LIMIT_MAX
    ) -> ExportedMessageSlice:
        """List messages that were stored after one; a page has about a megabyte of text at most.

        Raises:
            SessionNotFound: No such session of this user.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_after_id": after_id,
            "p_limit": limit,
        }
        return await self._calls.call_for(
            caller, "list_exported_messages", ExportedMessageSlice, params
        )

    async def upsert_batch(
        self, caller: Caller, *, import_id: UUID, batch: int, messages: list[ArchivedMessage]
    ) -> None:
        """Send messages of a session ahead; they show once the session is imported."""
        params: dict[str, JsonValue] = {
            "p_import_id": str(import_id),
            "p_batch": batch,
            "p_messages": _to_json(messages),
        }
        await self._calls.call_for(caller, "upsert_import_batch", ImportBatch, params)

    async def import_session(
        self,
        caller: Caller,
        *,
        session: ArchivedSession,
        last: LastBatch,
        files: Sequence[ProvidedFile] = (),
    ) -> ImportedSession:
        """Bring a session in, whole or not at all; what is here already stays as it is.

        With files the server does it for the user, as in an upload: what is in them is not for a
        token to say.

        Raises:
            ValidationFailed: It breaks a rule of the registry.
            AttachmentNotFound: One of the files was given up meanwhile.
        """
        params: dict[str, JsonValue] = {
            "p_session": session.model_dump(mode="json") | {"head": last.head},
            "p_messages": _to_json(last.messages),
            "p_import_id": str(last.import_id) if last.import_id else None,
        }
        if files:
            params["p_files"] = {"files": [_file_to_json(file) for file in files]}
            caller = Caller.service(caller.user_id)
        return await self._calls.call_for(caller, "import_chat_session", ImportedSession, params)

    async def list_stored_files(self, caller: Caller, sha256s: Sequence[str]) -> StoredFiles:
        """Find at most 1000 files among those the user has."""
        params: dict[str, JsonValue] = {"p_files": {"sha256s": list(sha256s)}}
        return await self._calls.call_for(caller, "list_stored_files", StoredFiles, params)

    async def begin_file(self, caller: Caller, *, size_bytes: int, quota_bytes: int) -> UUID:
        """Keep room for a file for an hour and return the id to store it under.

        Raises:
            AttachmentQuotaExceeded: The user has no room for it.
        """
        params: dict[str, JsonValue] = {
            "p_size_bytes": size_bytes,
            "p_quota_bytes": quota_bytes,
            "p_lease_seconds": IMPORT_FILE_LEASE_SECONDS,
        }
        service = Caller.service(caller.user_id)
        begun = await self._calls.call_for(service, "begin_imported_file", BegunAttachment, params)
        return begun.object_id

    async def delete_expired_batches(self) -> int:
        """Delete what imports that broke off left behind a day ago; returns how much."""
        expired = await self._calls.call_as_service(
            "delete_expired_import_batches", ExpiredImportBatches, {}
        )
        return expired.count


def _to_json(messages: list[ArchivedMessage]) -> JsonValue:
    return {"messages": [message.model_dump(mode="json") for message in messages]}


def _file_to_json(file: ProvidedFile) -> JsonValue:
    return {
        "sha256": file.sha256,
        "object_id": str(file.object_id),
        "content_type": file.content_type,
        "kind": file.kind,
    }
