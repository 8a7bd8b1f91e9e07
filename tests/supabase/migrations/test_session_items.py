"""complete_turn_v2 and list_session_items: what an agent did stands beside the branch."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, lease, new_user, run


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def call_and_result(number: int) -> list[Json]:
    call_id = f"call-{number}"
    return [
        {"content": f"call {number}", "item": {"type": "function_call", "call_id": call_id}},
        {"content": "", "item": {"type": "function_call_output", "call_id": call_id}},
    ]


def complete_with(user: RegistryUser, turn: Json, *items: Json, **memory: object) -> Json:
    return user.call_as_service(
        "complete_turn_v2",
        **lease(turn),
        content="Done",
        memory={"items": list(items), **memory},
    )


def answer_with_items(user: RegistryUser, session_id: str, *items: Json) -> Json:
    turn = user.begin(session_id)
    complete_with(user, turn, *items)
    return turn


def remembered(user: RegistryUser, session_id: str, **parameters: object) -> list[str]:
    """Content of every item in the agent's order, and the type of those that have none."""
    page = user.call("list_session_items", session_id=session_id, **parameters)
    messages = sorted(
        page["messages"],
        key=lambda m: (m["answer_id"] or m["id"], m["answer_id"] is None, m["id"]),
    )
    return [m["content"] or m["item"]["type"] for m in messages]


class TestCompleteTurn:
    def test_stores_items_with_the_answer_and_off_the_branch(
        self, user: RegistryUser, session_id: str
    ) -> None:
        usage = {"input_tokens": 7, "output_tokens": 3, "requests": 2}
        steps = [{"name": "search", "label": "Searched", "status": "done"}]
        turn = user.begin(session_id)
        ended = complete_with(user, turn, *call_and_result(1), usage=usage, tool_steps=steps)
        assert ended["is_held"] is True
        assert (ended["message"]["usage"], ended["message"]["tool_steps"]) == (usage, steps)
        session = user.session(session_id)
        assert [m["content"] for m in session["messages"]] == ["Hello", "Done"]
        assert (session["message_count"], session["last_message_preview"]) == (2, "Done")
        assert session["head_message_id"] == turn["assistant_message"]["id"]
        assert remembered(user, session_id) == [
            "Hello", "call 1", "function_call_output", "Done",
        ]  # fmt: skip

    def test_stores_none_of_them_when_the_answer_was_cancelled(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        message_id = turn["assistant_message"]["id"]
        user.call("fail_turn", message_id=message_id, session_id=session_id, status="cancelled")
        ended = complete_with(user, turn, *call_and_result(1))
        assert (ended["is_held"], ended["message"]["status"]) == (False, "cancelled")
        page = user.call("list_session_items", session_id=session_id)
        assert [m["role"] for m in page["messages"]] == ["user", "assistant"]

    def test_stores_nothing_at_all_when_one_item_cannot_be(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        with refused("23514"):
            complete_with(user, turn, *call_and_result(1), {"content": "no item"})
        message = user.message(session_id, turn["assistant_message"]["id"])
        assert (message["status"], message["content"]) == ("streaming", "")

    def test_a_message_that_waits_in_line_stays_on_its_branch(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first, second = user.begin(session_id, "One"), user.begin(session_id, "Two")
        complete_with(user, first, *call_and_result(1))
        complete_with(user, second, *call_and_result(2))
        assert remembered(user, session_id) == [
            "One", "call 1", "function_call_output", "Done",
            "Two", "call 2", "function_call_output", "Done",
        ]  # fmt: skip


class TestListSessionItems:
    def test_pages_from_the_newest_item_to_the_oldest(
        self, user: RegistryUser, session_id: str
    ) -> None:
        for number in range(3):
            answer_with_items(user, session_id, *call_and_result(number))
        whole = remembered(user, session_id)
        pages: list[list[str]] = []
        before: dict[str, object] = {}
        while True:
            page = user.call("list_session_items", session_id=session_id, limit=5, **before)
            pages.insert(0, remembered(user, session_id, limit=5, **before))
            if not page["has_more"]:
                break
            oldest = min(
                page["messages"],
                key=lambda m: (m["answer_id"] or m["id"], m["answer_id"] is None, m["id"]),
            )
            before = {"before_id": oldest["id"]}
        assert [len(page) for page in pages] == [2, 5, 5]
        assert [item for page in pages for item in page] == whole

    def test_knows_only_the_branch_it_is_asked_for(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first = answer_with_items(user, session_id, *call_and_result(1))
        edit = user.edit(session_id, first["user_message"]["id"], "Edited")
        complete_with(user, edit, *call_and_result(2))
        assert remembered(user, session_id) == [
            "Edited", "call 2", "function_call_output", "Done",
        ]  # fmt: skip
        assert remembered(user, session_id, head_id=first["assistant_message"]["id"])[1] == "call 1"

    def test_stops_at_its_bytes_but_not_before_one_item(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.append(session_id, "a" * 100, "b" * 100, "c" * 100)
        page = user.call("list_session_items", session_id=session_id, max_bytes=250)
        assert [m["content"][0] for m in page["messages"]] == ["b", "c"]
        assert page["has_more"] is True
        assert remembered(user, session_id, max_bytes=1) == ["c" * 100]

    def test_of_an_empty_session_is_empty(self, user: RegistryUser, session_id: str) -> None:
        page = user.call("list_session_items", session_id=session_id)
        assert page == {"messages": [], "has_more": False}


class TestItemRows:
    def test_what_follows_an_item_follows_its_answer(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = answer_with_items(user, session_id, *call_and_result(1))
        answer_id = turn["assistant_message"]["id"]
        item_id = answer_id + 1
        follow_up = user.begin(session_id, "More", parent_id=item_id)
        assert follow_up["user_message"]["parent_id"] == answer_id
        moved = user.move_head(session_id, item_id)
        assert moved["head_message_id"] == follow_up["assistant_message"]["id"]

    def test_the_head_moves_past_the_items_below_an_answer(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = answer_with_items(user, session_id, *call_and_result(1))
        answer_id = turn["assistant_message"]["id"]
        assert user.move_head(session_id, answer_id)["head_message_id"] == answer_id

    def test_an_item_belongs_to_an_answer_of_its_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        other = user.answer(user.new_session())
        statement = (
            "insert into chat_message_history (session_id, role, content, item, answer_id)"
            " values (%s, 'tool', '', '{}', %s)"
        )
        with refused("PT404", "message_not_found"):
            user.run(statement, (session_id, other["assistant_message"]["id"]))

    def test_what_an_answer_did_is_unchangeable(self, user: RegistryUser, session_id: str) -> None:
        turn = answer_with_items(user, session_id, *call_and_result(1))
        answer_id = turn["assistant_message"]["id"]
        for change in ("usage = '{}'", "tool_steps = '[]'", "answer_id = null"):
            with refused("PT422", "validation_failed"):
                user.run(
                    f"update chat_message_history set {change} where id >= %s",  # noqa: S608 one of the three above
                    (answer_id,),
                )

    def test_items_go_with_their_session(self, user: RegistryUser, session_id: str) -> None:
        answer_with_items(user, session_id, *call_and_result(1))
        user.call("delete_chat_session", session_id=session_id)
        with user.database.connect() as connection:
            rows = run(
                connection,
                "select id from chat_message_history where session_id = %s",
                (session_id,),
            )
        assert rows == []

    def test_a_fork_takes_them_along(self, user: RegistryUser, session_id: str) -> None:
        answer_with_items(user, session_id, *call_and_result(1))
        turn = answer_with_items(user, session_id, *call_and_result(2))
        answer_id = turn["assistant_message"]["id"]
        for message_id in (answer_id, answer_id + 1):
            fork = user.call("fork_chat_session", session_id=session_id, message_id=message_id)
            fork_id = fork["session"]["session_id"]
            assert remembered(user, fork_id) == remembered(user, session_id)
            assert fork["session"]["message_count"] == 4
