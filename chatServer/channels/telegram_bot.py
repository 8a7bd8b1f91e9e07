"""The Telegram channel: who wrote, what they ask for, and what they are answered."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from chatServer.agent_errors import AgentNotFound
from chatServer.channels import telegram_words as words
from chatServer.channels.recently_told import RecentlyTold
from chatServer.channels.telegram_api import TelegramApi
from chatServer.channels.telegram_buttons import (
    CHOOSE_AGENT,
    SWITCH_AGENT,
    agent_buttons,
    session_buttons,
)
from chatServer.channels.telegram_files import to_inbound_file
from chatServer.channels.telegram_message import OPEN_SESSION, render_message
from chatServer.channels.telegram_preview import AnswerPreviews
from chatServer.channels.telegram_updates import (
    ButtonPress,
    FileMessage,
    Inbound,
    Sender,
    TextMessage,
    read_update,
)
from chatServer.database.channel_results import OtherSession, StoredLink
from chatServer.errors import LinkNotFound, RequestIdReused, SessionNotFound, ValidationFailed
from chatServer.models import Message
from chatServer.services.channel_port import (
    ChannelDelayed,
    ChannelRefused,
    InboundMessage,
)
from chatServer.services.link_service import LinkService
from chatServer.services.linked_chat_service import LinkedChatService
from chatServer.session_errors import SessionDeleted

logger = logging.getLogger(__name__)

COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)

Command = Callable[[StoredLink, Sender], Awaitable[None]]


class TelegramChannel:
    """Handles updates of private chats and sends messages to them."""

    def __init__(
        self,
        api: TelegramApi,
        links: LinkService,
        *,
        chats: LinkedChatService,
        previews: AnswerPreviews,
        web_app_url: str | None,
    ) -> None:
        self._api = api
        self._links = links
        self._chats = chats
        self._previews = previews
        self._not_linked = words.not_linked(web_app_url)
        self._told = RecentlyTold()
        self._commands: Mapping[str, Command] = {
            "start": self._help,
            "help": self._help,
            "new": self._new,
            "sessions": self._sessions,
            "agents": self._agents,
            "history": self._history,
            "stop": self._stop,
        }

    async def handle(self, payload: Mapping[str, JsonValue]) -> None:
        """Do what an update asks for, as `UpdateHandler` says."""
        inbound = read_update(payload)
        if inbound is None:
            return
        sender = inbound.sender
        command = COMMAND.fullmatch(inbound.text) if isinstance(inbound, TextMessage) else None
        if command and command[1].lower() == "start" and command[2]:
            await self._redeem(command[2].strip(), sender)
            return
        link = await self._links.find(str(sender.user_id))
        if link is None:
            await self._answer_stranger(inbound, is_command=command is not None)
        elif isinstance(inbound, ButtonPress):
            await self._press(link, inbound)
        elif isinstance(inbound, FileMessage) or command is None:
            await self.handle_message(link, inbound)
        elif inbound.edited_at is None:
            await self._command(link, sender, name=command[1].lower())

    async def handle_message(self, link: StoredLink, message: TextMessage | FileMessage) -> None:
        """Have it answered in the session of its chat; an edit branches off its original."""
        sender = message.sender
        if isinstance(message, FileMessage) and message.file is None:
            await self._refuse_file(message, words.NO_SUCH_FILES)
            return
        inbound = self._to_inbound(message)
        try:
            turn = await self._chats.begin_turn(link, inbound)
        except tuple(words.FILE_REFUSALS) as error:
            await self._refuse_file(message, words.FILE_REFUSALS[type(error)])
        except LinkNotFound:
            await self._api.send_reply(sender.chat_id, self._not_linked)
        except (ValidationFailed, RequestIdReused) as error:
            logger.warning("message %s cannot be answered: %s", inbound.request_id, error.code)
            await self._api.send_reply(sender.chat_id, words.NOT_ANSWERED)
        else:
            if turn is not None and not turn.is_replay:
                self._previews.show(turn, sender.chat_id)

    async def tell_dead(self, payload: Mapping[str, JsonValue]) -> None:
        """Tell who sent it that an update was set aside, as `UpdateHandler` says."""
        inbound = read_update(payload)
        if inbound is not None:
            with suppress(ChannelDelayed, ChannelRefused):
                await self._api.send_reply(inbound.sender.chat_id, words.SET_ASIDE)

    def render(
        self, message: Message, other_session: OtherSession | None
    ) -> Sequence[dict[str, JsonValue]]:
        """Cut a message into parts, as `DeliveryChannel` says."""
        return render_message(message, other_session)

    async def send(self, external_chat_id: str, part: Mapping[str, JsonValue]) -> str:
        """Send one part, as `DeliveryChannel` says."""
        return await self._api.send_part(int(external_chat_id), part)

    async def _redeem(self, code: str, sender: Sender) -> None:
        claimed = await self._links.redeem(code, sender.account)
        part = words.LINKED if claimed.link else words.LINK_REFUSALS[claimed.result]
        if claimed.result == "unknown_code" and await self._links.find(str(sender.user_id)):
            part = words.ALREADY_LINKED
        await self._api.send_reply(sender.chat_id, part)

    async def _answer_stranger(self, inbound: Inbound, *, is_command: bool) -> None:
        """Tell how to link the account; to mere messages not again within some minutes."""
        sender = inbound.sender
        if isinstance(inbound, ButtonPress):
            await self._api.answer_button(inbound.query_id, words.NOT_LINKED_SHORT)
        elif is_command or not self._told.holds(sender.user_id):
            await self._api.send_reply(sender.chat_id, self._not_linked)
            self._told.add(sender.user_id)

    def _to_inbound(self, message: TextMessage | FileMessage) -> InboundMessage:
        sender = message.sender
        request_id = f"telegram:{self._api.bot_id}:{sender.chat_id}:{message.message_id}"
        if isinstance(message, TextMessage) and message.edited_at is not None:
            edit_id = f"{request_id}:edit:{int(message.edited_at.timestamp())}"
            return InboundMessage(edit_id, message.text, edited_request_id=request_id)
        return InboundMessage(
            request_id,
            message.text,
            answered_id=str(message.answered_id) if message.answered_id is not None else None,
            file=to_inbound_file(self._api, message.file)
            if isinstance(message, FileMessage)
            else None,
        )

    async def _refuse_file(self, message: TextMessage | FileMessage, told: words.Part) -> None:
        """Tell why a file is not taken; of an album the same thing once."""
        album_id = message.album_id if isinstance(message, FileMessage) else None
        told_of = (message.sender.chat_id, album_id, str(told["text"]))
        if album_id is None or not self._told.holds(told_of):
            await self._api.send_reply(message.sender.chat_id, told)
            self._told.add(told_of)

    async def _press(self, link: StoredLink, press: ButtonPress) -> None:
        kind, _, chosen = press.data.partition(":")
        try:
            if kind == CHOOSE_AGENT:
                begun = await self._chats.choose_agent(link, chosen, is_new=True)
                told = words.begun_with(self._chats.agents.name(begun))
            elif kind == SWITCH_AGENT:
                session = await self._chats.choose_agent(link, chosen)
                told = words.answers_here(self._chats.agents.name(session), session)
            elif kind == OPEN_SESSION:
                told = words.continued(await self._chats.continue_session(link, UUID(chosen)))
            else:
                raise SessionNotFound
        except AgentNotFound:
            await self._api.answer_button(press.query_id, words.AGENT_GONE)
        except (ValueError, SessionNotFound, SessionDeleted):
            await self._api.answer_button(press.query_id, words.SESSION_GONE)
        else:
            await self._api.answer_button(press.query_id)
            await self._api.send_reply(press.sender.chat_id, told)

    async def _command(self, link: StoredLink, sender: Sender, *, name: str) -> None:
        command = self._commands.get(name)
        if command is None:
            await self._api.send_reply(sender.chat_id, words.UNKNOWN_COMMAND)
        else:
            await command(link, sender)

    async def _help(self, _link: StoredLink, sender: Sender) -> None:
        await self._api.send_reply(sender.chat_id, words.HELP)

    async def _new(self, link: StoredLink, sender: Sender) -> None:
        agent = self._chats.agents.name(await self._chats.begin_session(link))
        buttons = agent_buttons(self._chats.agents.list_agents().agents, current=agent)
        told = words.CHOOSE_AGENT if buttons else words.NEW_SESSION
        await self._api.send_reply(sender.chat_id, told, buttons)

    async def _sessions(self, link: StoredLink, sender: Sender) -> None:
        sessions = await self._chats.list_sessions(link)
        if not sessions:
            await self._api.send_reply(sender.chat_id, words.NO_SESSIONS)
            return
        buttons = session_buttons(sessions, current_id=link.current_session_id)
        await self._api.send_reply(sender.chat_id, words.PICK_SESSION, buttons)

    async def _agents(self, link: StoredLink, sender: Sender) -> None:
        agents = self._chats.agents
        found = await self._chats.list_messages(link)
        current = agents.name(found[0]) if found else agents.default.shown_title
        listed = agents.list_agents().agents
        buttons = agent_buttons(listed, current=current, kind=SWITCH_AGENT)
        *above, last = words.agents(listed, current=current)
        for part in above:
            await self._api.send_reply(sender.chat_id, part)
        await self._api.send_reply(sender.chat_id, last, buttons)

    async def _history(self, link: StoredLink, sender: Sender) -> None:
        found = await self._chats.list_messages(link)
        if found is None or not found[1]:
            await self._api.send_reply(sender.chat_id, words.NO_MESSAGES)
            return
        for part in words.history(*found, agent=self._chats.agents.name(found[0])):
            await self._api.send_reply(sender.chat_id, part)

    async def _stop(self, link: StoredLink, sender: Sender) -> None:
        count = await self._chats.stop_answers(link)
        await self._api.send_reply(
            sender.chat_id, words.STOPPED if count else words.NOTHING_TO_STOP
        )
