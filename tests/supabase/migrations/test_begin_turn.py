"""begin_turn: a user's message and the answer that is to come, stored together."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import RegistryUser, expire, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


class TestNewTurn:
    def test_stores_the_message_and_an_answer_that_streams(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id, "Hello", client_request_id="r1", channel="telegram")
        said, answer = turn["user_message"], turn["assistant_message"]
        assert (said["role"], said["status"], said["content"]) == ("user", "complete", "Hello")
        assert (answer["role"], answer["status"], answer["content"]) == (
            "assistant",
            "streaming",
            "",
        )
        assert (said["parent_id"], answer["parent_id"]) == (None, said["id"])
        assert (said["client_request_id"], answer["client_request_id"]) == ("r1", None)
        assert (said["channel"], answer["channel"]) == ("telegram", "telegram")
        assert (turn["is_replay"], turn["turns_ahead"]) == (False, 0)
        assert uuid.UUID(turn["lease_token"])

    def test_brings_the_session_up_to_date(self, user: RegistryUser, session_id: str) -> None:
        before = user.session(session_id)
        turn = user.begin(session_id, "Hello **you**")
        session = turn["session"]
        assert session["head_message_id"] == turn["assistant_message"]["id"]
        assert (session["message_count"], session["is_answering"]) == (2, True)
        assert session["last_message_preview"] == session["title"] == "Hello you"
        assert session["title_source"] == "generated"
        assert session["updated_at"] > before["updated_at"]

    def test_follows_the_head_even_while_its_answer_streams(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first, second, third = (user.begin(session_id) for _ in range(3))
        assert second["user_message"]["parent_id"] == first["assistant_message"]["id"]
        assert [turn["turns_ahead"] for turn in (first, second, third)] == [0, 1, 2]
        assert len(user.branch(session_id)) == 6

    def test_from_a_stale_head_is_a_branch_under_the_parent_it_names(
        self, user: RegistryUser, session_id: str
    ) -> None:
        seen = user.answer(session_id)["assistant_message"]["id"]
        other = user.answer(session_id)
        turn = user.begin(session_id, parent_id=seen)
        said = turn["user_message"]
        assert said["parent_id"] == seen
        assert said["branch"]["sibling_ids"] == [other["user_message"]["id"], said["id"]]
        assert turn["session"]["head_message_id"] == turn["assistant_message"]["id"]
        assert turn["session"]["message_count"] == 6

    def test_under_zero_begins_a_branch_at_the_root(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.answer(session_id)
        turn = user.begin(session_id, parent_id=0)
        assert turn["user_message"]["parent_id"] is None
        assert turn["assistant_message"]["parent_id"] == turn["user_message"]["id"]
        assert len(user.branch(session_id)) == 2

    def test_is_in_order_of_time_too(self, user: RegistryUser, session_id: str) -> None:
        for _ in range(3):
            user.answer(session_id)
        times = [m["created_at"] for m in user.session(session_id)["messages"]]
        assert times == sorted(times)

    def test_interrupts_an_answer_that_nobody_works_on(
        self, user: RegistryUser, session_id: str
    ) -> None:
        lost = user.begin(session_id)["assistant_message"]["id"]
        expire(user.database, lost)
        assert user.begin(session_id)["turns_ahead"] == 0
        message = user.message(session_id, lost)
        assert message["status"] == "interrupted"
        assert message["failure_reason"]

    def test_makes_an_inactive_session_active_again(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.run("update chat_sessions set is_active = false")
        assert user.begin(session_id)["session"]["is_active"] is True

    def test_keeps_the_title_that_is_there(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Mine")
        session = user.begin(session_id, "First words")["session"]
        assert (session["title"], session["title_source"]) == ("Mine", "user")

    def test_with_the_secret_key_acts_for_the_user_it_names(
        self, user: RegistryUser, session_id: str
    ) -> None:
        parameters = {"session_id": session_id, "content": "x", "client_request_id": "r1"}
        turn = user.call_as_service("begin_turn", **parameters)
        assert turn["user_message"]["user_id"] == str(user.id)
        other = new_user(user.database)
        with refused("PT404", "session_not_found", "session_id"):
            other.call_as_service("begin_turn", **parameters)


class TestReplay:
    def test_answers_the_stored_turn_and_stores_nothing(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.begin(session_id, "Hello", client_request_id="r1")
        again = user.begin(session_id, "Hello", client_request_id="r1")
        assert (again["is_replay"], again["lease_token"]) == (True, None)
        for key in ("user_message", "assistant_message", "session"):
            assert again[key] == first[key]
        assert len(user.branch(session_id)) == 2

    def test_after_the_end_shows_the_finished_answer(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id, "Hello", client_request_id="r1")
        user.complete(turn, "Hi there")
        again = user.begin(session_id, "Hello", client_request_id="r1")
        assert again["assistant_message"]["status"] == "complete"
        assert again["assistant_message"]["content"] == "Hi there"

    def test_with_other_content_is_refused(self, user: RegistryUser, session_id: str) -> None:
        user.begin(session_id, "Hello", client_request_id="r1")
        with refused("PT422", "request_id_reused", "client_request_id"):
            user.begin(session_id, "Bye", client_request_id="r1")

    def test_in_another_session_is_refused(self, user: RegistryUser, session_id: str) -> None:
        user.begin(session_id, "Hello", client_request_id="r1")
        with refused("PT422", "request_id_reused", "client_request_id"):
            user.begin(user.new_session(), "Hello", client_request_id="r1")

    def test_of_a_message_that_was_never_to_be_answered_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.run(
            "insert into chat_message_history (session_id, role, content, client_request_id)"
            " values (%s, 'user', 'Hello', 'r1')",
            (session_id,),
        )
        with refused("PT422", "request_id_reused", "client_request_id"):
            user.begin(session_id, "Hello", client_request_id="r1")

    def test_is_each_users_own(self, user: RegistryUser, session_id: str) -> None:
        user.begin(session_id, "Hello", client_request_id="r1")
        other = new_user(user.database)
        turn = other.begin(other.new_session(), "Hello", client_request_id="r1")
        assert turn["is_replay"] is False


class TestRefusals:
    def test_an_unknown_session_is_not_found(self, user: RegistryUser) -> None:
        with refused("PT404", "session_not_found", "session_id"):
            user.begin(str(uuid.uuid4()))

    def test_a_parent_that_this_session_does_not_have_is_not_found(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [elsewhere] = user.append(user.new_session(), "elsewhere")
        for parent_id in (elsewhere, -1, 2**63 - 1):
            with refused("PT404", "message_not_found", "parent_id"):
                user.begin(session_id, parent_id=parent_id)

    @pytest.mark.parametrize("content", [None, "", "  \n\t\r ", "é" * 32_769])
    def test_a_blank_message_or_one_over_64_kb_is_refused(
        self, user: RegistryUser, session_id: str, content: str
    ) -> None:
        with refused("PT422", "validation_failed", "content"):
            user.begin(session_id, content)

    def test_a_message_of_exactly_64_kb_is_stored(
        self, user: RegistryUser, session_id: str
    ) -> None:
        content = "é" * 32_768
        assert user.begin(session_id, content)["user_message"]["content"] == content

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("client_request_id", None),
            ("client_request_id", ""),
            ("client_request_id", "r" * 201),
            ("channel", None),
            ("channel", "fax"),
        ],
    )
    def test_a_value_out_of_bounds_is_refused_by_name(
        self, user: RegistryUser, session_id: str, parameter: str, value: object
    ) -> None:
        given = {"session_id": session_id, "content": "Hello", "client_request_id": "r1"}
        with refused("PT422", "validation_failed", parameter):
            user.call("begin_turn", **(given | {parameter: value}))

    def test_nothing_is_stored_when_a_turn_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        before = user.session(session_id)
        with refused("PT404"):
            user.begin(session_id, parent_id=-1)
        assert user.session(session_id) == before
