"""Runs a named agent in a session that its client names, for protocols that know no more."""

from collections.abc import Sequence

from chatServer.database.item_registry import ItemPage
from chatServer.database.parameters import NewSession, NewTurn
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.transport import Caller
from chatServer.errors import MessageNotFound, SessionIdTaken, SessionNotFound
from chatServer.limits import CONTEXT_ITEMS_MAX
from chatServer.models import Message, Session
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.turn_service import Turn, TurnService
from chatServer.turn_events import TurnFinished


class AgentRunService:
    """Begins turns by the names of an agent and a session."""

    def __init__(
        self, registry: SessionRegistry, turns: TurnService, agents: AgentDirectory
    ) -> None:
        self._registry = registry
        self._turns = turns
        self._agents = agents

    async def begin(self, caller: Caller, turn: NewTurn, *, agent_name: str) -> Turn:
        """Have the agent answer in the session, which is made when it is not there.

        Raises:
            AgentNotFound: There is no agent of this name.
            SessionNotFound: The session is somebody else's.
            ValidationFailed: A session of this name cannot be made.
            RequestIdReused: The id was used for another message.
        """
        self._agents.check(agent_name)
        session = await self._find(caller, turn.session_id)
        is_chosen = session is not None and (
            self._agents.find(session.agent_name) is self._agents.find(agent_name)
        )
        if not is_chosen:
            wanted = NewSession(
                session_id=turn.session_id,
                channel=session.channel if session else "web",
                agent_name=agent_name,
            )
            try:
                await self._registry.upsert_session(caller, session=wanted)
            except SessionIdTaken:
                raise SessionNotFound from None
        return await self._turns.begin(caller, turn)

    async def list_items(self, finished: TurnFinished) -> Sequence[Message]:
        """List what the agent did for an answer, oldest first; nothing once that is pruned or gone.

        Raises:
            DatabaseUnavailable: The database did not answer.
        """
        answer = finished.message
        # Whoever followed the turn may read it; a long answer may outlive their token.
        caller = Caller.service(finished.session.user_id)
        page = ItemPage(limit=CONTEXT_ITEMS_MAX, head_id=answer.id)
        try:
            batch = await self._registry.list_session_items(
                caller, session_id=answer.session_id, page=page
            )
        except (SessionNotFound, MessageNotFound):
            return []
        return [message for message in batch.messages if message.answer_id == answer.id]

    async def _find(self, caller: Caller, session_id: str) -> Session | None:
        try:
            return await self._registry.get_session(caller, session_id=session_id, message_limit=1)
        except SessionNotFound:
            return None
