"""The domain's errors; each carries the HTTP status and the stable code of its problem."""

from collections.abc import Mapping
from typing import ClassVar

from chatServer.error_codes import ErrorCode
from chatServer.limits import BODY_MAX_BYTES, RETRY_AFTER_SECONDS


class DomainError(Exception):
    """Something the caller may be told, with its status and code."""

    status_code: ClassVar[int] = 500
    code: ClassVar[ErrorCode] = "internal_error"
    title: ClassVar[str] = "The server failed"
    default_detail: ClassVar[str] = "Something went wrong on our side; nothing was changed."
    headers: Mapping[str, str] = {}
    errors: tuple[tuple[str, str], ...] = ()
    """Fields that were refused, as (field, message)."""

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.default_detail
        super().__init__(self.detail)


class InternalError(DomainError):
    """The server or the database did what neither may do."""


class Unauthorized(DomainError):
    """No token, or none that holds."""

    status_code = 401
    code = "unauthorized"
    title = "Sign in first"
    default_detail = "A valid access token is needed."
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class NotFound(DomainError):
    """No route has this address."""

    status_code = 404
    code = "not_found"
    title = "Not found"
    default_detail = "There is nothing at this address."


class SessionNotFound(DomainError):
    """No such session, or somebody else's: the two are never told apart."""

    status_code = 404
    code = "session_not_found"
    title = "Session not found"
    default_detail = "There is no such session."


class MessageNotFound(DomainError):
    """No such message in this session."""

    status_code = 404
    code = "message_not_found"
    title = "Message not found"
    default_detail = "There is no such message in this session."


class LinkNotFound(DomainError):
    """No such link of this user."""

    status_code = 404
    code = "link_not_found"
    title = "Link not found"
    default_detail = "There is no such link."


class WebhookRefused(DomainError):
    """An update came without the secret that was agreed with the channel."""

    status_code = 403
    code = "webhook_refused"
    title = "Not from Telegram"
    default_detail = "The secret of the webhook is missing or wrong."


class MethodNotAllowed(DomainError):
    """The address exists, the method does not."""

    status_code = 405
    code = "method_not_allowed"
    title = "Method not allowed"
    default_detail = "This address does not answer that method."


class RequestTimeout(DomainError):
    """The body stopped arriving."""

    status_code = 408
    code = "request_timeout"
    title = "The request did not arrive in time"
    default_detail = "The body stopped arriving before it was complete; send it again."
    errors = (("body", "stopped arriving before it was complete"),)
    headers: Mapping[str, str] = {"Connection": "close"}


class SessionIdTaken(DomainError):
    """The id belongs to a session of somebody else."""

    status_code = 409
    code = "session_id_taken"
    title = "Session id taken"
    default_detail = "This session_id is in use; choose another."


class MessageNotEditable(DomainError):
    """The message is not one the user wrote."""

    status_code = 409
    code = "message_not_editable"
    title = "Message cannot be edited"
    default_detail = "Only what you wrote yourself can be edited; an answer can be regenerated."


class MessageNotAnAnswer(DomainError):
    """The message answers nothing that the user wrote."""

    status_code = 409
    code = "message_not_an_answer"
    title = "Message is not an answer"
    default_detail = "Only an answer to a message of yours can be regenerated."


class AnswerStreaming(DomainError):
    """The answer is still being written."""

    status_code = 409
    code = "answer_streaming"
    title = "Answer is being written"
    default_detail = "This answer is still being written; wait for its end, or cancel it."


class AnswerCancelled(DomainError):
    """The answer was stopped before."""

    status_code = 409
    code = "answer_cancelled"
    title = "Answer was stopped before"
    default_detail = "This answer was already stopped; what had arrived of it is kept."


class TelegramNotConfigured(DomainError):
    """This server has no bot."""

    status_code = 409
    code = "telegram_not_configured"
    title = "Telegram is not set up"
    default_detail = "This server has no Telegram bot; set TELEGRAM_BOT_TOKEN and start it again."


class InvalidCursor(DomainError):
    """The cursor was not made by this registry, or not for this list."""

    status_code = 400
    code = "invalid_cursor"
    title = "Invalid cursor"
    default_detail = "This cursor was not made for this list; ask for the first page again."

    def __init__(self, field: str = "cursor") -> None:
        super().__init__()
        self.errors = ((field, "was not made for this list; ask for the first page again"),)


class CursorExpired(DomainError):
    """So long ago that deletions since may be forgotten, or from before a restored backup."""

    status_code = 410
    code = "cursor_expired"
    title = "Cursor expired"
    default_detail = "This cursor is too old; load the list afresh and ask again without it."


class BodyTooLarge(DomainError):
    """The body is over the limit."""

    status_code = 413
    code = "body_too_large"
    title = "Body too large"

    def __init__(self, max_bytes: int = BODY_MAX_BYTES) -> None:
        super().__init__(f"The body is larger than the {max_bytes} bytes that are accepted.")
        self.errors = (("body", f"must be at most {max_bytes} bytes"),)


class ValidationFailed(DomainError):
    """Fields of the request that cannot be accepted."""

    status_code = 422
    code = "validation_failed"
    title = "The request is not valid"
    default_detail = "Some fields cannot be accepted."

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors[:3]))
        self.errors = errors


class RequestIdReused(DomainError):
    """The client_request_id was used before for another message."""

    status_code = 422
    code = "request_id_reused"
    title = "Request id reused"
    default_detail = "This client_request_id was used for another message; use a new one."


class TelegramUnavailable(DomainError):
    """The bot is set up, but Telegram has not answered it yet."""

    status_code = 503
    code = "telegram_unavailable"
    title = "Telegram does not answer"
    default_detail = "The bot has not reached Telegram yet; try again in a moment."
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class DatabaseUnavailable(DomainError):
    """Supabase did not answer, or not in time."""

    status_code = 503
    code = "database_unavailable"
    title = "The database does not answer"
    default_detail = "The database does not answer right now; try again in a moment."
    headers: Mapping[str, str] = {"Retry-After": str(RETRY_AFTER_SECONDS)}
