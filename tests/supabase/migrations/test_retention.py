"""Retention: what rests goes, at the hour it is due, and nothing else does."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.attachment_user import object_status, send_attachment
from tests.supabase.migrations.idle_sessions import (
    answer_with_tool,
    archive,
    delete,
    items_of,
    prune,
    rest,
    retain,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user

MINUTE_DAYS = 1 / 1440


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


class TestPruning:
    def test_takes_what_only_agents_see_and_leaves_the_text(
        self, user: RegistryUser, session_id: str
    ) -> None:
        answer_with_tool(user, session_id)
        rest(user.database, session_id, days=7)
        before = stored(user, session_id)
        assert prune(user.database) == {"inactive": 1, "items": 2, "is_last": False}
        after = stored(user, session_id)
        assert items_of(user.database, session_id) == []
        assert after.pop("is_active") is False
        assert before.pop("is_active") is True
        for session in (before, after):
            session.pop("is_pruned")
            for message in session["messages"]:
                message.pop("item")
        assert after == before
        assert prune(user.database) == {"inactive": 0, "items": 0, "is_last": True}

    def test_begins_when_seven_days_are_over_and_not_a_minute_before(
        self, user: RegistryUser, session_id: str
    ) -> None:
        answer_with_tool(user, session_id)
        rest(user.database, session_id, days=7 - MINUTE_DAYS)
        assert prune(user.database)["is_last"] is True
        rest(user.database, session_id, days=7)
        assert prune(user.database)["inactive"] == 1

    def test_leaves_pinned_sessions_other_channels_and_running_turns(
        self, user: RegistryUser, session_id: str
    ) -> None:
        pinned, running = user.new_session(), user.new_session()
        telegram = user.new_reserved_session("telegram:1:1")
        for each in (session_id, pinned, telegram):
            answer_with_tool(user, each)
        user.call("update_chat_session", session_id=pinned, changes={"pinned": True})
        turn = user.begin(running)
        for each in (session_id, pinned, telegram, running):
            rest(user.database, each, days=100)
        assert prune(user.database)["inactive"] == 1
        assert prune(user.database)["is_last"] is True
        assert len(items_of(user.database, pinned)) == len(items_of(user.database, telegram)) == 3
        user.complete(turn)
        assert user.session(running)["is_active"] is True

    def test_does_so_in_batches_of_whole_answers(self, user: RegistryUser, session_id: str) -> None:
        for _ in range(3):
            answer_with_tool(user, session_id, uses=2)
        rest(user.database, session_id, days=8)
        batches = [prune(user.database, item_limit=5) for _ in range(3)]
        assert [(b["items"], b["inactive"]) for b in batches] == [(8, 0), (4, 1), (0, 0)]
        assert batches[-1]["is_last"] is True

    def test_takes_the_payload_of_items_on_the_branch_and_keeps_the_branch(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.append(session_id, "Question")
        user.run(
            "insert into chat_message_history (session_id, role, content, item)"
            " values (%s, 'tool', 'Found', '{}')",
            (session_id,),
        )
        user.append(session_id, "Thanks")
        rest(user.database, session_id, days=7)
        assert prune(user.database)["items"] == 1
        contents = [m["content"] for m in user.session(session_id)["messages"]]
        assert contents == ["Question", "", "Thanks"]
        assert items_of(user.database, session_id) == []


class TestArchiving:
    def test_archives_runs_where_they_are_in_the_list_and_tells_other_devices(
        self, user: RegistryUser
    ) -> None:
        run = user.new_reserved_session("scheduled:1")
        pinned = user.new_reserved_session("scheduled:2")
        user.call("update_chat_session", session_id=pinned, changes={"pinned": True})
        for each in (run, pinned):
            rest(user.database, each, days=7)
        before = user.session(run)
        since = user.call("list_chat_session_changes")
        assert archive(user.database, "scheduled") == {"archived": 1, "is_last": False}
        assert archive(user.database, "scheduled") == {"archived": 0, "is_last": True}
        after = user.session(run)
        assert (after["archived"], after["updated_at"]) == (True, before["updated_at"])
        changes = user.call(
            "list_chat_session_changes",
            since_xid=since["xid"],
            since_session_id=since["session_id"],
        )
        assert [s["session_id"] for s in changes["changed"]] == [run]
        assert user.session(pinned)["archived"] is False

    def test_what_a_user_takes_out_again_rests_anew(self, user: RegistryUser) -> None:
        run = user.new_reserved_session("scheduled:1")
        rest(user.database, run, days=7)
        archive(user.database, "scheduled")
        user.call("update_chat_session_archived", session_id=run)
        assert archive(user.database, "scheduled")["is_last"] is True


class TestDeleting:
    def test_leaves_a_tombstone_and_the_files_to_the_sweep(
        self, user: RegistryUser, session_id: str
    ) -> None:
        _, object_id = send_attachment(user, session_id)
        answer_with_tool(user, user.new_session())
        since = user.call("list_chat_session_changes")
        with user.database.connect() as connection:
            connection.execute(
                "update chat_message_history set lease_expires_at = now() - interval '1 minute'"
                " where status = 'streaming'"
            )
        retain(user.database, "fail_expired_turns")
        rest(user.database, session_id, days=30)
        assert delete(user.database, days=30)["deleted"] == 1
        assert delete(user.database, days=30)["is_last"] is True
        changes = user.call(
            "list_chat_session_changes",
            since_xid=since["xid"],
            since_session_id=since["session_id"],
        )
        assert changes["deleted"] == [session_id]
        assert object_status(user, object_id) == "unused"

    def test_never_takes_a_pinned_one_nor_one_a_minute_too_young(
        self, user: RegistryUser, session_id: str
    ) -> None:
        pinned = user.new_session()
        user.call("update_chat_session", session_id=pinned, changes={"pinned": True})
        rest(user.database, pinned, days=1000)
        rest(user.database, session_id, days=30 - MINUTE_DAYS)
        assert delete(user.database, days=30)["is_last"] is True

    def test_ends_a_batch_at_its_messages(self, user: RegistryUser) -> None:
        for _ in range(3):
            each = user.new_session()
            user.append(each, "one", "two")
            rest(user.database, each, days=30)
        batches = [delete(user.database, days=30, row_limit=5) for _ in range(3)]
        assert [(b["deleted"], b["messages"]) for b in batches] == [(2, 4), (1, 2), (0, 0)]

    def test_takes_a_session_that_is_larger_than_a_batch_in_pieces(
        self, user: RegistryUser, session_id: str
    ) -> None:
        for _ in range(2):
            answer_with_tool(user, session_id)
        edited = user.edit(session_id, user.branch(session_id)[2])
        user.complete(edited)
        rest(user.database, session_id, days=30)
        batches = [delete(user.database, days=30, row_limit=3) for _ in range(5)]
        assert [(b["deleted"], b["messages"]) for b in batches] == [
            (0, 2), (0, 2), (0, 1), (1, 1), (0, 0),
        ]  # fmt: skip
        assert batches[-1]["is_last"] is True

    @pytest.mark.parametrize("days", [0, -1])
    def test_takes_no_age_below_a_day(self, user: RegistryUser, days: int) -> None:
        for act in (delete, archive, prune):
            with refused("PT422", "validation_failed", "days"):
                act(user.database, days=days)
