"""One call of a SQL function: who for, what it answers, how its refusal is named."""

from collections.abc import Mapping
from typing import Final, TypeVar
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.refusals import to_domain_error
from chatServer.database.transport import Caller, RpcError, RpcTransport
from chatServer.models import StoredModel

NOBODY: Final = Caller.service(UUID(int=0))
"""The caller of functions that act for no user in particular."""

Result = TypeVar("Result", bound=StoredModel)


class RegistryCalls:
    """Calls functions over a transport and reads their answers as models."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport

    async def call_for(
        self,
        caller: Caller,
        function: str,
        result: type[Result],
        params: Mapping[str, JsonValue],
    ) -> Result:
        """Call a function that filters by its user.

        Raises:
            DomainError: The function refused.
        """
        return await self._call(
            caller, function, result, {"p_user_id": str(caller.user_id), **params}
        )

    async def call_as_service(
        self, function: str, result: type[Result], params: Mapping[str, JsonValue]
    ) -> Result:
        """Call a function that acts for no user, with the service key.

        Raises:
            DomainError: The function refused.
        """
        return await self._call(NOBODY, function, result, params)

    async def _call(
        self,
        caller: Caller,
        function: str,
        result: type[Result],
        params: Mapping[str, JsonValue],
    ) -> Result:
        try:
            answer = await self._transport.call(function, params, caller)
        except RpcError as error:
            raise to_domain_error(error) from error
        return result.model_validate(answer)
