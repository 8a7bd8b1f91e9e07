"""The verbs of sessions and their messages, each exactly one SQL function."""

from pydantic import JsonValue

from chatServer.branch_models import BranchPage
from chatServer.database.calls import NOBODY
from chatServer.database.item_registry import ItemRegistry
from chatServer.database.parameters import NewSession, SessionFilter, SessionPosition, to_instant
from chatServer.database.results import MessageBatch, SessionSlice, StoredMessage, UpsertedSession
from chatServer.database.transport import Caller
from chatServer.database.turn_registry import TurnRegistry
from chatServer.limits import PAGE_LIMIT_DEFAULT
from chatServer.models import SessionCounts, SessionWithMessages


class SessionRegistry(TurnRegistry, ItemRegistry):
    """Sessions, messages and turns as stored; knows SQL functions and nothing of HTTP."""

    async def list_sessions(
        self,
        caller: Caller,
        *,
        where: SessionFilter,
        after: SessionPosition | None = None,
        offset: int = 0,
        limit: int = PAGE_LIMIT_DEFAULT,
    ) -> SessionSlice:
        """List a page of sessions, newest activity first."""
        params: dict[str, JsonValue] = {
            "p_channel": where.channel,
            "p_archived": where.archived,
            "p_agent_name": where.agent_name,
            "p_from": to_instant(where.updated_from),
            "p_to": to_instant(where.updated_to),
            "p_updated_after": to_instant(where.updated_after),
            "p_cursor_updated_at": to_instant(after.updated_at) if after else None,
            "p_cursor_session_id": after.session_id if after else None,
            "p_offset": offset,
            "p_limit": limit,
            "p_schedule_id": str(where.schedule_id) if where.schedule_id else None,
            "p_folded": where.is_folded,
            "p_pinned": where.is_pinned,
        }
        return await self.call_for(caller, "list_chat_sessions", SessionSlice, params)

    async def get_session_counts(
        self, caller: Caller, *, archived: bool | None = False
    ) -> SessionCounts:
        """Count the sessions of each channel."""
        params: dict[str, JsonValue] = {"p_archived": archived}
        return await self.call_for(caller, "get_chat_session_counts", SessionCounts, params)

    async def get_session(
        self, caller: Caller, *, session_id: str, message_limit: int = PAGE_LIMIT_DEFAULT
    ) -> SessionWithMessages:
        """Open a session with its newest messages.

        Raises:
            SessionNotFound: No such session of this user.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_message_limit": message_limit,
        }
        return await self.call_for(caller, "get_chat_session", SessionWithMessages, params)

    async def upsert_session(self, caller: Caller, *, session: NewSession) -> UpsertedSession:
        """Make a session, or update the caller's own one of that id.

        Raises:
            SessionIdTaken: The id belongs to somebody else.
            ValidationFailed: A field breaks a rule of the table.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session.session_id,
            "p_channel": session.channel,
            "p_title": session.title,
            "p_topic": session.topic,
            "p_agent_name": session.agent_name,
            "p_metadata": session.metadata,
        }
        return await self.call_for(caller, "upsert_chat_session", UpsertedSession, params)

    async def list_messages(
        self,
        caller: Caller,
        *,
        session_id: str,
        limit: int = PAGE_LIMIT_DEFAULT,
        before_id: int | None = None,
        head_id: int | None = None,
    ) -> BranchPage:
        """List a page of one branch, oldest first; `head_id` names another branch's end.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `head_id` is not of this session.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_limit": limit,
            "p_before_id": before_id,
            "p_head_id": head_id,
        }
        return await self.call_for(caller, "list_chat_messages", BranchPage, params)

    async def list_messages_after(
        self,
        caller: Caller,
        *,
        session_id: str,
        after_id: int,
        head_id: int | None = None,
        limit: int = PAGE_LIMIT_DEFAULT,
    ) -> BranchPage:
        """List what follows a message, towards `head_id` or else where its branch goes on.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: One of the two is not of this session, or they are not on one branch.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_after_id": after_id,
            "p_head_id": head_id,
            "p_limit": limit,
        }
        return await self.call_for(caller, "list_chat_messages_after", BranchPage, params)

    async def get_message(
        self, caller: Caller, *, session_id: str, message_id: int
    ) -> StoredMessage:
        """Read one message with its session.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id, "p_message_id": message_id}
        return await self.call_for(caller, "get_chat_message", StoredMessage, params)

    async def list_all_messages(
        self, caller: Caller, *, session_id: str, after_id: int = 0, limit: int = PAGE_LIMIT_DEFAULT
    ) -> MessageBatch:
        """List messages of all branches that were stored after one.

        Raises:
            SessionNotFound: No such session of this user.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_after_id": after_id,
            "p_limit": limit,
        }
        return await self.call_for(caller, "list_all_chat_messages", MessageBatch, params)

    async def fork_session(
        self, caller: Caller, *, session_id: str, message_id: int, new_session_id: str | None
    ) -> UpsertedSession:
        """Copy the branch that ends at a message into a new session, once for each new id.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            AnswerStreaming: An answer of the branch is still being written.
            SessionIdTaken: The new id belongs to something else.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_message_id": message_id,
            "p_new_session_id": new_session_id,
        }
        return await self.call_for(caller, "fork_chat_session", UpsertedSession, params)

    async def update_head(
        self,
        caller: Caller,
        *,
        session_id: str,
        message_id: int,
        message_limit: int = PAGE_LIMIT_DEFAULT,
    ) -> SessionWithMessages:
        """Move a session to the branch of a message, down to the newest one below it.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_message_id": message_id,
            "p_message_limit": message_limit,
        }
        return await self.call_for(caller, "update_chat_session_head", SessionWithMessages, params)

    async def get_health(self) -> None:
        """Return when the database serves requests."""
        await self._transport.call("get_health", {}, NOBODY)
