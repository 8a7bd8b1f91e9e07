"""Rows as the registry returns them, for tests that need no database."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from chatServer.agent_models import ToolStep
from chatServer.models import Branch, Message, MessageRole, MessageStatus, Session

NOW = datetime.now(UTC)
USER_ID = uuid.uuid4()


def message_row(
    content: str = "",
    *,
    role: MessageRole = "user",
    status: MessageStatus = "complete",
    tool_steps: Sequence[ToolStep] = (),
) -> Message:
    """A message of session `s`: 1 from the user, 2 from the assistant."""
    number = 2 if role == "assistant" else 1
    return Message(
        id=number,
        session_id="s",
        user_id=USER_ID,
        parent_id=number - 1 or None,
        role=role,
        content=content,
        item=None,
        status=status,
        channel="web",
        model_id=None,
        provider_id=None,
        fallback_notice=None,
        failure_reason=None,
        topic=None,
        client_request_id=None,
        created_at=NOW,
        updated_at=NOW,
        attachments=[],
        branch=Branch(index=1, count=1, sibling_ids=[number]),
        delivery=None,
        tool_steps=list(tool_steps) or None,
    )


def session_row() -> Session:
    """The session `s` while its answer is streaming."""
    return Session(
        chat_id=uuid.uuid4(),
        session_id="s",
        user_id=USER_ID,
        channel="web",
        agent_name="assistant",
        is_active=True,
        title=None,
        title_source=None,
        topic=None,
        archived=False,
        pinned=False,
        head_message_id=2,
        message_count=2,
        last_message_preview=None,
        schedule_id=None,
        is_folded=False,
        metadata={},
        version=1,
        created_at=NOW,
        updated_at=NOW,
        is_answering=True,
        has_failed_delivery=False,
        has_failed_answer=False,
        receiver=None,
    )
