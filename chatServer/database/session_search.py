"""The verbs that search sessions, each exactly one SQL function."""

from dataclasses import asdict, dataclass

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.parameters import SessionFilter, to_instant
from chatServer.database.transport import Caller, RpcTransport
from chatServer.models import Session, StoredModel


@dataclass(frozen=True, slots=True)
class NewestPosition:
    """The last hit of a page, and the newest message that counts on all of them."""

    until_id: int
    before_id: int
    before_session_id: str


@dataclass(frozen=True, slots=True)
class RelevantPosition:
    """The last hit of a page in its block of messages, or only the block that comes next."""

    until_id: int
    block_top_id: int
    block_low_id: int | None
    after_rank: int | None
    after_id: int | None
    after_session_id: str


class NewestSlice(StoredModel):
    """Hits, newest first, and the place below which the next page begins."""

    sessions: list[Session]
    has_more: bool
    until_id: int
    before_id: int
    before_session_id: str

    @property
    def position(self) -> NewestPosition:
        """Where the next page begins."""
        return NewestPosition(self.until_id, self.before_id, self.before_session_id)


class RelevantSlice(StoredModel):
    """Hits, most relevant first, and the place after which the next page begins."""

    sessions: list[Session]
    has_more: bool
    until_id: int
    block_top_id: int
    block_low_id: int | None
    after_rank: int | None
    after_id: int | None
    after_session_id: str

    @property
    def position(self) -> RelevantPosition:
        """Where the next page begins."""
        return RelevantPosition(**self.model_dump(exclude={"sessions", "has_more"}))


class SessionSearchRegistry:
    """Sessions found by what they say.

    The caller must be the service: under row-level security no index could be used, so the
    functions themselves hold to the user. Of a filter the channel, the archive and the instants
    count.
    """

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def list_matching_sessions(
        self,
        caller: Caller,
        *,
        query: str,
        where: SessionFilter,
        after: NewestPosition | None,
        limit: int,
    ) -> NewestSlice:
        """List a page of hits, newest first."""
        params = _to_params(query, where, after=after, limit=limit)
        return await self._calls.call_for(
            caller, "list_matching_chat_sessions", NewestSlice, params
        )

    async def list_relevant_sessions(
        self,
        caller: Caller,
        *,
        query: str,
        where: SessionFilter,
        after: RelevantPosition | None,
        limit: int,
    ) -> RelevantSlice:
        """List a page of hits, most relevant first."""
        params = _to_params(query, where, after=after, limit=limit)
        return await self._calls.call_for(
            caller, "list_relevant_chat_sessions", RelevantSlice, params
        )


def _to_params(
    query: str,
    where: SessionFilter,
    *,
    after: NewestPosition | RelevantPosition | None,
    limit: int,
) -> dict[str, JsonValue]:
    place = asdict(after) if after else {}
    return {
        "p_query": query,
        "p_channel": where.channel,
        "p_archived": where.archived,
        "p_from": to_instant(where.updated_from),
        "p_to": to_instant(where.updated_to),
        "p_limit": limit,
        **{f"p_{name}": value for name, value in place.items()},
    }
