"""append_session_items: what an agent program adds, as a transcript and as the agent's memory."""

from functools import partial
from typing import Any

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.program_user import (
    CALL,
    RESULT,
    add,
    memory,
    said,
    words,
)
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_request, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return f"program-{user.id}"


class TestSession:
    def test_is_made_with_the_first_items_and_titled_by_the_first_words(
        self, user: RegistryUser, session_id: str
    ) -> None:
        added = add(user, session_id, words("user", "Where to?"), words("assistant", "Rome."))
        session = user.session(session_id)
        assert (session["channel"], session["title"]) == ("web", "Where to?")
        assert (session["title_source"], session["last_message_preview"]) == ("generated", "Rome.")
        assert (session["message_count"], session["head_message_id"]) == (2, added["head_id"])

    def test_that_is_there_is_gone_on_with_and_woken(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine")
        user.answer(session_id, "Hello")
        user.run("update chat_sessions set is_active = false")
        add(user, session_id, words("user", "And?"))
        assert said(user, session_id) == ["Hello", "Hi", "And?"]
        session = user.session(session_id)
        assert (session["title"], session["is_active"]) == ("Mine", True)

    def test_of_telegram_is_gone_on_with_but_never_made(self, user: RegistryUser) -> None:
        name = f"telegram:{user.id}:1"
        with refused("PT422", "validation_failed", "session_id"):
            add(user, name, words("user", "x"))
        user.new_reserved_session(name)
        add(user, name, words("user", "x"))
        assert said(user, name) == ["x"]

    def test_that_no_address_could_name_is_not_made(self, user: RegistryUser) -> None:
        for name in ("trips/rome", "sync"):
            with refused("PT422", "validation_failed", "session_id"):
                add(user, name, words("user", "x"))

    def test_of_somebody_else_or_deleted_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "x"))
        with refused("PT409", "session_id_taken"):
            add(new_user(user.database), session_id, words("user", "x"))
        user.call("delete_chat_session", session_id=session_id)
        with refused("PT410", "session_deleted"):
            add(user, session_id, words("user", "x"))


class TestItems:
    def test_wait_at_the_end_of_the_branch_until_their_answer_comes(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "Weather?"))
        add(user, session_id, CALL, RESULT)
        assert memory(user, session_id) == ["Weather?", "function_call", "function_call_output"]
        add(user, session_id, words("assistant", "Sunny."))
        assert memory(user, session_id) == [
            "Weather?", "function_call", "function_call_output", "Sunny.",
        ]  # fmt: skip
        # As after a turn of the server's own: two messages, and what was done beside the answer.
        assert said(user, session_id) == ["Weather?", "Sunny."]
        answer = user.session(session_id)["messages"][-1]
        assert answer["tool_steps"] == [
            {"name": "weather", "label": "Used weather", "status": "done"}
        ]

    def test_keep_their_order_in_a_batch_whatever_they_are(
        self, user: RegistryUser, session_id: str
    ) -> None:
        batch = [
            words("user", "1"), words("assistant", "2"), CALL, RESULT, words("assistant", "3"),
            CALL, words("user", "4"), RESULT, words("assistant", ""), words("assistant", "5"),
        ]  # fmt: skip
        add(user, session_id, *batch)
        assert memory(user, session_id) == [
            "1", "2", "function_call", "function_call_output", "3",
            "function_call", "4", "function_call_output", "", "5",
        ]  # fmt: skip
        add(user, session_id, words("user", "6"))
        assert memory(user, session_id)[-1] == "6"

    def test_stay_where_they_are_when_a_message_followed_them(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "1"), CALL, RESULT)
        user.answer(session_id, "2", parent_id=user.branch(session_id)[-1])
        add(user, session_id, words("assistant", "3"))
        assert memory(user, session_id) == [
            "1", "function_call", "function_call_output", "2", "Hi", "3",
        ]  # fmt: skip

    def test_stay_for_another_version_that_follows_them_too(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "1"), CALL, RESULT)
        *_, result_id = user.branch(session_id)
        user.answer(session_id, "2")
        user.run("update chat_sessions set head_message_id = %s", (result_id,))
        add(user, session_id, words("assistant", "3"))
        assert memory(user, session_id) == ["1", "function_call", "function_call_output", "3"]

    def test_of_a_fork_come_along_while_they_wait(
        self, user: RegistryUser, session_id: str
    ) -> None:
        add(user, session_id, words("user", "1"), CALL, RESULT)
        head_id = user.branch(session_id)[-1]
        fork = user.call("fork_chat_session", session_id=session_id, message_id=head_id)
        fork_id = fork["session"]["session_id"]
        add(user, fork_id, words("assistant", "2"))
        assert memory(user, fork_id) == ["1", "function_call", "function_call_output", "2"]


class TestBatch:
    def test_is_stored_once_however_often_it_is_sent(
        self, user: RegistryUser, session_id: str
    ) -> None:
        request = new_request()
        for _ in range(2):
            add(user, session_id, CALL, RESULT, **request)
        add(user, session_id, words("assistant", "Done"))
        add(user, session_id, CALL, RESULT, **request)
        assert memory(user, session_id) == ["function_call", "function_call_output", "Done"]
        with refused("PT422", "request_id_reused"):
            add(user, f"{session_id}-other", CALL, **request)

    @pytest.mark.parametrize(
        ("item", "field"),
        [
            ({"role": "robot", "content": "x"}, "role"),
            ({"role": "user"}, "content"),
            ({"role": "user", "content": "x" * 65537}, "content"),
            ({"role": "tool", "content": ""}, "item"),
            ({"role": "user", "content": "x", "item": [1]}, "item"),
            ({"role": "tool", "content": "", "item": {"x": "x" * 1048576}}, "item"),
        ],
    )
    def test_is_refused_whole_for_one_item(
        self, user: RegistryUser, session_id: str, item: dict[str, Any], field: str
    ) -> None:
        with refused("PT422", "validation_failed", f"items.1.{field}"):
            add(user, session_id, words("user", "fine"), item)
        with refused("PT404", "session_not_found"):
            user.session(session_id)

    @pytest.mark.parametrize("count", [0, 1001])
    def test_has_its_limits(self, user: RegistryUser, session_id: str, count: int) -> None:
        with refused("PT422", "validation_failed", "items"):
            add(user, session_id, *[words("user", "x")] * count)

    def test_is_never_torn_apart_by_another(self, user: RegistryUser, session_id: str) -> None:
        def add_batch(writer: int) -> None:
            for number in range(3):
                name = f"{writer}.{number}"
                add(user, session_id, *[words("user", f"{name}.{place}") for place in range(4)])

        race([partial(add_batch, writer) for writer in range(4)])
        stored = [text.rsplit(".", 1) for text in memory(user, session_id)]
        assert len(stored) == 48
        for first in range(0, 48, 4):
            batch = stored[first : first + 4]
            assert {name for name, _ in batch} == {batch[0][0]}
            assert [place for _, place in batch] == ["0", "1", "2", "3"]
