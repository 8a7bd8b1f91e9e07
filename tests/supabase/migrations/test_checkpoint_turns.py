"""checkpoint_turns: the texts so far of many answers in one call."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    checkpoint_of,
    expire,
    lease,
    new_user,
)
from tests.supabase.migrations.schedule_user import change, serve


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def store(user: RegistryUser, checkpoints: list[Json]) -> Json:
    return serve(user.database, "checkpoint_turns", checkpoints={"checkpoints": checkpoints})


def has_fresh_lease(database: Database, turn: Json) -> bool:
    [row] = change(
        database,
        "select lease_expires_at - updated_at between '29 s' and '31 s'"
        " from chat_message_history where id = %s",
        turn["assistant_message"]["id"],
    )
    return row == (True,)


class TestCheckpoints:
    def test_store_the_texts_of_any_users_and_renew_their_leases(
        self, user: RegistryUser, shared_database: Database
    ) -> None:
        users = [user, user, new_user(shared_database)]
        turns = [owner.begin(owner.new_session()) for owner in users]
        for turn in turns:
            expire(user.database, turn["assistant_message"]["id"])
        given = [
            checkpoint_of(owner, turn, f"So far {n}")
            for n, (owner, turn) in enumerate(zip(users, turns, strict=True))
        ]
        ids = {turn["assistant_message"]["id"] for turn in turns}
        stored = store(user, given)
        assert set(stored["held"]) == set(stored["stored"]) == ids
        for n, (owner, turn) in enumerate(zip(users, turns, strict=True)):
            session_id = turn["session"]["session_id"]
            assert owner.session(session_id)["messages"][-1]["content"] == f"So far {n}"
            assert has_fresh_lease(user.database, turn)

    def test_leave_alone_what_is_not_its_writers(
        self, user: RegistryUser, shared_database: Database
    ) -> None:
        turns = [user.begin(user.new_session()) for _ in range(3)]
        ended, foreign, unleased = turns
        user.call_as_service("fail_turn", **lease(ended), status="failed")
        given = [
            checkpoint_of(user, ended, "x"),
            checkpoint_of(new_user(shared_database), foreign, "x"),
            checkpoint_of(user, unleased | {"lease_token": str(uuid.uuid4())}, "x"),
        ]
        assert store(user, given) == {"held": [], "stored": []}
        for turn in turns:
            session_id = turn["session"]["session_id"]
            assert user.session(session_id)["messages"][-1]["content"] == ""

    def test_pass_over_what_somebody_else_is_changing(self, user: RegistryUser) -> None:
        busy, free = (user.begin(user.new_session()) for _ in range(2))
        given = [checkpoint_of(user, turn, "So far") for turn in (busy, free)]
        busy_id, free_id = (turn["assistant_message"]["id"] for turn in (busy, free))
        with user.database.connect() as connection, connection.transaction():
            lock = "select from chat_message_history where id = %s for update"
            connection.execute(lock, (busy_id,))
            stored = store(user, given)
        assert (set(stored["held"]), stored["stored"]) == ({busy_id, free_id}, [free_id])
        assert set(store(user, given)["stored"]) == {busy_id, free_id}

    def test_write_an_answer_that_has_not_grown_only_when_its_lease_wears_out(
        self, user: RegistryUser
    ) -> None:
        turn = user.begin(user.new_session())
        given = [checkpoint_of(user, turn, None)]
        answer_id = turn["assistant_message"]["id"]
        assert store(user, given) == {"held": [answer_id], "stored": []}
        expire(user.database, answer_id)
        assert store(user, given) == {"held": [answer_id], "stored": [answer_id]}
        assert has_fresh_lease(user.database, turn)

    def test_store_the_steps_and_the_usage_that_changed_and_keep_what_did_not(
        self, user: RegistryUser
    ) -> None:
        turn = user.begin(user.new_session())
        answer_id = turn["assistant_message"]["id"]
        steps = [{"name": "search", "label": "Searching", "status": "failed", "is_running": True}]
        usage = {"input_tokens": 7, "output_tokens": 3, "requests": 1}
        unchanged = {"tool_steps": None, "usage": None}
        for given in ({"tool_steps": steps}, unchanged, {"usage": usage}, unchanged, {}):
            store(user, [checkpoint_of(user, turn, None, **given)])
        stored = user.message(turn["session"]["session_id"], answer_id)
        assert (stored["content"], stored["tool_steps"], stored["usage"]) == ("", steps, usage)

    def test_of_no_list_are_refused(self, user: RegistryUser) -> None:
        with refused("PT422", "validation_failed", "checkpoints"):
            serve(user.database, "checkpoint_turns", checkpoints={"checkpoints": 1})
