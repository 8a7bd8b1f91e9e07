"""update_chat_session_head: a session moves to another of its branches."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def said(turn: Json) -> int:
    return int(turn["user_message"]["id"])


def answered(turn: Json) -> int:
    return int(turn["assistant_message"]["id"])


class TestHead:
    def test_moves_to_the_newest_message_below_the_one_named(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id)
        below = user.answer(session_id)
        user.answer(session_id, parent_id=answered(first))
        newest = user.answer(session_id, parent_id=said(below))
        user.edit(session_id, said(first))
        opened = user.move_head(session_id, said(first))
        assert opened["head_message_id"] == answered(newest)
        assert [message["id"] for message in opened["messages"]] == user.branch(session_id)
        assert user.session(session_id)["head_message_id"] == answered(newest)

    def test_at_the_end_of_a_branch_is_that_end(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        other = user.regenerate(session_id, answered(first))
        assert user.move_head(session_id, answered(first))["head_message_id"] == answered(first)
        assert user.move_head(session_id, answered(other))["head_message_id"] == answered(other)

    def test_is_where_the_next_message_follows(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        user.regenerate(session_id, answered(first))
        user.move_head(session_id, answered(first))
        assert user.begin(session_id)["user_message"]["parent_id"] == answered(first)

    def test_that_stays_changes_nothing(self, user: RegistryUser, session_id: str) -> None:
        turn = user.answer(session_id)
        before = user.session(session_id)
        user.move_head(session_id, said(turn))
        assert user.session(session_id) == before

    def test_at_a_message_elsewhere_is_not_found(self, user: RegistryUser, session_id: str) -> None:
        elsewhere = user.answer(user.new_session())
        with refused("PT404", "message_not_found", "message_id"):
            user.move_head(session_id, said(elsewhere))
