"""What a user may write to own messages straight through the Supabase API, and what not."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user

INSERT = "insert into chat_message_history (session_id, role, content, {}) values (%s, %s, %s, %s)"
UPDATE = (
    "update chat_message_history set {} = %s where id = %s returning to_jsonb(chat_message_history)"
)
DELETE = "delete from chat_message_history where id = %s"
INSERT_THREE = """
insert into chat_message_history (session_id, role, content)
values (%(session_id)s, 'user', '1'), (%(session_id)s, 'user', '2'), (%(session_id)s, 'user', '3')
"""
INSERT_STREAMING = """
insert into chat_message_history
  (session_id, role, content, status, lease_token, lease_expires_at)
values (%s, 'assistant', '', 'streaming', gen_random_uuid(), 'infinity')
returning lease_expires_at <= clock_timestamp() + interval '10 minutes'
"""


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def change(user: RegistryUser, message_id: int, column: str, value: object) -> Json:
    [(row,)] = user.run(UPDATE.format(column), (value, message_id))
    assert isinstance(row, dict)
    return row


class TestInsert:
    def test_a_message_without_a_parent_follows_the_head(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [first] = user.append(session_id, "one")
        second, third = user.append(session_id, "two", "three")
        assert user.branch(session_id) == [first, second, third]

    def test_rows_of_one_statement_in_a_savepoint_are_a_chain(
        self, user: RegistryUser, session_id: str
    ) -> None:
        with user.database.as_user(user.id) as connection:
            connection.execute("select 1")
            with connection.transaction():
                connection.execute(INSERT_THREE, {"session_id": session_id})
        assert len(user.branch(session_id)) == 3

    def test_rows_for_several_sessions_in_one_statement_are_chains_of_their_own(
        self, user: RegistryUser, session_id: str
    ) -> None:
        other = user.new_session()
        rows = user.run(
            "insert into chat_message_history (session_id, role, content)"
            " select to_session, 'user', 'x' from unnest(%s::text[]) as to_session returning id",
            ([session_id, other] * 2,),
        )
        ids = [number for (number,) in rows]
        assert user.branch(session_id) == ids[::2]
        assert user.branch(other) == ids[1::2]

    def test_a_row_that_was_there_already_is_left_out_of_the_chain(
        self, user: RegistryUser, session_id: str
    ) -> None:
        statement = (
            "insert into chat_message_history (session_id, role, content, client_request_id)"
            " select %s, 'user', said, said from unnest(%s::text[]) as said"
            " on conflict (user_id, client_request_id) do nothing returning id"
        )
        first = user.run(statement, (session_id, ["one", "two"]))
        second = user.run(statement, (session_id, ["one", "three", "two", "four"]))
        assert user.branch(session_id) == [number for (number,) in first + second]
        assert user.session(session_id)["message_count"] == 4

    def test_parent_zero_begins_a_branch_at_the_root(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.append(session_id, "one", "two")
        user.run(INSERT.format("parent_id"), (session_id, "user", "other", 0))
        [root] = user.branch(session_id)
        assert user.message(session_id, root)["parent_id"] is None

    def test_a_parent_of_another_session_or_of_none_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        for code, parent_id in (("23503", elsewhere), ("23514", 2**62)):
            with refused(code):
                user.run(INSERT.format("parent_id"), (session_id, "user", "x", parent_id))

    @pytest.mark.parametrize("instant", ["2999-01-01", "infinity", "-infinity", "0044-03-15 BC"])
    def test_a_time_that_no_reader_could_show_is_brought_into_bounds(
        self, user: RegistryUser, session_id: str, instant: str
    ) -> None:
        user.run(INSERT.format("created_at"), (session_id, "user", "x", instant))
        [message] = user.session(session_id)["messages"]
        assert "1970" <= message["created_at"] < "2999"
        assert message["created_at"] <= message["updated_at"]

    def test_a_lease_ends_within_ten_minutes(self, user: RegistryUser, session_id: str) -> None:
        assert user.run(INSERT_STREAMING, (session_id,)) == [(True,)]

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("status", "streaming"),
            ("status", "done"),
            ("channel", "fax"),
            ("model_id", ""),
            ("client_request_id", "r" * 201),
            ("failure_reason", "f" * 1001),
            ("item", "[]"),
            ("lease_expires_at", "2027-01-01"),
        ],
    )
    def test_a_value_out_of_bounds_is_refused(
        self, user: RegistryUser, session_id: str, column: str, value: object
    ) -> None:
        with refused("23514"):
            user.run(INSERT.format(column), (session_id, "user", "x", value))

    @pytest.mark.parametrize(("role", "limit"), [("user", 65_536), ("assistant", 1_048_576)])
    def test_content_is_limited_in_bytes(
        self, user: RegistryUser, session_id: str, role: str, limit: int
    ) -> None:
        longest = "é" * (limit // 2)
        user.run(INSERT.format("topic"), (session_id, role, longest, "t"))
        with refused("23514"):
            user.run(INSERT.format("topic"), (session_id, role, f"{longest}x", "t"))


class TestUpdate:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("session_id", "other"),
            ("user_id", "00000000-0000-4000-8000-000000000000"),
            ("parent_id", None),
            ("role", "system"),
            ("channel", "telegram"),
            ("client_request_id", "other"),
            ("created_at", "2001-01-01"),
        ],
    )
    def test_who_said_it_where_and_when_never_changes(
        self, user: RegistryUser, session_id: str, column: str, value: object
    ) -> None:
        _, second = user.append(session_id, "one", "two")
        with refused("PT422", "validation_failed", "id"):
            change(user, second, column, value)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("content", "I never said that"),
            ("status", "streaming"),
            ("status", "failed"),
            ("item", "{}"),
            ("model_id", "better"),
            ("provider_id", "better"),
            ("fallback_notice", "x"),
            ("failure_reason", "x"),
        ],
    )
    @pytest.mark.parametrize("ended", ["said", "answered"])
    def test_what_was_said_never_changes_and_what_ended_is_not_revived(
        self, user: RegistryUser, session_id: str, ended: str, column: str, value: object
    ) -> None:
        turn = user.answer(session_id)
        message = turn["user_message" if ended == "said" else "assistant_message"]
        with refused("PT422", "validation_failed", "status"):
            change(user, message["id"], column, value)

    def test_an_ended_answer_takes_no_lease(self, user: RegistryUser, session_id: str) -> None:
        message_id = user.answer(session_id)["assistant_message"]["id"]
        assert change(user, message_id, "lease_expires_at", "infinity")["lease_expires_at"] is None

    def test_a_lease_cannot_be_made_to_last(self, user: RegistryUser, session_id: str) -> None:
        message_id = user.begin(session_id)["assistant_message"]["id"]
        change(user, message_id, "lease_expires_at", "infinity")
        within = "select lease_expires_at <= clock_timestamp() + interval '10 minutes'"
        rows = user.run(f"{within} from chat_message_history where id = %s", (message_id,))
        assert rows == [(True,)]

    def test_updated_at_is_the_servers_clock(self, user: RegistryUser, session_id: str) -> None:
        [message_id] = user.append(session_id, "one")
        assert "2026" < change(user, message_id, "updated_at", "infinity")["updated_at"] < "2999"

    def test_no_id_can_be_chosen(self, user: RegistryUser, session_id: str) -> None:
        [message_id] = user.append(session_id, "one")
        with refused("428C9"):
            change(user, message_id, "id", 7)
        with refused("428C9"):
            user.run(INSERT.format("id"), (session_id, "user", "x", 7))


class TestDelete:
    def test_a_message_that_others_follow_stays(self, user: RegistryUser, session_id: str) -> None:
        first, last = user.append(session_id, "one", "two")
        with refused("23503"):
            user.run(DELETE, (first,))
        user.run(DELETE, (last,))
        session = user.session(session_id)
        assert (session["head_message_id"], session["message_count"]) == (first, 1)

    def test_an_answer_that_is_being_written_goes_only_with_its_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        answer_id = user.begin(session_id)["assistant_message"]["id"]
        with refused("PT409", "answer_streaming"):
            user.run(DELETE, (answer_id,))
        user.run("delete from chat_sessions where session_id = %s", (session_id,))
        assert user.run("select id from chat_message_history") == []

    def test_a_session_is_deleted_with_its_messages(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.answer(session_id)
        user.run("delete from chat_sessions where session_id = %s", (session_id,))
        assert user.run("select id from chat_message_history") == []
