"""The domain's errors about attachments and the files behind them."""

from collections.abc import Mapping

from chatServer.errors import DomainError
from chatServer.limits import ATTACHMENT_MAX_BYTES, RETRY_AFTER_SECONDS

MEGABYTE_BYTES = 1024 * 1024
MEGABYTES = ATTACHMENT_MAX_BYTES // MEGABYTE_BYTES


class AttachmentNotFound(DomainError):
    """No such attachment of this user, or not of that session, or a message carries it already."""

    status_code = 404
    code = "attachment_not_found"
    title = "Attachment not found"
    default_detail = "There is no such attachment to use here."


class AttachmentLost(AttachmentNotFound):
    """Storage has lost its file, or keeps other bytes in its place."""

    default_detail = "The file of this attachment has been lost."


class AttachmentInUse(DomainError):
    """A message carries it, and what was said stays."""

    status_code = 409
    code = "attachment_in_use"
    title = "Attachment is part of a message"
    default_detail = "This file was sent with a message; it goes when its session is deleted."


class AttachmentQuotaExceeded(DomainError):
    """With this file the user would store more than they may."""

    status_code = 409
    code = "attachment_quota_exceeded"
    title = "No room for more files"
    default_detail = "Your files take up all the room you have; delete sessions you do not need."


class AttachmentTooLarge(DomainError):
    """The file is over the limit."""

    status_code = 413
    code = "attachment_too_large"
    title = "File too large"
    default_detail = f"The file is larger than the {MEGABYTES} MB that are accepted."
    errors = (("file", f"must be at most {ATTACHMENT_MAX_BYTES} bytes"),)


class AttachmentTypeMismatch(DomainError):
    """It is called an image or a PDF and is none."""

    status_code = 415
    code = "attachment_type_mismatch"
    title = "File is not what it is called"
    default_detail = "Its name or type says an image or a PDF, but that is not what is in the file."
    errors = (("file", "must hold what its name and type say"),)


class RangeNotSatisfiable(DomainError):
    """What is asked for begins behind the end of the file."""

    status_code = 416
    code = "range_not_satisfiable"
    title = "The file ends before that"
    default_detail = "The file has no bytes where this range begins."

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self.headers = {"Content-Range": f"bytes */{size_bytes}"}


class AttachmentEmpty(DomainError):
    """There is nothing in the file."""

    status_code = 422
    code = "attachment_empty"
    title = "File is empty"
    default_detail = "There is nothing in this file."
    errors = (("file", "must not be empty"),)


class StorageUnavailable(DomainError):
    """Supabase Storage did not answer, or not in time."""

    status_code = 503
    code = "storage_unavailable"
    title = "The file storage does not answer"
    default_detail = "The file storage does not answer right now; try again in a moment."
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_AFTER_SECONDS)}
