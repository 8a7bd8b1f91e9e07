"""The errors of sessions that clients write themselves."""

from chatServer.errors import DomainError


class SessionDeleted(DomainError):
    """The caller has deleted the session, and nothing brings it back unasked."""

    status_code = 410
    code = "session_deleted"
    title = "Session was deleted"
    default_detail = "This session was deleted; give another session_id to bring it back."
