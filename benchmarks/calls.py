"""The calls of SQL functions that are measured, with the very parameters that chatServer sends."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.cursors import Page

Params = Mapping[str, str | int | None]
Filters = Mapping[str, str | bool | None]
"""Parameters that narrow a list, without their p_."""

PAGE_LIMIT = 50
FEED_LIMIT = 200
MESSAGE = "What is still open for the quarterly report? Two lines will do."


@dataclass(frozen=True, slots=True)
class SqlCall:
    """One SQL function with its parameters."""

    function: str
    params: Params


def list_sessions(
    user_id: uuid.UUID, before: Page | None = None, *, filters: Filters | None = None
) -> SqlCall:
    """List the page that follows a page, or the first one."""
    above = before["sessions"][-1] if before else None
    narrowed = {f"p_{name}": value for name, value in (filters or {}).items()}
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
            "p_pinned": None,
            **narrowed,
        },
    )


def search_sessions(
    user_id: uuid.UUID, query: str, *, newest_first: bool = False, filters: Filters | None = None
) -> SqlCall:
    """List the first page of what holds the query; for the service alone."""
    narrowed = {f"p_{name}": value for name, value in (filters or {}).items()}
    return SqlCall(
        "list_matching_chat_sessions" if newest_first else "list_relevant_chat_sessions",
        {
            "p_user_id": str(user_id),
            "p_query": query,
            "p_channel": None,
            "p_archived": False,
            "p_from": None,
            "p_to": None,
            "p_limit": PAGE_LIMIT,
            **narrowed,
        },
    )


def list_changes(user_id: uuid.UUID, since: Mapping[str, str] | None = None) -> SqlCall:
    """List what changed since the `xid` and `session_id` of an answer, or where the feed stands."""
    return SqlCall(
        "list_chat_session_changes",
        {
            "p_user_id": str(user_id),
            "p_since_xid": since["xid"] if since else None,
            "p_since_session_id": since["session_id"] if since else None,
            "p_limit": FEED_LIMIT,
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
