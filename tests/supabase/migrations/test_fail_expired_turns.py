"""fail_expired_turns: the sweep of answers that nobody works on any more."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import (
    RegistryUser,
    call,
    expire,
    lease,
    new_user,
    run,
)


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


def sweep(database: Database, **parameters: object) -> int:
    with database.as_service() as connection:
        count = call(connection, "fail_expired_turns", **parameters)["count"]
    assert isinstance(count, int)
    return count


def lost_turns(user: RegistryUser, count: int) -> list[tuple[str, int]]:
    """Sessions with an answer each whose lease has run out."""
    lost = []
    for _ in range(count):
        session_id = user.new_session()
        turn = user.begin(session_id)
        user.call_as_service("checkpoint_turn", **lease(turn), content="So far")
        expire(user.database, turn["assistant_message"]["id"])
        lost.append((session_id, turn["assistant_message"]["id"]))
    return lost


def test_an_expired_answer_is_interrupted_with_its_text(user: RegistryUser) -> None:
    [(session_id, message_id)] = lost_turns(user, 1)
    assert sweep(user.database) == 1
    message = user.message(session_id, message_id)
    assert (message["status"], message["content"]) == ("interrupted", "So far")
    assert message["failure_reason"]
    session = user.session(session_id)
    assert (session["is_answering"], session["last_message_preview"]) == (False, "So far")


def test_an_answer_with_a_lease_is_left_alone(user: RegistryUser) -> None:
    user.begin(user.new_session())
    assert sweep(user.database) == 0


def test_every_expired_answer_of_a_session_is_counted_and_the_next_sweep_finds_none(
    user: RegistryUser,
) -> None:
    session_id = user.new_session()
    for _ in range(3):
        expire(user.database, user.begin(session_id)["assistant_message"]["id"])
    # begin_turn has interrupted the first two already.
    assert sweep(user.database) == 1
    assert sweep(user.database) == 0


def test_the_limit_counts_sessions(user: RegistryUser) -> None:
    lost_turns(user, 3)
    assert [sweep(user.database, limit=2) for _ in range(3)] == [2, 1, 0]


def test_a_session_that_somebody_is_working_on_is_passed_over(user: RegistryUser) -> None:
    (busy, message_id), _ = lost_turns(user, 2)
    with user.database.connect() as other, other.transaction():
        run(other, "select 1 from chat_sessions where session_id = %s for update", (busy,))
        assert sweep(user.database) == 1
    assert user.message(busy, message_id)["status"] == "streaming"
    assert sweep(user.database) == 1
