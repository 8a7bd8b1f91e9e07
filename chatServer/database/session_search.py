"""The verb that searches sessions, which is one SQL function."""

from dataclasses import dataclass

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.parameters import SessionFilter
from chatServer.database.transport import Caller, RpcTransport
from chatServer.models import Session, StoredModel


@dataclass(frozen=True, slots=True)
class SearchPosition:
    """The last hit of a page, and the newest message that counts on all of them."""

    until_id: int
    before_id: int
    before_session_id: str


class MatchSlice(StoredModel):
    """Hits, newest first, and the place below which the next page begins."""

    sessions: list[Session]
    has_more: bool
    until_id: int
    before_id: int
    before_session_id: str


class SessionSearchRegistry:
    """Sessions found by what they say."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def list_matching_sessions(
        self,
        caller: Caller,
        *,
        query: str,
        where: SessionFilter,
        after: SearchPosition | None,
        limit: int,
    ) -> MatchSlice:
        """List a page of hits; of `where` the channel, the archive and the instants count.

        The caller must be the service: under row-level security no index could be used, so the
        function itself holds to the user.
        """
        params: dict[str, JsonValue] = {
            "p_query": query,
            "p_channel": where.channel,
            "p_archived": where.archived,
            "p_from": where.updated_from.isoformat() if where.updated_from else None,
            "p_to": where.updated_to.isoformat() if where.updated_to else None,
            "p_until_id": after.until_id if after else None,
            "p_before_id": after.before_id if after else None,
            "p_before_session_id": after.before_session_id if after else None,
            "p_limit": limit,
        }
        return await self._calls.call_for(caller, "list_matching_chat_sessions", MatchSlice, params)
