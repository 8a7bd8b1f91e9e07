"""Sessions that have rested for days, and the calls of retention."""

import uuid
from typing import cast

import psycopg

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, call, lease

DAY_SECONDS = 86400


def rest(database: Database, session_id: str, *, days: float) -> None:
    """Moves the last activity of a session back; a minute's sixtieth is what a test may take."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            "update chat_sessions set updated_at = now() - make_interval(secs => %s)"
            " where session_id = %s",
            (days * DAY_SECONDS, session_id),
        )


def retain(database: Database, function: str, /, **parameters: object) -> Json:
    """Calls a function of retention with the secret key."""
    with database.as_service() as connection:
        return call(connection, function, **parameters)


def prune(database: Database, channel: str = "web", days: int = 7, **given: object) -> Json:
    """Prunes one batch."""
    return retain(database, "delete_idle_items", channel=channel, days=days, **given)


def archive(database: Database, channel: str = "web", days: int = 7, **given: object) -> Json:
    """Archives one batch."""
    return retain(database, "update_idle_sessions_archived", channel=channel, days=days, **given)


def delete(database: Database, channel: str = "web", days: int = 7, **given: object) -> Json:
    """Deletes one batch."""
    return retain(database, "delete_idle_sessions", channel=channel, days=days, **given)


def preview(database: Database, channel: str = "web", /, **days: int) -> list[Json]:
    """Lists all that a pass would do, in pages of two."""
    sessions: list[Json] = []
    after: Json | None = None
    while True:
        given: Json = {} if after is None else {"after": after}
        page = retain(
            database, "list_idle_sessions", channel=channel, days=dict(days), limit=2, **given
        )
        sessions += page["sessions"]
        after = page["next"]
        if after is None:
            return sessions


def claim_pass(database: Database, holder: uuid.UUID, **given: object) -> bool:
    """Tells whether this holder has the pass."""
    return bool(retain(database, "claim_retention_pass", holder=holder, **given)["is_held"])


def answer_with_tool(user: RegistryUser, session_id: str, uses: int = 1) -> Json:
    """A turn whose agent used a tool, and whose text is more than its last words."""
    turn = user.begin(session_id)
    items = [
        item
        for number in range(uses)
        for item in (
            {"content": "", "item": {"type": "function_call", "call_id": str(number)}},
            {"content": "", "item": {"type": "function_call_output", "call_id": str(number)}},
        )
    ]
    memory = {
        "items": items,
        "item": {"role": "assistant", "content": "Done"},
        "tool_steps": [{"name": "search", "label": "Searched", "status": "done"}],
    }
    user.call_as_service("complete_turn_v2", **lease(turn), content="I look. Done", memory=memory)
    return turn


def items_of(database: Database, session_id: str) -> list[Json | None]:
    """Every item that is stored of a session."""
    with database.connect() as connection:
        rows = connection.execute(
            "select item from chat_message_history where session_id = %s and item is not null"
            " order by id",
            (session_id,),
        ).fetchall()
    return [cast("Json | None", item) for (item,) in rows]
