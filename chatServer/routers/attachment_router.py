"""Upload a file to a session, read it, take it back before it is sent."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from chatServer.attachment_errors import (
    AttachmentEmpty,
    AttachmentInUse,
    AttachmentNotFound,
    AttachmentQuotaExceeded,
    AttachmentTooLarge,
    AttachmentTypeMismatch,
    StorageUnavailable,
)
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable, SessionNotFound, Unauthorized, ValidationFailed
from chatServer.fields import SessionId
from chatServer.limits import UPLOAD_BODY_MAX_BYTES
from chatServer.models import Attachment
from chatServer.routers.body_guard import LargeBody
from chatServer.routers.content_disposition import name_file
from chatServer.routers.problems import document
from chatServer.routers.upload_body import open_upload
from chatServer.services.attachment_service import OpenedAttachment
from chatServer.services.attachment_types import INLINE_TYPES

router = APIRouter(
    prefix="/api/chat",
    tags=["attachments"],
    responses=document(Unauthorized, ValidationFailed, DatabaseUnavailable, StorageUnavailable),
)

InSession = Annotated[SessionId, Path()]
OfAttachment = Annotated[UUID, Path()]
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
FILE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bytes; shown inline only when they are an image, a PDF or plain text",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
    304: {"description": "The client has the bytes already"},
}
UPLOAD_BODY: Final = LargeBody(
    re.compile(r"/api/chat/sessions/[^/]+/attachments"), UPLOAD_BODY_MAX_BYTES, AttachmentTooLarge
)
SAFE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=31536000, immutable",
    # Or a browser would show the next person who signs in what it kept for the last one.
    "Vary": "Authorization",
}


@router.post(
    "/sessions/{session_id}/attachments",
    status_code=201,
    responses=document(
        SessionNotFound,
        AttachmentQuotaExceeded,
        AttachmentTooLarge,
        AttachmentTypeMismatch,
        AttachmentEmpty,
        ValidationFailed,
    ),
    openapi_extra=UPLOAD,
)
async def upload_attachment(
    session_id: InSession, request: Request, caller: CurrentUser, services: ServicesDependency
) -> Attachment:
    """Store one file of at most 20 MB for a message of this session that is sent later."""
    file = await open_upload(request)
    return await services.attachments.add(caller, session_id=session_id, file=file)


async def open_attachment(
    attachment_id: OfAttachment, caller: CurrentUser, services: ServicesDependency
) -> AsyncIterator[OpenedAttachment]:
    """Hold the file open until it has been sent, or its reader is gone."""
    async with services.attachments.open(caller, attachment_id) as opened:
        yield opened


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={**FILE_ANSWERS, **document(AttachmentNotFound)},
)
async def get_attachment(
    opened: Annotated[OpenedAttachment, Depends(open_attachment)],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Read a file of one's own; it never changes."""
    attachment = opened.attachment
    headers = SAFE_HEADERS | {"ETag": f'"{attachment.sha256}"'}
    if if_none_match is not None and attachment.sha256 in if_none_match:
        return Response(status_code=304, headers=headers)
    is_inline = attachment.content_type in INLINE_TYPES
    return StreamingResponse(
        opened.pieces,
        headers=headers
        | {
            "Content-Type": _with_charset(attachment.content_type),
            "Content-Length": str(attachment.size_bytes),
            "Content-Disposition": name_file(
                attachment.filename, "inline" if is_inline else "attachment"
            ),
        },
    )


@router.delete(
    "/attachments/{attachment_id}",
    status_code=204,
    responses=document(AttachmentNotFound, AttachmentInUse),
)
async def delete_attachment(
    attachment_id: OfAttachment, caller: CurrentUser, services: ServicesDependency
) -> None:
    """Take a file back before it is sent; 409 once a message carries it."""
    await services.attachments.delete(caller, attachment_id)


def _with_charset(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
