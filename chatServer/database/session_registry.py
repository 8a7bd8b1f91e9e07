"""The registry's verbs, each exactly one SQL function."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.parameters import (
    Answer,
    Failure,
    Lease,
    NewSession,
    NewTurn,
    SessionFilter,
    SessionPosition,
)
from chatServer.database.refusals import to_domain_error
from chatServer.database.results import (
    BegunTurn,
    CheckpointedTurn,
    ClaimedTurn,
    EndedTurn,
    ExpiredTurns,
    SessionSlice,
    StoredMessage,
    UpsertedSession,
)
from chatServer.database.transport import Caller, RpcError, RpcTransport
from chatServer.limits import PAGE_LIMIT_DEFAULT
from chatServer.models import MessagePage, SessionCounts, SessionWithMessages, StoredModel

NOBODY: Final = Caller.service(UUID(int=0))
"""The caller of functions that act for no user in particular."""

Result = TypeVar("Result", bound=StoredModel)


class SessionRegistry:
    """Sessions, messages and turns as stored; knows SQL functions and nothing of HTTP."""

    def __init__(self, transport: RpcTransport) -> None:
        self._transport = transport

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
            "p_from": _instant(where.updated_from),
            "p_to": _instant(where.updated_to),
            "p_updated_after": _instant(where.updated_after),
            "p_cursor_updated_at": _instant(after.updated_at) if after else None,
            "p_cursor_session_id": after.session_id if after else None,
            "p_offset": offset,
            "p_limit": limit,
            "p_schedule_id": str(where.schedule_id) if where.schedule_id else None,
            "p_folded": where.is_folded,
        }
        return await self._call("list_chat_sessions", caller, SessionSlice, params)

    async def get_session_counts(
        self, caller: Caller, *, archived: bool | None = False
    ) -> SessionCounts:
        """Count the sessions of each channel."""
        params: dict[str, JsonValue] = {"p_archived": archived}
        return await self._call("get_chat_session_counts", caller, SessionCounts, params)

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
        return await self._call("get_chat_session", caller, SessionWithMessages, params)

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
        return await self._call("upsert_chat_session", caller, UpsertedSession, params)

    async def list_messages(
        self,
        caller: Caller,
        *,
        session_id: str,
        limit: int = PAGE_LIMIT_DEFAULT,
        before_id: int | None = None,
        head_id: int | None = None,
    ) -> MessagePage:
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
        return await self._call("list_chat_messages", caller, MessagePage, params)

    async def get_message(
        self, caller: Caller, *, session_id: str, message_id: int
    ) -> StoredMessage:
        """Read one message with its session.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id, "p_message_id": message_id}
        return await self._call("get_chat_message", caller, StoredMessage, params)

    async def begin_turn(
        self, caller: Caller, *, turn: NewTurn, lease_seconds: int = 30
    ) -> BegunTurn:
        """Store the user's message and its streaming answer, or find them when sent before.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `parent_id` is not of this session.
            RequestIdReused: The id was used for another message.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": turn.session_id,
            "p_content": turn.content,
            "p_client_request_id": turn.client_request_id,
            "p_parent_id": turn.parent_id,
            "p_channel": turn.channel,
            "p_lease_seconds": lease_seconds,
        }
        return await self._call("begin_turn", caller, BegunTurn, params)

    async def claim_turn(self, caller: Caller, *, lease: Lease) -> ClaimedTurn:
        """Renew the lease of a turn that waits, and see how many come before it."""
        return await self._call("claim_turn", caller, ClaimedTurn, _lease_params(lease))

    async def checkpoint_turn(
        self, caller: Caller, *, lease: Lease, content: str
    ) -> CheckpointedTurn:
        """Store the text so far and renew the lease."""
        params = _lease_params(lease) | {"p_content": content}
        return await self._call("checkpoint_turn", caller, CheckpointedTurn, params)

    async def complete_turn(self, caller: Caller, *, lease: Lease, answer: Answer) -> EndedTurn:
        """Store the finished answer."""
        params: dict[str, JsonValue] = {
            "p_message_id": lease.message_id,
            "p_lease_token": str(lease.token),
            "p_content": answer.content,
            "p_model_id": answer.model_id,
            "p_provider_id": answer.provider_id,
            "p_fallback_notice": answer.fallback_notice,
            "p_item": answer.item,
        }
        return await self._call("complete_turn", caller, EndedTurn, params)

    async def fail_turn(self, caller: Caller, *, message_id: int, failure: Failure) -> EndedTurn:
        """End an answer that is not complete; one that had ended is returned as it is.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message of this user.
        """
        token = failure.lease_token
        params: dict[str, JsonValue] = {
            "p_message_id": message_id,
            "p_status": failure.status,
            "p_lease_token": str(token) if token else None,
            "p_session_id": failure.session_id,
            "p_content": failure.content,
            "p_failure_reason": failure.failure_reason,
            "p_model_id": failure.model_id,
            "p_provider_id": failure.provider_id,
        }
        return await self._call("fail_turn", caller, EndedTurn, params)

    async def fail_expired_turns(self, *, limit: int = 100) -> int:
        """Mark answers whose lease ran out as interrupted; returns how many."""
        answer = await self._transport.call("fail_expired_turns", {"p_limit": limit}, NOBODY)
        return ExpiredTurns.model_validate(answer).count

    async def get_health(self) -> None:
        """Return when the database serves requests."""
        await self._transport.call("get_health", {}, NOBODY)

    async def _call(
        self,
        function: str,
        caller: Caller,
        result: type[Result],
        params: Mapping[str, JsonValue],
    ) -> Result:
        given = {"p_user_id": str(caller.user_id), **params}
        try:
            answer = await self._transport.call(function, given, caller)
        except RpcError as error:
            raise to_domain_error(error) from error
        return result.model_validate(answer)


def _instant(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _lease_params(lease: Lease) -> dict[str, JsonValue]:
    return {
        "p_message_id": lease.message_id,
        "p_lease_token": str(lease.token),
        "p_lease_seconds": lease.seconds,
    }
