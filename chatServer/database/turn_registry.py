"""The verbs of turns, each exactly one SQL function."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import JsonValue

from chatServer.agent_models import TokenUsage, ToolStep, store_step
from chatServer.database.calls import RegistryCalls
from chatServer.database.parameters import (
    Answer,
    Checkpoint,
    EditedTurn,
    Failure,
    Lease,
    NewAnswer,
    NewTurn,
)
from chatServer.database.results import (
    BegunTurn,
    CheckpointedTurns,
    ClaimedTurn,
    EndedTurn,
    ExpiredTurns,
)
from chatServer.database.transport import Caller


class TurnRegistry(RegistryCalls):
    """Begins turns, holds their leases and ends them."""

    async def begin_turn(
        self, caller: Caller, *, turn: NewTurn, lease_seconds: int = 30
    ) -> BegunTurn:
        """Store the user's message and its streaming answer, or find them when sent before.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `parent_id` is not of this session.
            AttachmentNotFound: One is not of this session, or a message carries it.
            RequestIdReused: The id was used for another message.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": turn.session_id,
            "p_content": turn.content,
            "p_client_request_id": turn.client_request_id,
            "p_parent_id": turn.parent_id,
            "p_channel": turn.channel,
            "p_lease_seconds": lease_seconds,
            "p_attachments": _attachments_param(turn.attachment_ids),
        }
        return await self.call_for(caller, "begin_turn_v2", BegunTurn, params)

    async def begin_edit(
        self, caller: Caller, *, turn: EditedTurn, lease_seconds: int = 30
    ) -> BegunTurn:
        """Store a sibling of a user's message and its streaming answer.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            MessageNotEditable: It is not one the user wrote.
            AttachmentNotFound: One is not of this session, or another message carries it.
            RequestIdReused: The id was used for another message.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": turn.session_id,
            "p_message_id": turn.message_id,
            "p_content": turn.content,
            "p_client_request_id": turn.client_request_id,
            "p_channel": turn.channel,
            "p_lease_seconds": lease_seconds,
            "p_attachments": _attachments_param(turn.attachment_ids),
        }
        return await self.call_for(caller, "begin_edit_v2", BegunTurn, params)

    async def begin_answer(
        self, caller: Caller, *, answer: NewAnswer, lease_seconds: int = 30
    ) -> BegunTurn:
        """Store a streaming sibling of an answer; its `user_message` is the one it answers.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: No such message in it.
            MessageNotAnAnswer: It answers nothing that a user wrote.
            AnswerStreaming: It is still being written.
            ValidationFailed: Its text is to be kept, but it did not break off.
            RequestIdReused: The id was used for another message.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": answer.session_id,
            "p_message_id": answer.message_id,
            "p_client_request_id": answer.client_request_id,
            "p_keeps_text": answer.keeps_text,
            "p_lease_seconds": lease_seconds,
        }
        return await self.call_for(caller, "begin_answer", BegunTurn, params)

    async def claim_turn(self, caller: Caller, *, lease: Lease) -> ClaimedTurn:
        """Renew the lease of a turn that waits, and see how many come before it."""
        return await self.call_for(caller, "claim_turn", ClaimedTurn, _lease_params(lease))

    async def checkpoint_turns(
        self, checkpoints: Sequence[Checkpoint], *, lease_seconds: int = 30
    ) -> CheckpointedTurns:
        """Store how far any users' answers are and renew their leases."""
        given: list[JsonValue] = [_to_json(checkpoint) for checkpoint in checkpoints]
        params: dict[str, JsonValue] = {
            "p_checkpoints": {"checkpoints": given},
            "p_lease_seconds": lease_seconds,
        }
        return await self.call_as_service("checkpoint_turns", CheckpointedTurns, params)

    async def complete_turn(self, caller: Caller, *, lease: Lease, answer: Answer) -> EndedTurn:
        """Store the finished answer and what its agent did for it, both or neither."""
        params: dict[str, JsonValue] = {
            "p_message_id": lease.message_id,
            "p_lease_token": str(lease.token),
            "p_content": answer.content,
            "p_model_id": answer.model_id,
            "p_provider_id": answer.provider_id,
            "p_fallback_notice": answer.fallback_notice,
            "p_memory": _memory_param(answer),
        }
        return await self.call_for(caller, "complete_turn_v2", EndedTurn, params)

    async def fail_turn(self, caller: Caller, *, lease: Lease, failure: Failure) -> EndedTurn:
        """End an answer that is not complete, with all that is kept of it, or find how it ended.

        Raises:
            MessageNotFound: No such answer of this user.
        """
        params: dict[str, JsonValue] = {
            "p_message_id": lease.message_id,
            "p_lease_token": str(lease.token),
            "p_status": failure.status,
            "p_content": failure.content,
            "p_failure_reason": failure.failure_reason,
            "p_model_id": failure.model_id,
            "p_provider_id": failure.provider_id,
            "p_fallback_notice": failure.fallback_notice,
            "p_memory": {
                "usage": _usage_param(failure.usage),
                "tool_steps": _steps_param(failure.tool_steps) if failure.tool_steps else None,
            },
        }
        return await self.call_for(caller, "fail_turn_v2", EndedTurn, params)

    async def fail_unleased_turn(
        self, caller: Caller, *, session_id: str, message_id: int
    ) -> EndedTurn:
        """Cancel an answer that any process may be writing, or find how it ended.

        Raises:
            MessageNotFound: No such answer in this session of this user.
        """
        params: dict[str, JsonValue] = {
            "p_message_id": message_id,
            "p_session_id": session_id,
            "p_status": "cancelled",
        }
        return await self.call_for(caller, "fail_turn", EndedTurn, params)

    async def fail_expired_turns(self, *, limit: int = 100) -> int:
        """Mark answers whose lease ran out as interrupted; returns how many."""
        params: dict[str, JsonValue] = {"p_limit": limit}
        swept = await self.call_as_service("fail_expired_turns", ExpiredTurns, params)
        return swept.count


def _attachments_param(ids: tuple[UUID, ...] | None) -> JsonValue:
    # An object, because a transport takes no bare list.
    return None if ids is None else {"ids": [str(attachment_id) for attachment_id in ids]}


def _to_json(checkpoint: Checkpoint) -> dict[str, JsonValue]:
    steps = checkpoint.tool_steps
    return {
        "user_id": str(checkpoint.user_id),
        "message_id": checkpoint.lease.message_id,
        "lease_token": str(checkpoint.lease.token),
        "content": checkpoint.content,
        "tool_steps": None if steps is None else _steps_param(steps),
        "usage": _usage_param(checkpoint.usage),
    }


def _memory_param(answer: Answer) -> dict[str, JsonValue] | None:
    if not answer.tool_steps:
        return answer.memory
    return {**(answer.memory or {}), "tool_steps": _steps_param(answer.tool_steps)}


def _steps_param(steps: Sequence[ToolStep]) -> list[JsonValue]:
    return [store_step(step) for step in steps]


def _usage_param(usage: TokenUsage | None) -> JsonValue:
    return None if usage is None else usage.model_dump(mode="json")


def _lease_params(lease: Lease) -> dict[str, JsonValue]:
    return {
        "p_message_id": lease.message_id,
        "p_lease_token": str(lease.token),
        "p_lease_seconds": lease.seconds,
    }
