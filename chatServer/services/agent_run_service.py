"""Runs a named agent in a session that its client names, for protocols that know no more."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from chatServer.database.channel_registry import ChannelRegistry
from chatServer.database.item_registry import ItemPage
from chatServer.database.parameters import NewTurn
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_sync import SessionSyncRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.errors import (
    DomainError,
    MessageNotFound,
    RequestIdReused,
    SessionIdTaken,
    SessionNotFound,
)
from chatServer.limits import CONTEXT_ITEMS_MAX
from chatServer.models import Message, Session
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.model_input import find_calls
from chatServer.services.received_file import IncomingFile
from chatServer.services.turn_service import Turn, TurnService
from chatServer.session_sync_models import PutSessionRequest
from chatServer.turn_events import ToolCall, TurnFinished


class AgentRunService:
    """Begins turns by the names of an agent and a session."""

    def __init__(
        self,
        transport: RpcTransport,
        turns: TurnService,
        *,
        agents: AgentDirectory,
        attachments: AttachmentService,
    ) -> None:
        self._registry = SessionRegistry(transport)
        self._sessions = SessionSyncRegistry(transport)
        self._messages = ChannelRegistry(transport)
        self._turns = turns
        self._agents = agents
        self._attachments = attachments

    async def begin(
        self,
        caller: Caller,
        turn: NewTurn,
        *,
        agent_name: str,
        files: Sequence[IncomingFile | UUID] = (),
    ) -> Turn:
        """Have the agent answer in the session, which is made when it has never been there.

        A file is an attachment of the session, or arrives; however often its message comes, it is
        stored with it once.

        Raises:
            AgentNotFound: There is no agent of this name.
            SessionNotFound: The session is somebody else's.
            SessionDeleted: The caller has deleted it.
            ValidationFailed: A session of this name cannot be made.
            RequestIdReused: The id was used for another message.
            AttachmentNotFound: One that is named is not of this session, or a message carries it.
            AttachmentEmpty, AttachmentTooLarge, AttachmentTypeMismatch, AttachmentQuotaExceeded,
            StorageUnavailable: One that arrives cannot be taken.
        """
        self._agents.check(agent_name)
        await self._choose(caller, turn.session_id, agent_name)
        if not files:
            return await self._turns.begin(caller, turn)
        known = await self._find_files(caller, turn)
        if known is not None:
            return await self._turns.begin(caller, replace(turn, attachment_ids=known))
        return await self._begin_with_files(caller, turn, files)

    async def list_calls(self, finished: TurnFinished) -> Sequence[ToolCall | None]:
        """Read the call of each step of an answer; None for one that was not kept, or is pruned.

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
        items = [m.item for m in batch.messages if m.answer_id == answer.id and m.item]
        return find_calls(items, answer.tool_steps or ())

    async def _choose(self, caller: Caller, session_id: str, agent_name: str) -> None:
        session = await self._find(caller, session_id)
        wanted = self._agents.find(agent_name)
        if session is not None and self._agents.find(session.agent_name) is wanted:
            return
        try:
            await self._sessions.sync_session(
                caller, session_id=session_id, session=PutSessionRequest(agent_name=agent_name)
            )
        except SessionIdTaken:
            raise SessionNotFound from None

    async def _find(self, caller: Caller, session_id: str) -> Session | None:
        try:
            return await self._registry.get_session(caller, session_id=session_id, message_limit=1)
        except SessionNotFound:
            return None

    async def _find_files(self, caller: Caller, turn: NewTurn) -> tuple[UUID, ...] | None:
        """Return the attachments of the message when it was stored before."""
        stored: Message | None = await self._messages.get_message_by_request(
            caller, client_request_id=turn.client_request_id
        )
        return None if stored is None else tuple(file.id for file in stored.attachments)

    async def _begin_with_files(
        self, caller: Caller, turn: NewTurn, files: Sequence[IncomingFile | UUID]
    ) -> Turn:
        ids: list[UUID] = []
        taken_in: list[UUID] = []
        try:
            for file in files:
                if isinstance(file, UUID):
                    ids.append(file)
                    continue
                added = await self._attachments.add(caller, session_id=turn.session_id, file=file)
                taken_in.append(added.id)
                ids.append(added.id)
            return await self._turns.begin(caller, replace(turn, attachment_ids=tuple(ids)))
        except Exception as error:
            # They come again with the next try; one that was stored after all is in use.
            for attachment_id in taken_in:
                with suppress(DomainError):
                    await self._attachments.delete(caller, attachment_id)
            # Or the same message was stored meanwhile, with files of its own.
            is_race = isinstance(error, RequestIdReused)
            known = await self._find_files(caller, turn) if is_race else None
            if known is None:
                raise
            return await self._turns.begin(caller, replace(turn, attachment_ids=known))
