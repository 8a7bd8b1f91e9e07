"""The calls of SQL functions that are measured, with the very parameters that chatServer sends."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.cursors import Page

Params = Mapping[str, str | int | None]

PAGE_LIMIT = 50
MESSAGE = "What is still open for the quarterly report? Two lines will do."


@dataclass(frozen=True, slots=True)
class SqlCall:
    """One SQL function with its parameters."""

    function: str
    params: Params


def list_sessions(user_id: uuid.UUID, before: Page | None = None) -> SqlCall:
    """List the page that follows a page, or the first one."""
    above = before["sessions"][-1] if before else None
    return SqlCall(
        "list_chat_sessions",
        {
            "p_user_id": str(user_id),
            "p_channel": None,
            "p_archived": False,
            "p_agent_name": None,
            "p_from": None,
            "p_to": None,
            "p_updated_after": None,
            "p_cursor_updated_at": above["updated_at"] if above else None,
            "p_cursor_session_id": above["session_id"] if above else None,
            "p_offset": 0,
            "p_limit": PAGE_LIMIT,
            "p_schedule_id": None,
            "p_folded": None,
        },
    )


def get_session(user_id: uuid.UUID, session_id: str) -> SqlCall:
    """Open a session with its newest messages."""
    return SqlCall(
        "get_chat_session",
        {"p_user_id": str(user_id), "p_session_id": session_id, "p_message_limit": PAGE_LIMIT},
    )


def begin_turn(user_id: uuid.UUID, session_id: str) -> SqlCall:
    """Append a user's message and its empty answer."""
    return SqlCall(
        "begin_turn",
        {
            "p_user_id": str(user_id),
            "p_session_id": session_id,
            "p_content": MESSAGE,
            "p_client_request_id": str(uuid.uuid4()),
            "p_parent_id": None,
            "p_channel": "web",
            "p_lease_seconds": 30,
        },
    )


def complete_turn(user_id: uuid.UUID, message_id: int, lease_token: str) -> SqlCall:
    """End a turn as the server does after generating."""
    return SqlCall(
        "complete_turn",
        {
            "p_user_id": str(user_id),
            "p_message_id": message_id,
            "p_lease_token": lease_token,
            "p_content": "Done.",
            "p_model_id": "demo",
            "p_provider_id": "demo",
        },
    )
