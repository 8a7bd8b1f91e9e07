"""Upload a file to a session, read it, take it back before it is sent."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
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
    RangeNotSatisfiable,
    StorageUnavailable,
)
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable, SessionNotFound, Unauthorized, ValidationFailed
from chatServer.fields import SessionId
from chatServer.limits import UPLOAD_BODY_MAX_BYTES
from chatServer.models import Attachment
from chatServer.routers.body_guard import LargeBody
from chatServer.routers.byte_range import find_range, is_known
from chatServer.routers.content_disposition import name_file
from chatServer.routers.problems import document
from chatServer.routers.upload_body import open_upload
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
BYTES: Final[dict[str, Any]] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
}
ETAG: Final[dict[str, Any]] = {"ETag": {"schema": {"type": "string"}}}
NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The client has the bytes already"}
}
FILE_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bytes; shown inline only when they are an image, a PDF or plain text",
        "content": BYTES,
        "headers": ETAG,
    },
    206: {
        "description": "The one part that `Range` asked for; several are answered with the whole",
        "content": BYTES,
        "headers": ETAG | {"Content-Range": {"schema": {"type": "string"}}},
    },
    **NOT_MODIFIED,
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
    "Accept-Ranges": "bytes",
}


@dataclass(frozen=True, slots=True)
class AskedFor:
    """How much of a file a client wants, given what it has of it."""

    if_none_match: Annotated[str | None, Header()] = None
    range: Annotated[str | None, Header()] = None
    if_range: Annotated[str | None, Header()] = None


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
    attachment_id: OfAttachment,
    asked: Annotated[AskedFor, Depends()],
    caller: CurrentUser,
    services: ServicesDependency,
) -> AsyncIterator[Response]:
    """Hold the file open until it has been sent, or its reader is gone."""
    found = await services.attachments.find(caller, attachment_id)
    headers = _describe(found.attachment)
    if is_known(asked.if_none_match, headers["ETag"]):
        yield _not_modified(headers)
        return
    # Who has another file wants the whole of this one.
    is_same = asked.if_range is None or asked.if_range.strip() == headers["ETag"]
    size_bytes = found.attachment.size_bytes
    part = find_range(asked.range, size_bytes) if is_same else None
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size_bytes}"
        headers["Content-Length"] = str(part.length)
    async with services.attachments.open_found(caller, found, part) as pieces:
        yield StreamingResponse(pieces, 200 if part is None else 206, headers)


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={**FILE_ANSWERS, **document(AttachmentNotFound, RangeNotSatisfiable)},
)
async def get_attachment(opened: Annotated[Response, Depends(open_attachment)]) -> Response:
    """Read a file of one's own, or a part of it; it never changes."""
    return opened


@router.head(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses={200: {"headers": ETAG}, **NOT_MODIFIED, **document(AttachmentNotFound)},
)
async def head_attachment(
    attachment_id: OfAttachment,
    caller: CurrentUser,
    services: ServicesDependency,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Ask for the type and the size of a file without its bytes."""
    found = await services.attachments.find(caller, attachment_id)
    headers = _describe(found.attachment)
    if is_known(if_none_match, headers["ETag"]):
        return _not_modified(headers)
    return Response(headers=headers)


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


def _describe(attachment: Attachment) -> dict[str, str]:
    """Say in headers what a file is and how it may be shown."""
    is_inline = attachment.content_type in INLINE_TYPES
    return SAFE_HEADERS | {
        "ETag": f'"{attachment.sha256}"',
        "Content-Type": _with_charset(attachment.content_type),
        "Content-Length": str(attachment.size_bytes),
        "Content-Disposition": name_file(
            attachment.filename, "inline" if is_inline else "attachment"
        ),
    }


def _not_modified(headers: dict[str, str]) -> Response:
    kept = SAFE_HEADERS | {"ETag": headers["ETag"]}
    return Response(status_code=304, headers=kept)


def _with_charset(content_type: str) -> str:
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
