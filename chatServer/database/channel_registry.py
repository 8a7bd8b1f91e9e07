"""The verbs of linked accounts and their sessions, each exactly one SQL function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import (
    ChannelSession,
    ClaimedLink,
    DeletedLink,
    EnqueuedDelivery,
    FoundLink,
    FoundMessage,
    FoundSession,
    RunningAnswers,
    StoredLink,
    StoredLinkCode,
    StoredLinks,
)
from chatServer.database.results import StoredMessage, UpsertedSession
from chatServer.database.session_changes import ChangedSession
from chatServer.database.transport import Caller, RpcTransport
from chatServer.models import Message, Session

TELEGRAM: Final = "telegram"


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """Who wrote on a channel, and where an answer goes."""

    external_user_id: str
    external_chat_id: str
    display_name: str | None


class ChannelRegistry:
    """Links of Telegram accounts, and what the linked chats write into."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def list_links(self, caller: Caller) -> list[StoredLink]:
        """List the caller's linked accounts, oldest first."""
        params: dict[str, JsonValue] = {"p_channel": TELEGRAM}
        found = await self._calls.call_for(caller, "list_channel_links", StoredLinks, params)
        return found.links

    async def delete_link(self, caller: Caller, *, link_id: UUID) -> bool:
        """Delete a link; False when the caller has no such link."""
        params: dict[str, JsonValue] = {"p_link_id": str(link_id)}
        answer = await self._calls.call_for(caller, "delete_channel_link", DeletedLink, params)
        return answer.deleted

    async def upsert_link_code(
        self, caller: Caller, *, code_hash: str, expires_in_seconds: int
    ) -> datetime:
        """Store the one live code of a user and return until when it holds."""
        params: dict[str, JsonValue] = {
            "p_channel": TELEGRAM,
            "p_code_hash": code_hash,
            "p_expires_in_seconds": expires_in_seconds,
        }
        stored = await self._calls.call_for(
            caller, "upsert_channel_link_code", StoredLinkCode, params
        )
        return stored.expires_at

    async def claim_link(self, *, code_hash: str, account: ChannelAccount) -> ClaimedLink:
        """Link an account by a code; wrong codes are counted."""
        params: dict[str, JsonValue] = {
            "p_channel": TELEGRAM,
            "p_code_hash": code_hash,
            "p_external_user_id": account.external_user_id,
            "p_external_chat_id": account.external_chat_id,
            "p_display_name": account.display_name,
        }
        return await self._calls.call_as_service("claim_channel_link", ClaimedLink, params)

    async def get_link(self, *, external_user_id: str) -> StoredLink | None:
        """Return the link of an account that wrote to us; it is not blocked then."""
        params: dict[str, JsonValue] = {
            "p_channel": TELEGRAM,
            "p_external_user_id": external_user_id,
        }
        found = await self._calls.call_as_service("get_channel_link", FoundLink, params)
        return found.link

    async def upsert_session(
        self,
        caller: Caller,
        *,
        link_id: UUID,
        chat_id: UUID | None = None,
        is_new: bool = False,
    ) -> Session:
        """Return the session a chat writes into from now: the one named, a new one, the current.

        Raises:
            LinkNotFound: The link is gone.
            SessionNotFound: No session of this user has that `chat_id`.
        """
        params: dict[str, JsonValue] = {
            "p_link_id": str(link_id),
            "p_chat_id": str(chat_id) if chat_id else None,
            "p_is_new": is_new,
        }
        answer = await self._calls.call_for(
            caller, "upsert_channel_session", ChannelSession, params
        )
        return answer.session

    async def update_unarchived(self, caller: Caller, *, session_id: str) -> Session:
        """Take a session out of the archive.

        Raises:
            SessionNotFound: It was deleted in the meantime.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_changes": {"archived": False},
        }
        changed = await self._calls.call_for(
            caller, "update_chat_session_v2", ChangedSession, params
        )
        return changed.session

    async def update_agent(self, caller: Caller, *, session_id: str, agent_name: str) -> Session:
        """Have another agent answer in a session from now on.

        Raises:
            SessionDeleted: It was deleted in the meantime.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_session": {"agent_name": agent_name},
        }
        made = await self._calls.call_for(caller, "sync_chat_session", UpsertedSession, params)
        return made.session

    async def get_message_by_request(
        self, caller: Caller, *, client_request_id: str
    ) -> Message | None:
        """Return the message that a request brought in."""
        params: dict[str, JsonValue] = {"p_client_request_id": client_request_id}
        found = await self._calls.call_for(caller, "get_message_by_request", FoundMessage, params)
        return found.message

    async def list_running_answers(self, caller: Caller, *, session_id: str) -> Sequence[int]:
        """Return the answers being written in a session, of every branch, the newest first."""
        params: dict[str, JsonValue] = {"p_session_id": session_id}
        found = await self._calls.call_for(caller, "list_running_answers", RunningAnswers, params)
        return found.message_ids

    async def get_delivered_session(
        self, caller: Caller, *, link_id: UUID, external_message_id: str
    ) -> Session | None:
        """Return the session of a message that was sent to a chat."""
        params: dict[str, JsonValue] = {
            "p_link_id": str(link_id),
            "p_external_message_id": external_message_id,
        }
        found = await self._calls.call_for(caller, "get_delivered_session", FoundSession, params)
        return found.session

    async def upsert_delivery(self, caller: Caller, *, message_id: int, link_id: UUID) -> None:
        """Make sure that an answer goes to the chat that asked.

        Raises:
            LinkNotFound: The link is gone.
            MessageNotFound: The message is gone.
        """
        params: dict[str, JsonValue] = {"p_message_id": message_id, "p_link_id": str(link_id)}
        await self._calls.call_for(caller, "upsert_channel_delivery", EnqueuedDelivery, params)

    async def update_message_delivery(
        self, caller: Caller, *, session_id: str, message_id: int
    ) -> StoredMessage:
        """Have sent again what failed of a message.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id, "p_message_id": message_id}
        return await self._calls.call_for(
            Caller.service(caller.user_id), "update_message_delivery", StoredMessage, params
        )
