"""begin_edit and begin_answer: siblings of what was said, and the answers that follow."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    checkpoint_of,
    expire,
    lease,
    new_user,
)
from tests.supabase.migrations.schedule_user import serve


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


class TestEdit:
    def test_is_a_sibling_whose_answer_is_the_new_head(
        self, user: RegistryUser, session_id: str
    ) -> None:
        above = user.answer(session_id)
        first = user.answer(session_id, "Helo")
        edit = user.edit(session_id, said(first), "Hello")
        assert edit["user_message"]["parent_id"] == answered(above)
        assert edit["user_message"]["branch"]["sibling_ids"] == [said(first), said(edit)]
        assert edit["assistant_message"]["parent_id"] == said(edit)
        assert edit["session"]["head_message_id"] == answered(edit)
        assert user.branch(session_id) == [
            said(above),
            answered(above),
            said(edit),
            answered(edit),
        ]

    def test_leaves_the_message_and_its_answer_as_they_were(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id, "Helo")
        before = [user.message(session_id, id_) for id_ in (said(first), answered(first))]
        user.edit(session_id, said(first), "Hello")
        after = [user.message(session_id, id_) for id_ in (said(first), answered(first))]
        assert after[0] | {"branch": None} == before[0] | {"branch": None}
        assert after[1] == before[1]

    def test_of_the_first_message_is_a_branch_at_the_root(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id)
        edit = user.edit(session_id, said(first))
        assert edit["user_message"]["parent_id"] is None
        assert user.branch(session_id) == [said(edit), answered(edit)]

    def test_of_two_devices_at_once_makes_two_siblings(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id)
        edits = race([lambda: user.edit(session_id, said(first)) for _ in range(2)])
        ids = sorted(said(edit) for edit in edits)
        branch = user.message(session_id, ids[0])["branch"]
        assert branch == {"index": 2, "count": 3, "sibling_ids": [said(first), *ids]}
        assert sorted(edit["turns_ahead"] for edit in edits) == [0, 1]

    def test_sent_twice_is_stored_once(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        edit, again = (
            user.edit(session_id, said(first), client_request_id="again") for _ in range(2)
        )
        assert (again["is_replay"], again["lease_token"]) == (True, None)
        assert [said(again), answered(again)] == [said(edit), answered(edit)]
        assert again["session"]["message_count"] == 4

    def test_under_the_id_of_another_message_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id, "Same words")
        second = user.answer(session_id)
        user.edit(session_id, said(first), "Same words", client_request_id="taken")
        for message_id, content in ((said(second), "Same words"), (said(first), "Others")):
            with refused("PT422", "request_id_reused"):
                user.edit(session_id, message_id, content, client_request_id="taken")

    def test_of_an_answer_is_refused(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        with refused("PT409", "message_not_editable", "message_id"):
            user.edit(session_id, answered(first))
        assert user.session(session_id)["message_count"] == 2

    def test_of_a_message_elsewhere_is_not_found(self, user: RegistryUser, session_id: str) -> None:
        elsewhere = user.answer(user.new_session())
        with refused("PT404", "message_not_found", "message_id"):
            user.edit(session_id, said(elsewhere))

    @pytest.mark.parametrize("content", ["", " \n", "x" * 65_537])
    def test_says_nothing_blank_or_too_long(
        self, user: RegistryUser, session_id: str, content: str
    ) -> None:
        first = user.answer(session_id)
        with refused("PT422", "validation_failed", "content"):
            user.edit(session_id, said(first), content)


class TestAnswer:
    def test_is_a_sibling_that_becomes_the_head(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        other = user.regenerate(session_id, answered(first), client_request_id="again")
        answer = other["assistant_message"]
        assert other["user_message"]["id"] == said(first)
        assert (answer["role"], answer["status"], answer["content"]) == (
            "assistant",
            "streaming",
            "",
        )
        assert answer["parent_id"] == said(first)
        assert answer["client_request_id"] == "again"
        assert answer["branch"]["sibling_ids"] == [answered(first), answered(other)]
        assert other["session"]["head_message_id"] == answered(other)
        user.complete(other, "Better")
        assert user.branch(session_id) == [said(first), answered(other)]
        assert user.message(session_id, answered(first))["content"] == "Hi"

    def test_waits_in_line_behind_the_turns_before_it(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id)
        user.begin(session_id)
        assert user.regenerate(session_id, answered(first))["turns_ahead"] == 1

    def test_sent_twice_is_stored_once(self, user: RegistryUser, session_id: str) -> None:
        first = user.answer(session_id)
        other, again = (
            user.regenerate(session_id, answered(first), client_request_id="again")
            for _ in range(2)
        )
        assert (again["is_replay"], answered(again)) == (True, answered(other))
        assert again["user_message"]["id"] == said(first)
        assert again["session"]["message_count"] == 3

    def test_under_the_id_of_another_request_is_refused_both_ways(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id, client_request_id="a message")
        with refused("PT422", "request_id_reused"):
            user.regenerate(session_id, answered(first), client_request_id="a message")
        other = user.regenerate(session_id, answered(first), client_request_id="an answer")
        user.complete(other, "Hello")
        user.begin(session_id)
        with refused("PT422", "request_id_reused"):
            user.begin(session_id, "Hello", client_request_id="an answer")

    def test_beside_one_that_is_being_written_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        with refused("PT409", "answer_streaming", "message_id"):
            user.regenerate(session_id, answered(turn))
        assert user.session(session_id)["message_count"] == 2

    def test_beside_one_whose_process_died_is_begun(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        expire(user.database, answered(turn))
        other = user.regenerate(session_id, answered(turn))
        assert other["turns_ahead"] == 0
        assert user.message(session_id, answered(turn))["status"] == "interrupted"

    def test_that_keeps_the_text_begins_with_what_had_arrived_and_been_done(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        step = {"name": "search", "label": "Searching", "status": "failed", "offset": 3}
        steps = [{**step, "is_running": True}]
        given = checkpoint_of(user, turn, "Half", tool_steps=steps)
        serve(user.database, "checkpoint_turns", checkpoints={"checkpoints": [given]})
        user.call("fail_turn", **lease(turn), status="cancelled", content="Half of ")
        other = user.regenerate(session_id, answered(turn), keeps_text=True)
        assert other["assistant_message"]["content"] == "Half of "
        assert other["assistant_message"]["tool_steps"] == [step]

    @pytest.mark.parametrize(("status", "content"), [("complete", "Whole"), ("failed", "")])
    def test_that_keeps_no_text_or_a_whole_one_is_refused(
        self, user: RegistryUser, session_id: str, status: str, content: str
    ) -> None:
        turn = user.begin(session_id)
        if status == "complete":
            user.complete(turn, content)
        else:
            user.call("fail_turn", **lease(turn), status=status, content=content)
        with refused("PT422", "validation_failed", "keeps_text"):
            user.regenerate(session_id, answered(turn), keeps_text=True)

    def test_of_what_is_no_answer_to_a_user_is_refused(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = user.answer(session_id)
        statement = (
            "insert into chat_message_history (session_id, role, content, parent_id)"
            " values (%s, 'assistant', 'Good morning', 0) returning id"
        )
        [(greeting,)] = user.run(statement, (session_id,))
        for message_id in (said(first), greeting):
            with refused("PT409", "message_not_an_answer", "message_id"):
                user.regenerate(session_id, message_id)

    def test_after_a_tool_follows_the_tool_and_answers_the_user(
        self, user: RegistryUser, session_id: str
    ) -> None:
        [question] = user.append(session_id, "What is the weather?")
        ids = []
        for role in ("assistant", "tool", "assistant"):
            statement = (
                "insert into chat_message_history (session_id, role, content)"
                " values (%s, %s, 'x') returning id"
            )
            ids += [row[0] for row in user.run(statement, (session_id, role))]
        other = user.regenerate(session_id, ids[-1])
        assert other["user_message"]["id"] == question
        assert other["assistant_message"]["parent_id"] == ids[1]
