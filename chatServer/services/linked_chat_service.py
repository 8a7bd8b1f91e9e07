"""What the owner of a linked chat does in it: talk, edit, change the session, stop an answer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from chatServer.attachment_errors import StorageUnavailable
from chatServer.database.channel_registry import ChannelRegistry
from chatServer.database.channel_results import StoredLink
from chatServer.database.parameters import EditedTurn, NewTurn, SessionFilter
from chatServer.database.transport import Caller
from chatServer.errors import (
    AnswerCancelled,
    DomainError,
    MessageNotFound,
    RequestIdReused,
    SessionNotFound,
)
from chatServer.limits import INBOX_FILE_SECONDS
from chatServer.models import Attachment, Message, Session
from chatServer.services.agent_directory import AgentDirectory
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.channel_port import ChannelDelayed, InboundFile, InboundMessage
from chatServer.services.chat_history_service import ChatHistoryService, SessionQuery
from chatServer.services.received_file import IncomingFile
from chatServer.services.turn_service import Turn, TurnService

RECENT_SESSIONS: Final = 8
RECENT_MESSAGES: Final = 10
FILE_TOO_SLOW: Final = "The file could not be fetched in time."
CONVERSATIONS: Final = SessionQuery(where=SessionFilter(is_folded=False))


class LinkedChatService:
    """Acts for the user of a link, with the service key."""

    def __init__(
        self,
        registry: ChannelRegistry,
        history: ChatHistoryService,
        turns: TurnService,
        *,
        attachments: AttachmentService,
        agents: AgentDirectory,
    ) -> None:
        self._registry = registry
        self.agents = agents
        self._attachments = attachments
        self._history = history
        self._turns = turns

    async def begin_turn(self, link: StoredLink, message: InboundMessage) -> Turn | None:
        """Have a message answered; None when an edit has changed nothing.

        A file is fetched only for a message that was not stored before; how often it comes, it is
        stored with it once.

        Raises:
            LinkNotFound: The link was removed just now.
            RequestIdReused: The id came before with another text.
            AttachmentEmpty, AttachmentTooLarge, AttachmentTypeMismatch, AttachmentQuotaExceeded:
                Its file cannot be taken.
            ChannelDelayed, ChannelRefused: Its file could not be fetched or stored.
        """
        if message.edited_request_id is not None:
            original = await self._registry.get_message_by_request(
                _caller(link), client_request_id=message.edited_request_id
            )
            if original is not None:
                return await self._begin_edit(link, message, original)
        if message.file is not None and await self._is_stored(link, message):
            return await self._rejoin(link, message)
        try:
            return await self._begin_in_current(link, message)
        except SessionNotFound:
            # It was deleted between the two calls; now another one is made.
            return await self._begin_in_current(link, message)
        except RequestIdReused:
            return await self._rejoin(link, message)

    async def begin_session(self, link: StoredLink) -> Session:
        """Let the chat write into a new session, or the one it has just begun."""
        return await self._registry.upsert_session(_caller(link), link_id=link.id, is_new=True)

    async def choose_agent(self, link: StoredLink, name: str, *, is_new: bool = False) -> Session:
        """Have an agent answer from now on in the chat's session, or in a new one.

        Raises:
            AgentNotFound: No agent has that name.
            SessionDeleted: The session was deleted just now.
        """
        self.agents.check(name)
        session = await self._registry.upsert_session(_caller(link), link_id=link.id, is_new=is_new)
        return await self._registry.update_agent(
            _caller(link), session_id=session.session_id, agent_name=name
        )

    async def continue_session(self, link: StoredLink, chat_id: UUID) -> Session:
        """Let the chat write into this session, of whichever channel.

        Raises:
            SessionNotFound: The user has no such session any more.
        """
        return await self._registry.upsert_session(_caller(link), link_id=link.id, chat_id=chat_id)

    async def list_sessions(self, link: StoredLink) -> Sequence[Session]:
        """Return the newest sessions of all channels, but no runs that nobody has answered."""
        page = await self._history.get_sessions(
            link.user_id, limit=RECENT_SESSIONS, query=CONVERSATIONS
        )
        return page.sessions

    async def list_messages(self, link: StoredLink) -> tuple[Session, Sequence[Message]] | None:
        """Return the session the chat writes into with its last messages, oldest first."""
        if link.current_session_id is None:
            return None
        try:
            opened = await self._history.get_session(
                link.current_session_id, link.user_id, limit=RECENT_MESSAGES
            )
        except SessionNotFound:
            return None
        return opened, opened.messages

    async def stop_answers(self, link: StoredLink) -> int:
        """Cancel all that is being answered in the chat's session and return how many that was."""
        if link.current_session_id is None:
            return 0
        caller, session_id = _caller(link), link.current_session_id
        running = await self._registry.list_running_answers(caller, session_id=session_id)
        count = 0
        # The newest first, so that none of those that wait begins.
        for message_id in running:
            # Another device may stop it, or delete the session, at the same moment.
            with suppress(AnswerCancelled, MessageNotFound):
                await self._turns.cancel(caller, session_id=session_id, message_id=message_id)
                count += 1
        return count

    async def _begin_in_current(self, link: StoredLink, message: InboundMessage) -> Turn:
        session = await self._registry.upsert_session(
            _caller(link), link_id=link.id, chat_id=await self._find_answered(link, message)
        )
        if session.archived:
            # There neither the web's list nor /sessions would show what is said now.
            await self._registry.update_unarchived(_caller(link), session_id=session.session_id)
        if message.file is None:
            return await self._begin(link, message, session_id=session.session_id)
        attachment = await self._take_in(link, message.file, session_id=session.session_id)
        try:
            return await self._begin(
                link, message, session_id=session.session_id, attachment_ids=(attachment.id,)
            )
        except Exception:
            # It is fetched again with the next try; one that was stored after all is in use.
            with suppress(DomainError):
                await self._attachments.delete(_caller(link), attachment.id)
            raise

    async def _is_stored(self, link: StoredLink, message: InboundMessage) -> bool:
        stored = await self._registry.get_message_by_request(
            _caller(link), client_request_id=message.request_id
        )
        return stored is not None

    async def _take_in(self, link: StoredLink, file: InboundFile, *, session_id: str) -> Attachment:
        try:
            async with asyncio.timeout(INBOX_FILE_SECONDS), file.open() as pieces:
                return await self._attachments.add(
                    _caller(link),
                    session_id=session_id,
                    file=IncomingFile(file.filename, file.declared_type, pieces),
                )
        except TimeoutError:
            raise ChannelDelayed(FILE_TOO_SLOW) from None
        except StorageUnavailable as error:
            raise ChannelDelayed(error.title) from error

    async def _rejoin(self, link: StoredLink, message: InboundMessage) -> Turn:
        """Find the turn of a message that came before, when the chat wrote into another session."""
        stored = await self._registry.get_message_by_request(
            _caller(link), client_request_id=message.request_id
        )
        if stored is None:
            raise RequestIdReused
        ids = tuple(attachment.id for attachment in stored.attachments)
        return await self._begin(link, message, session_id=stored.session_id, attachment_ids=ids)

    async def _begin(
        self,
        link: StoredLink,
        message: InboundMessage,
        *,
        session_id: str,
        attachment_ids: tuple[UUID, ...] = (),
    ) -> Turn:
        turn = await self._turns.begin(
            _caller(link),
            NewTurn(
                session_id=session_id,
                content=message.text,
                client_request_id=message.request_id,
                channel="telegram",
                attachment_ids=attachment_ids,
            ),
        )
        # The database has seen to it with the answer itself, unless another chat goes on with it.
        if turn.assistant_message.delivery is None:
            await self._answer_here(link, turn)
        return turn

    async def _find_answered(self, link: StoredLink, message: InboundMessage) -> UUID | None:
        """Return the session that a reply is meant for, when it is a reply to one of ours."""
        if message.answered_id is None:
            return None
        answered = await self._registry.get_delivered_session(
            _caller(link), link_id=link.id, external_message_id=message.answered_id
        )
        return answered.chat_id if answered is not None else None

    async def _begin_edit(
        self, link: StoredLink, message: InboundMessage, original: Message
    ) -> Turn | None:
        if original.content == message.text and original.branch.count == 1:
            return None
        turn = await self._turns.edit(
            _caller(link),
            EditedTurn(
                session_id=original.session_id,
                message_id=original.id,
                content=message.text,
                client_request_id=message.request_id,
                channel="telegram",
            ),
        )
        await self._answer_here(link, turn)
        return turn

    async def _answer_here(self, link: StoredLink, turn: Turn) -> None:
        # The session may have been deleted while its answer began.
        with suppress(MessageNotFound):
            await self._registry.upsert_delivery(
                _caller(link), message_id=turn.assistant_message.id, link_id=link.id
            )


def _caller(link: StoredLink) -> Caller:
    return Caller.service(link.user_id)
