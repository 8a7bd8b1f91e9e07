"""From what a SQL function raised to the domain's error."""

from collections.abc import Mapping
from typing import Final

from chatServer.attachment_errors import (
    AttachmentInUse,
    AttachmentNotFound,
    AttachmentQuotaExceeded,
)
from chatServer.database.transport import RpcError
from chatServer.errors import (
    AnswerStreaming,
    CursorExpired,
    DomainError,
    InternalError,
    LinkNotFound,
    MessageNotAnAnswer,
    MessageNotEditable,
    MessageNotFound,
    RequestIdReused,
    SessionIdTaken,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.schedule_errors import (
    RunNotFound,
    ScheduleBusy,
    ScheduleIdTaken,
    ScheduleLimitReached,
    ScheduleNotFound,
)
from chatServer.session_errors import SessionDeleted, TitleSetByUser

FOREIGN_KEY_VIOLATION: Final = "23503"
REFUSALS: Final[Mapping[str, type[DomainError]]] = {
    error.code: error
    for error in (
        SessionNotFound,
        MessageNotFound,
        LinkNotFound,
        ScheduleNotFound,
        RunNotFound,
        SessionIdTaken,
        ScheduleIdTaken,
        ScheduleLimitReached,
        ScheduleBusy,
        MessageNotEditable,
        MessageNotAnAnswer,
        AnswerStreaming,
        RequestIdReused,
        CursorExpired,
        SessionDeleted,
        AttachmentNotFound,
        AttachmentInUse,
        AttachmentQuotaExceeded,
        TitleSetByUser,
    )
}


def to_domain_error(error: RpcError) -> DomainError:
    """Name the domain error of a refusal; one we do not know is ours to repair."""
    if error.message == ValidationFailed.code:
        return ValidationFailed((error.details or "body", error.hint or "is not valid"))
    if error.code == FOREIGN_KEY_VIOLATION and "_user_id_fkey" in error.message:
        return Unauthorized("There is no user of this id, or no longer.")
    refusal = REFUSALS.get(error.message, InternalError)()
    if isinstance(refusal, RequestIdReused) and error.details:
        refusal.errors = ((error.details, error.hint or "was used for another message"),)
    return refusal
