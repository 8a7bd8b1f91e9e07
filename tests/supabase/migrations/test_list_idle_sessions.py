"""list_idle_sessions, and by which index what is idle is found."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.idle_sessions import (
    answer_with_tool,
    preview,
    prune,
    rest,
)
from tests.supabase.migrations.plans import rows_read, service_plan_nodes
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(database: Database) -> RegistryUser:
    # A database of its own: retention knows no users.
    return new_user(database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def stored(user: RegistryUser, session_id: str) -> Json:
    """A session and its messages, less what any change counts up."""
    session = user.session(session_id)
    return {n: value for n, value in session.items() if n not in ("version", "change_xid")}


class TestPreview:
    def test_tells_each_session_with_what_becomes_of_it_and_changes_nothing(
        self, user: RegistryUser
    ) -> None:
        young, idle, old, pinned = (user.new_session() for _ in range(4))
        for each in (young, idle, old, pinned):
            answer_with_tool(user, each)
        user.call("update_chat_session", session_id=pinned, changes={"pinned": True})
        for each, days in ((young, 1), (idle, 8), (old, 40), (pinned, 40)):
            rest(user.database, each, days=days)
        before = [stored(user, each) for each in (young, idle, old, pinned)]
        found = preview(user.database, inactive=7, archive=7, delete=30)
        assert [
            (s["session_id"], s["is_deleted"], s["is_archived"], s["is_made_inactive"],
             s["item_count"], s["message_count"])
            for s in found
        ] == [(old, True, False, False, 0, 2), (idle, False, True, True, 2, 2)]  # fmt: skip
        assert [stored(user, each) for each in (young, idle, old, pinned)] == before
        assert preview(user.database) == []

    def test_tells_no_session_a_second_time(self, user: RegistryUser) -> None:
        for _ in range(5):
            each = user.new_session()
            answer_with_tool(user, each)
            rest(user.database, each, days=8)
        assert len(preview(user.database, inactive=7)) == 5
        prune(user.database)
        assert preview(user.database, inactive=7) == []
        assert len(preview(user.database, delete=7)) == 5


class TestCosts:
    @pytest.mark.parametrize(
        "function",
        ["delete_idle_items", "update_idle_sessions_archived", "delete_idle_sessions"],
    )
    def test_finds_what_is_due_by_its_index_among_many_that_are_not(
        self, database: Database, function: str
    ) -> None:
        user = new_user(database)
        with database.connect() as connection:
            connection.execute(
                "insert into chat_sessions (user_id, session_id, channel, updated_at)"
                " select %s, 'fresh ' || n, 'web', now() from generate_series(1, 3000) n",
                (user.id,),
            )
            connection.execute("analyze chat_sessions")
        nodes = service_plan_nodes(database, function, channel="web", days=7)
        assert rows_read([n for n in nodes if n.get("Relation Name") == "chat_sessions"]) == 0
        assert "chat_sessions_idle_idx" in {n.get("Index Name") for n in nodes}
