"""Changing and deleting a session, and what one device learns of the other's change."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user, run


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def change(user: RegistryUser, session_id: str, base: object = None, **changes: object) -> Json:
    return user.call(
        "update_chat_session", session_id=session_id, changes=changes, base_version=base
    )


class TestUpdate:
    def test_the_fields_given_change_and_the_others_stay(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans", topic="home", metadata={"a": 1})
        session = change(user, session_id, title="Plan", pinned=True)["session"]
        assert (session["title"], session["pinned"], session["archived"]) == ("Plan", True, False)
        assert (session["topic"], session["metadata"]) == ("home", {"a": 1})

    def test_null_empties_a_title_and_its_source(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        session = change(user, session_id, title=None)["session"]
        assert session["title"] is session["title_source"] is None

    def test_a_generated_title_that_is_confirmed_becomes_the_users(
        self, user: RegistryUser
    ) -> None:
        session_id = user.new_session()
        user.answer(session_id, "Where to in May?")
        title = user.session(session_id)["title"]
        assert user.session(session_id)["title_source"] == "generated"
        assert change(user, session_id, title=title)["session"]["title_source"] == "user"

    def test_what_changes_nothing_is_no_change(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        before = user.session(session_id)
        after = change(user, session_id, title="Plans", archived=False)["session"]
        assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "t" * 201}, "title"),
            ({"topic": 7}, "topic"),
            ({"archived": None}, "archived"),
            ({"pinned": "yes"}, "pinned"),
            ({"metadata": []}, "metadata"),
            ({"metadata": {"x": "y" * 16_384}}, "metadata"),
            ({"channel": "telegram"}, "channel"),
        ],
    )
    def test_a_value_out_of_bounds_is_refused_by_its_name(
        self, user: RegistryUser, changes: dict[str, object], field: str
    ) -> None:
        session_id = user.new_session()
        with refused("PT422", "validation_failed", field):
            change(user, session_id, **changes)

    @pytest.mark.parametrize("base", [0, -1, 2])
    def test_a_version_that_never_was_is_refused(self, user: RegistryUser, base: int) -> None:
        session_id = user.new_session()
        with refused("PT422", "validation_failed", "base_version"):
            change(user, session_id, base, title="Plans")

    def test_a_session_of_somebody_else_is_not_found(
        self, user: RegistryUser, shared_database: Database
    ) -> None:
        session_id = new_user(shared_database).new_session()
        for function in (
            "update_chat_session_archived",
            "delete_chat_session",
        ):
            with refused("PT404", "session_not_found"):
                user.call(function, session_id=session_id)
        with refused("PT404", "session_not_found"):
            change(user, session_id, title="Mine")


class TestSuperseded:
    def test_a_field_that_changed_since_is_told_with_what_it_held(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        seen = user.session(session_id)["version"]
        change(user, session_id, seen, title="From the phone", pinned=True)

        answer = change(user, session_id, seen, title="From the desk", topic="home")

        assert answer["session"]["title"] == "From the desk"
        assert answer["session"]["pinned"] is True
        assert answer["superseded"] == {"title": "From the phone"}

    def test_another_field_than_the_one_that_changed_supersedes_nothing(
        self, user: RegistryUser
    ) -> None:
        session_id = user.new_session(title="Plans")
        seen = user.session(session_id)["version"]
        change(user, session_id, seen, pinned=True)
        user.append(session_id, "A message between")
        assert change(user, session_id, seen, title="Plan")["superseded"] == {}

    def test_the_same_value_supersedes_nothing(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        seen = user.session(session_id)["version"]
        change(user, session_id, seen, title="Plans")
        assert change(user, session_id, seen, title="Plans")["superseded"] == {}

    def test_without_a_version_nothing_is_told(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        change(user, session_id, title="One")
        assert change(user, session_id, title="Two")["superseded"] == {}

    def test_a_change_straight_at_the_table_counts_too(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        seen = user.session(session_id)["version"]
        user.run("update chat_sessions set title = 'By REST' where session_id = %s", (session_id,))
        assert change(user, session_id, seen, title="Mine")["superseded"] == {"title": "By REST"}


class TestArchive:
    def test_the_flag_turns_round_each_time(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        turned = [
            user.call("update_chat_session_archived", session_id=session_id)["archived"]
            for _ in range(2)
        ]
        assert turned == [True, False]


class TestDelete:
    def test_a_session_goes_with_its_messages_and_leaves_a_tombstone(
        self, user: RegistryUser
    ) -> None:
        session_id = user.new_session()
        user.answer(session_id)
        user.call("delete_chat_session", session_id=session_id)
        for table in ("chat_sessions", "chat_message_history"):
            assert user.run(f"select from {table}") == []
        assert user.run("select session_id from chat_session_tombstones") == [(session_id,)]
        with refused("PT404", "session_not_found"):
            user.call("delete_chat_session", session_id=session_id)

    def test_a_session_made_again_under_the_id_has_no_tombstone(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        user.call("delete_chat_session", session_id=session_id)
        user.new_session(session_id=session_id)
        assert user.run("select from chat_session_tombstones") == []

    def test_tombstones_over_30_days_old_go_with_the_next_one(self, user: RegistryUser) -> None:
        old, new = user.new_session(), user.new_session()
        user.call("delete_chat_session", session_id=old)
        with user.database.as_service() as connection:
            run(
                connection,
                "update chat_session_tombstones set deleted_at = now() - interval '31 days'"
                " where user_id = %s",
                (user.id,),
            )
        user.call("delete_chat_session", session_id=new)
        assert user.run("select session_id from chat_session_tombstones") == [(new,)]

    def test_a_user_who_is_deleted_takes_the_sessions_along(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        with user.database.connect() as connection:
            run(connection, "delete from auth.users where id = %s", (user.id,))
            rows = run(connection, "select from chat_sessions where session_id = %s", (session_id,))
        assert rows == []
