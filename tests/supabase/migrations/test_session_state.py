"""What triggers keep true on a session while its messages come, end and go."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, lease, new_user, run


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def state(user: RegistryUser, session_id: str) -> tuple[int | None, int, str | None]:
    session = user.session(session_id)
    return (
        session["head_message_id"],
        session["message_count"],
        session["last_message_preview"],
    )


def delete_messages(user: RegistryUser, *message_ids: int) -> None:
    """Deletes messages in one statement, as only the secret key may."""
    with user.database.as_service() as connection:
        run(
            connection,
            "delete from chat_message_history where id = any(%s)",
            (list(message_ids),),
        )


class TestThroughATurn:
    def test_head_count_and_preview_follow_every_step(
        self, user: RegistryUser, session_id: str
    ) -> None:
        assert state(user, session_id) == (None, 0, None)
        turn = user.begin(session_id, "Question")
        answer_id = turn["assistant_message"]["id"]
        assert state(user, session_id) == (answer_id, 2, "Question")
        user.call_as_service("checkpoint_turn", **lease(turn), content="Half an")
        assert state(user, session_id) == (answer_id, 2, "Question")
        user.complete(turn, "Half an answer")
        assert state(user, session_id) == (answer_id, 2, "Half an answer")

    def test_an_answer_that_ends_empty_leaves_the_preview(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.complete(user.begin(session_id, "Question"), "")
        assert state(user, session_id)[2] == "Question"

    def test_updated_at_and_version_grow_with_every_step_but_a_checkpoint(
        self, user: RegistryUser, session_id: str
    ) -> None:
        def stamps() -> tuple[str, int]:
            session = user.session(session_id)
            return session["updated_at"], session["version"]

        made = stamps()
        turn = user.begin(session_id)
        begun = stamps()
        user.call_as_service("checkpoint_turn", **lease(turn), content="Half")
        assert stamps() == begun
        user.complete(turn)
        ended = stamps()
        assert made[0] < begun[0] < ended[0]
        assert made[1] < begun[1] < ended[1]


class TestThroughInserts:
    def test_only_what_people_see_is_counted_and_previewed(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.append(session_id, "Hello")
        user.run(
            "insert into chat_message_history (session_id, role, content)"
            " values (%s, 'system', 'Be brief.'), (%s, 'tool', '{}')",
            (session_id, session_id),
        )
        head, count, preview = state(user, session_id)
        assert (count, preview) == (1, "Hello")
        assert user.branch(session_id)[-1] == head

    def test_many_rows_are_one_change_of_the_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        before = user.session(session_id)["version"]
        appended = user.append(session_id, *map(str, range(100)))
        assert state(user, session_id) == (appended[-1], 100, "99")
        assert user.session(session_id)["version"] == before + 1

    def test_a_statement_that_is_taken_back_leaves_no_trace(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.append(session_id, "Hello")
        before = user.session(session_id)
        with (
            user.database.as_user(user.id) as connection,
            connection.transaction(force_rollback=True),
        ):
            run(
                connection,
                "insert into chat_message_history (session_id, role, content)"
                " values (%s, 'user', 'x')",
                (session_id,),
            )
        assert user.session(session_id) == before


class TestThroughDeletes:
    def test_without_its_head_the_branch_ends_at_the_parent(
        self, user: RegistryUser, session_id: str
    ) -> None:
        _, second, third = user.append(session_id, "1", "2", "3")
        delete_messages(user, third)
        assert state(user, session_id) == (second, 2, "2")

    @pytest.mark.parametrize("count", [2, 3, 4])
    def test_without_its_last_messages_it_ends_at_what_is_left(
        self, user: RegistryUser, session_id: str, count: int
    ) -> None:
        appended = user.append(session_id, "0", "1", "2", "3", "4")
        delete_messages(user, *appended[-count:])
        left = appended[:-count]
        assert state(user, session_id) == (left[-1], len(left), str(len(left) - 1))
        assert user.branch(session_id) == left

    def test_a_branch_that_is_not_in_use_goes_without_moving_the_head(
        self, user: RegistryUser, session_id: str
    ) -> None:
        root = user.answer(session_id, "root")["assistant_message"]["id"]
        unused = user.answer(session_id, "unused")
        used = user.answer(session_id, "used", parent_id=root)
        delete_messages(user, *pair(unused))
        assert state(user, session_id)[:2] == (used["assistant_message"]["id"], 4)

    def test_without_the_whole_branch_in_use_another_is_shown(
        self, user: RegistryUser, session_id: str
    ) -> None:
        other = user.answer(session_id, "other")
        used = user.answer(session_id, "used", parent_id=0)
        delete_messages(user, *pair(used))
        assert user.branch(session_id) == pair(other)

    def test_without_any_message_it_is_as_empty_as_a_new_one(
        self, user: RegistryUser, session_id: str
    ) -> None:
        delete_messages(user, *user.append(session_id, "1", "2"))
        assert state(user, session_id) == (None, 0, None)
        assert len(user.append(session_id, "3")) == len(user.branch(session_id)) == 1


class TestDeletedSession:
    def test_goes_with_its_messages_and_leaves_the_others(
        self, user: RegistryUser, session_id: str
    ) -> None:
        other = user.new_session()
        user.append(session_id, "1", "2")
        kept = user.append(other, "3")
        user.begin(session_id)
        user.run("delete from chat_sessions where session_id = %s", (session_id,))
        rows = user.run("select id from chat_message_history")
        assert [number for (number,) in rows] == kept

    def test_costs_as_much_per_message_when_there_are_many(self, database: Database) -> None:
        user = new_user(database)
        small, large = (deletion_cost(user, size) for size in (500, 5000))
        assert large < 15 * small


class TestDeletedUser:
    def test_goes_with_all_rows_and_nobody_elses(self, shared_database: Database) -> None:
        leaving, staying = new_user(shared_database), new_user(shared_database)
        for user in (leaving, staying):
            user.answer(user.new_session())
            user.begin(user.new_session())
        with shared_database.connect() as connection:
            run(connection, "delete from auth.users where id = %s", (leaving.id,))
            left = run(
                connection,
                "select (select count(*) from chat_sessions where user_id = %s),"
                " (select count(*) from chat_message_history where user_id = %s)",
                (leaving.id, leaving.id),
            )
        assert left == [(0, 0)]
        assert len(staying.call("list_chat_sessions")["sessions"]) == 2


def pair(turn: Json) -> list[int]:
    return [turn["user_message"]["id"], turn["assistant_message"]["id"]]


def deletion_cost(user: RegistryUser, count: int) -> int:
    """Pages of tables and indexes that are touched when a session of so many messages goes."""
    touched = (
        "select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::integer"
        " from pg_statio_user_tables where schemaname = 'public'"
    )
    session_id = user.new_session()
    user.append(session_id, *map(str, range(count)))
    with user.database.connect() as connection:
        connection.execute("vacuum analyze chat_message_history, chat_sessions")
        connection.execute("select pg_stat_force_next_flush()")
        [(before,)] = run(connection, touched)
        with connection.transaction():
            connection.execute("select pg_stat_force_next_flush()")
            run(connection, "delete from chat_sessions where session_id = %s", (session_id,))
        [(after,)] = run(connection, touched)
    assert isinstance(after, int)
    return after - int(before)
