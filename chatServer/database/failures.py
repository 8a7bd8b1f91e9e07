"""What a transport raises for an error that Postgres reported."""

import re
from typing import Final

from chatServer.database.transport import RpcError
from chatServer.errors import DatabaseUnavailable

RAISED_STATUS: Final = re.compile(r"PT([45]\d\d)")
"""https://docs.postgrest.org/en/stable/references/errors.html#raise-errors-with-http-status-codes"""
UNAVAILABLE: Final = re.compile(r"08...|53...|57...|40001|40P01")
"""Postgres's classes for connection, resources, shutdown or time-out, and lost races:
https://www.postgresql.org/docs/17/errcodes-appendix.html"""

NOT_STORABLE: Final = "22P05"
"""Postgres's code for a character that it has no place for."""


def refuse_value() -> RpcError:
    """Refuse what cannot even be sent: NaN, half a surrogate pair, a NUL."""
    message = "a value that Postgres does not store"
    return RpcError(500, NOT_STORABLE, message=message, details=None, hint=None)


def to_failure(
    code: str, *, message: str, details: str | None, hint: str | None
) -> RpcError | DatabaseUnavailable:
    """Tell a refusal from a database that could not do it now."""
    if UNAVAILABLE.fullmatch(code):
        return DatabaseUnavailable()
    raised = RAISED_STATUS.fullmatch(code)
    status = int(raised[1]) if raised else 500
    return RpcError(status, code, message=message, details=details, hint=hint)
