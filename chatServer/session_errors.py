"""The errors of sessions that are written by several hands."""

from chatServer.errors import DomainError


class SessionDeleted(DomainError):
    """The caller has deleted the session, and nothing brings it back unasked."""

    status_code = 410
    code = "session_deleted"
    title = "Session was deleted"
    default_detail = "This session was deleted; give another session_id to bring it back."


class TitleSetByUser(DomainError):
    """No generated title replaces one of the user's, or of their schedule."""

    status_code = 409
    code = "title_set_by_user"
    title = "The title is your own"
    default_detail = "A title you gave is never replaced; empty it first to have one made."
