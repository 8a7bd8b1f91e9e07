"""What a transport to the database must do, whatever it speaks underneath."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self
from uuid import UUID

from pydantic import JsonValue

from chatServer.limits import IMPORT_CALL_SECONDS

SLOW_CALL_SECONDS: Final[Mapping[str, float]] = {"import_chat_session": IMPORT_CALL_SECONDS}
"""The functions that may take longer than a person would wait for an answer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is acting: a user by their own token, or the service on that user's behalf.

    A token comes with the claims that were verified in it.
    """

    user_id: UUID
    access_token: str | None = field(default=None, repr=False)
    claims: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def service(cls, user_id: UUID) -> Self:
        """Act for a user with the service key; the SQL functions' `p_user_id` is the border."""
        return cls(user_id)


class RpcError(Exception):
    """A SQL function refused, in the words it raised."""

    def __init__(
        self, status_code: int, code: str, *, message: str, details: str | None, hint: str | None
    ) -> None:
        super().__init__(f"{status_code} {code}: {message}")
        self.status_code = status_code
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint


class RpcTransport(Protocol):
    """Calls SQL functions that return one `jsonb`, as the caller it is given."""

    async def call(
        self, function: str, params: Mapping[str, JsonValue], caller: Caller
    ) -> JsonValue:
        """Run one function in one transaction.

        A parameter is text, a number, a truth value, None, or for `jsonb` an object.

        Raises:
            RpcError: The function refused.
            DatabaseUnavailable: The database did not answer.
            Unauthorized: The database refused the caller's token.
        """
        ...
