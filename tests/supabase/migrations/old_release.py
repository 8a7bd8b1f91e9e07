"""What the release before the registry writes: no session_id, no user on a message."""

import uuid

from tests.stack.database import Connection


def insert_session(connection: Connection, user_id: uuid.UUID, agent_name: str = "scout") -> str:
    """Inserts a session as the previous release does; returns its chat_id as text."""
    row = connection.execute(
        "insert into public.chat_sessions (user_id, agent_name) values (%s, %s)"
        " returning chat_id::text",
        (user_id, agent_name),
    ).fetchone()
    assert row is not None
    return str(row[0])


def insert_message(connection: Connection, chat_id: str, content: str, role: str = "user") -> int:
    """Inserts a message as the previous release does; returns its id."""
    row = connection.execute(
        "insert into public.chat_message_history (session_id, role, content)"
        " values (%s, %s, %s) returning id",
        (chat_id, role, content),
    ).fetchone()
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]
