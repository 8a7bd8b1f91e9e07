"""fork_chat_session: one branch copied into a session of its own."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, lease, new_user

COPIED = ("role", "content", "item", "status", "channel", "model_id", "topic", "created_at")


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session(title="Frost", topic="Garden", agent_name="Home agent")


def fork(user: RegistryUser, session_id: str, message_id: int, **parameters: object) -> Json:
    return user.call(
        "fork_chat_session", session_id=session_id, message_id=message_id, **parameters
    )


def answered(turn: Json) -> int:
    return int(turn["assistant_message"]["id"])


def texts(user: RegistryUser, session_id: str) -> list[tuple[object, ...]]:
    return [tuple(m[key] for key in COPIED) for m in user.session(session_id)["messages"]]


def test_holds_the_branch_up_to_the_message_and_nothing_else(
    user: RegistryUser, session_id: str
) -> None:
    first = user.answer(session_id, "one")
    edited = user.answer(session_id, "two")
    user.edit(session_id, edited["user_message"]["id"], "another two")
    user.move_head(session_id, answered(edited))
    expected = texts(user, session_id)
    user.answer(session_id, "three", parent_id=answered(edited))
    made = fork(user, session_id, answered(edited))
    copy = made["session"]
    assert made["created"] is True
    assert (copy["channel"], copy["topic"], copy["agent_name"]) == ("web", "Garden", "Home agent")
    assert (copy["title"], copy["title_source"]) == ("Frost (branch)", "user")
    assert copy["metadata"] == {
        "forked_from": {"session_id": session_id, "message_id": answered(edited)}
    }
    assert texts(user, copy["session_id"]) == expected
    opened = user.session(copy["session_id"])
    ids = [message["id"] for message in opened["messages"]]
    assert [message["parent_id"] for message in opened["messages"]] == [None, *ids[:-1]]
    assert (opened["head_message_id"], opened["message_count"]) == (ids[-1], 4)
    assert answered(first) not in ids


def test_leaves_the_session_it_came_from_as_it_was(user: RegistryUser, session_id: str) -> None:
    turn = user.answer(session_id, client_request_id="kept")
    before = user.session(session_id)
    copy = fork(user, session_id, answered(turn))["session"]["session_id"]
    assert user.session(session_id) == before
    assert [m["client_request_id"] for m in user.session(copy)["messages"]] == [None, None]
    user.answer(copy, "goes on alone")
    assert user.session(session_id) == before


def test_asked_again_under_the_same_id_is_made_once(user: RegistryUser, session_id: str) -> None:
    message_id = answered(user.answer(session_id))
    forks = race([lambda: fork(user, session_id, message_id, new_session_id="mine")] * 2)
    assert sorted(made["created"] for made in forks) == [False, True]
    assert fork(user, session_id, message_id, new_session_id="mine")["created"] is False
    assert user.session("mine")["message_count"] == 2


def test_under_the_id_of_another_session_is_refused(user: RegistryUser, session_id: str) -> None:
    message_id = answered(user.answer(session_id))
    elsewhere = user.new_session()
    with refused("PT409", "session_id_taken", "session_id"):
        fork(user, session_id, message_id, new_session_id=elsewhere)
    assert user.session(elsewhere)["message_count"] == 0


def test_of_a_branch_that_is_being_written_waits_for_its_end(
    user: RegistryUser, session_id: str
) -> None:
    turn = user.begin(session_id)
    with refused("PT409", "answer_streaming", "message_id"):
        fork(user, session_id, answered(turn))
    user.call("fail_turn", **lease(turn), status="cancelled", content="Half")
    copy = fork(user, session_id, answered(turn))["session"]["session_id"]
    last = user.session(copy)["messages"][-1]
    assert (last["status"], last["content"]) == ("cancelled", "Half")


def test_of_more_than_ten_thousand_messages_is_refused(user: RegistryUser, session_id: str) -> None:
    statement = (
        "insert into chat_message_history (session_id, role, content)"
        " select %s, 'user', 'x' from generate_series(1, 10001) returning id"
    )
    ids = [row[0] for row in user.run(statement, (session_id,))]
    with refused("PT422", "validation_failed", "message_id"):
        fork(user, session_id, ids[-1])
    assert fork(user, session_id, ids[-2])["session"]["message_count"] == 10_000


def test_of_a_message_elsewhere_is_not_found(user: RegistryUser, session_id: str) -> None:
    elsewhere = user.answer(user.new_session())
    with refused("PT404", "message_not_found", "message_id"):
        fork(user, session_id, answered(elsewhere))
    with refused("PT404", "session_not_found", "session_id"):
        fork(new_user(user.database), session_id, answered(elsewhere))


def test_lists_every_version_page_by_page(user: RegistryUser, session_id: str) -> None:
    first = user.answer(session_id)
    user.edit(session_id, first["user_message"]["id"])
    user.answer(session_id)
    seen: list[int] = []
    while True:
        page = user.call(
            "list_all_chat_messages", session_id=session_id, after_id=max(seen, default=0), limit=4
        )
        seen += [message["id"] for message in page["messages"]]
        if not page["has_more"]:
            break
    assert seen == sorted(seen)
    assert len(seen) == 6
    with refused("PT422", "validation_failed", "limit"):
        user.call("list_all_chat_messages", session_id=session_id, limit=201)
