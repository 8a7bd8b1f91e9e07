"""Everything a user has as one archive: download it, and bring one in."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chatServer.archive_errors import (
    ArchiveDamaged,
    ArchiveInvalid,
    ArchiveTooLarge,
    ArchiveUnreadable,
    ArchiveVersionUnsupported,
)
from chatServer.archive_models import ImportEvent
from chatServer.attachment_errors import AttachmentQuotaExceeded
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable, Unauthorized
from chatServer.limits import ARCHIVE_SETTING_MAX_BYTES
from chatServer.routers.body_guard import LargeBody
from chatServer.routers.problems import document
from chatServer.services.import_service import ArchiveImport

MEDIA_TYPE: Final = "application/zip"
ARCHIVE: Final = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}

IMPORT_BODY: Final = LargeBody(
    re.compile("/api/chat/import"), max_bytes=ARCHIVE_SETTING_MAX_BYTES, error=ArchiveTooLarge
)
"""How much an operator lets in is known to the service alone."""

router = APIRouter(
    prefix="/api/chat", tags=["archive"], responses=document(Unauthorized, DatabaseUnavailable)
)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "All sessions as a ZIP file; docs/export.md has its format",
            "content": ARCHIVE,
            "headers": {
                "X-Total-Sessions": {"schema": {"type": "integer"}},
                "X-Total-Messages": {
                    "description": "Of users and answers.",
                    "schema": {"type": "integer"},
                },
            },
        }
    },
)
async def export_archive(caller: CurrentUser, services: ServicesDependency) -> StreamingResponse:
    """Download everything, streamed; the headers say how much there was when it began."""
    export = await services.archives.begin(caller)
    day = datetime.now(UTC).date().isoformat()
    return StreamingResponse(
        export.chunks(),
        media_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="chat-registry-{day}.zip"',
            "X-Total-Sessions": str(export.totals.sessions),
            "X-Total-Messages": str(export.totals.messages),
        },
    )


async def begin_import(
    request: Request, caller: CurrentUser, services: ServicesDependency
) -> ArchiveImport:
    """Check the archive before the stream begins: inside it a refusal would have no status."""
    return await services.imports.begin(caller, request.stream())


@router.post(
    "/import",
    response_class=EventSourceResponse,
    responses=document(
        ArchiveUnreadable,
        ArchiveInvalid,
        ArchiveDamaged,
        ArchiveVersionUnsupported,
        ArchiveTooLarge,
        AttachmentQuotaExceeded,
    ),
    openapi_extra={"requestBody": {"required": True, "content": ARCHIVE}},
)
async def import_archive(
    archive: Annotated[ArchiveImport, Depends(begin_import)],
) -> AsyncIterator[ImportEvent]:
    """Bring an archive in, adding what is missing; sending it again changes nothing.

    The body is the ZIP file itself. It is checked whole before anything is stored. Whoever closes
    the stream stops the import; what was stored stays, the session at hand whole or not at all.
    """
    async for event in _serve(archive):
        yield event


async def _serve(archive: ArchiveImport) -> AsyncIterator[Any]:
    # Typed Any as in turn_router: FastAPI documents the item by the endpoint's annotation.
    async for event in archive.events():
        yield ServerSentEvent(event=event.type, data=event)
