"""pop_session_item and delete_session_items: what an agent program takes back is gone."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.attachment_user import send_attachment
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.program_user import CALL, RESULT, add, memory, pop, said, words
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, expire, new_user, run


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


class TestPop:
    def test_takes_items_back_one_by_one_from_the_last(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "1"), CALL, RESULT, words("assistant", "2"))
        assert pop(user, session_id) == "2"
        assert memory(user, session_id) == ["1", "function_call", "function_call_output"]
        session = user.session(session_id)
        assert (session["message_count"], session["last_message_preview"]) == (1, "1")
        add(user, session_id, words("assistant", "again"))
        assert memory(user, session_id) == ["1", "function_call", "function_call_output", "again"]
        popped = [pop(user, session_id) for _ in range(5)]
        assert popped == ["again", "function_call_output", "function_call", "1", None]
        assert user.session(session_id)["head_message_id"] is None
        add(user, session_id, words("user", "anew"))
        assert said(user, session_id) == ["anew"]

    def test_takes_what_a_turn_added_and_what_it_did(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.answer(session_id, "1")
        turn = user.begin(session_id, "2")
        answer_id = turn["assistant_message"]["id"]
        user.call("fail_turn", session_id=session_id, status="cancelled", message_id=answer_id)
        # The cancelled answer said nothing, so it goes along.
        assert [pop(user, session_id) for _ in range(3)] == ["2", "Hi", "1"]

    def test_knows_no_session_of_nobody(self, user: RegistryUser) -> None:
        assert pop(user, "nowhere") is None

    def test_takes_nothing_newer_than_was_seen(self, user: RegistryUser, session_id: str) -> None:
        seen_id = add(user, session_id, words("user", "mine"))["head_id"]
        user.answer(session_id, "somebody else's")
        for known in (seen_id, 0):
            popped = user.call("pop_session_item", session_id=session_id, seen_id=known)
            assert (popped["is_refused"], popped["message"]) == (True, None)
        assert memory(user, session_id) == ["mine", "somebody else's", "Hi"]

    def test_waits_for_an_answer_that_is_being_written(
        self, user: RegistryUser, session_id: str
    ) -> None:
        answer_id = user.begin(session_id, "1")["assistant_message"]["id"]
        for function in ("pop_session_item", "delete_session_items"):
            with refused("PT409", "answer_streaming"):
                user.call(function, session_id=session_id)
        expire(user.database, answer_id)
        assert pop(user, session_id) == "1"

    def test_leaves_other_versions_as_they_are(self, user: RegistryUser, session_id: str) -> None:
        user.answer(session_id, "0")
        first = user.answer(session_id, "1")
        user.complete(user.regenerate(session_id, first["assistant_message"]["id"]), "Other")
        assert [pop(user, session_id) for _ in range(2)] == ["Other", "1"]
        assert memory(user, session_id) == ["0", "Hi"]
        moved = user.move_head(session_id, first["assistant_message"]["id"])
        assert [m["content"] for m in moved["messages"]] == ["0", "Hi", "1", "Hi"]

    def test_never_falls_into_another_branch(self, user: RegistryUser, session_id: str) -> None:
        turn = user.answer(session_id, "1")
        user.complete(user.edit(session_id, turn["user_message"]["id"], "edited"))
        assert pop(user, session_id) == "Hi"
        popped = user.call("pop_session_item", session_id=session_id)
        assert (popped["is_refused"], popped["message"]) == (True, None)
        assert memory(user, session_id) == ["edited"]

    def test_gives_each_item_to_one_of_many_who_ask(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, *[words("user", str(number)) for number in range(6)])
        popped = race([lambda: pop(user, session_id)] * 8)
        assert sorted(map(str, popped)) == ["0", "1", "2", "3", "4", "5", "None", "None"]


class TestDelete:
    def test_empties_every_branch_and_keeps_the_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.answer(session_id, "A title")
        user.complete(user.edit(session_id, turn["user_message"]["id"], "edited"))
        add(user, session_id, words("user", "1"), CALL, RESULT, words("assistant", "2"))
        send_attachment(user, session_id)
        user.run("update chat_message_history set status = 'cancelled' where status = 'streaming'")
        assert user.call("delete_session_items", session_id=session_id)["count"] >= 8
        session = user.session(session_id)
        assert (session["messages"], session["message_count"]) == ([], 0)
        assert session["head_message_id"] is session["last_message_preview"] is None
        add(user, session_id, words("user", "anew"))
        assert memory(user, session_id) == ["anew"]

    def test_of_nothing_is_nothing(self, user: RegistryUser) -> None:
        assert user.call("delete_session_items", session_id="nowhere") == {"count": 0}

    def test_of_a_session_touches_no_other(self, user: RegistryUser, session_id: str) -> None:
        other = user.new_session()
        for name in (session_id, other):
            add(user, name, words("user", "1"), CALL)
        user.call("delete_session_items", session_id=session_id)
        assert memory(user, other) == ["1", "function_call"]
        with user.database.connect() as connection:
            found = run(
                connection,
                "select count(*) from chat_message_history where session_id = %s",
                (session_id,),
            )
        assert found == [(0,)]
