"""Runs from their claim to their end: the turn records the result, and a lost run comes again."""

from typing import Any

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    expire,
    lease,
    new_user,
    run,
)
from tests.supabase.migrations.schedule_user import (
    begin_run,
    begin_turn,
    change,
    claim,
    let_pass,
    lose,
    new_schedule,
    runs,
    schedule,
    serve,
)


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


@pytest.fixture
def schedule_id(user: RegistryUser) -> str:
    return new_schedule(user)


def newest(user: RegistryUser, schedule_id: str) -> Json:
    return runs(user, schedule_id)[0]


def outcome_of(user: RegistryUser, schedule_id: str) -> tuple[Any, ...]:
    run = newest(user, schedule_id)
    return run["status"], run["failure_reason"], run["attempt"]


def take(user: RegistryUser, schedule_id: str) -> Json:
    """Begins a run of the schedule and claims it."""
    begin_run(user, schedule_id)
    [claimed] = claim(user.database)
    return claimed


def take_again(user: RegistryUser) -> Json:
    let_pass(user.database)
    [claimed] = claim(user.database)
    return claimed


def sweep(user: RegistryUser, turn: Json) -> None:
    """Ends a turn whose process has died."""
    expire(user.database, turn["assistant_message"]["id"])
    serve(user.database, "fail_expired_turns")


class TestEndOfTheTurn:
    def test_complete_is_completed(self, user: RegistryUser, schedule_id: str) -> None:
        claimed = take(user, schedule_id)
        user.complete(begin_turn(user, claimed), "Nothing new.")
        assert outcome_of(user, schedule_id) == ("completed", None, 1)
        run = newest(user, schedule_id)
        assert run["duration_seconds"] > 0
        session = user.session(claimed["session_id"])
        assert (session["is_active"], session["is_folded"]) == (False, True)
        assert [m["content"] for m in session["messages"]] == ["What is new?", "Nothing new."]
        shown = schedule(user, schedule_id)
        assert (shown["run_count"], shown["last_run"]) == (1, run)

    def test_failed_is_failed_with_its_reason_and_can_be_run_again(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        turn = begin_turn(user, take(user, schedule_id))
        user.call_as_service(
            "fail_turn", **lease(turn), status="failed", failure_reason="The model said no."
        )
        assert outcome_of(user, schedule_id) == ("failed", "The model said no.", 1)
        assert take(user, schedule_id)["attempt"] == 1

    def test_cancelled_by_its_user_is_failed_by_them(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        turn = begin_turn(user, take(user, schedule_id))
        message_id = turn["assistant_message"]["id"]
        user.call("fail_turn", message_id=message_id, status="cancelled")
        assert outcome_of(user, schedule_id) == ("failed", "You stopped it.", 1)

    def test_interrupted_in_good_order_waits_again_and_counts_as_no_cut(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        for attempt in range(1, 6):
            begin_run(user, schedule_id) if attempt == 1 else None
            [claimed] = claim(user.database)
            turn = begin_turn(user, claimed)
            user.call_as_service("fail_turn", **lease(turn), status="interrupted")
            assert outcome_of(user, schedule_id) == ("waiting", None, attempt)

    def test_cut_off_comes_again_in_the_same_session_from_its_root(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        first = take(user, schedule_id)
        sweep(user, begin_turn(user, first))
        assert claim(user.database) == []
        again = take_again(user)
        assert (again["session_id"], again["attempt"]) == (first["session_id"], 2)
        turn = begin_turn(user, again)
        assert turn["user_message"]["parent_id"] is None
        user.complete(turn)
        assert outcome_of(user, schedule_id) == ("completed", None, 2)
        assert user.branch(first["session_id"]) == [
            turn["user_message"]["id"],
            turn["assistant_message"]["id"],
        ]

    def test_cut_off_three_times_is_dead(self, user: RegistryUser, schedule_id: str) -> None:
        begin_run(user, schedule_id)
        for _ in range(3):
            sweep(user, begin_turn(user, take_again(user)))
        reason = "The server was cut off 3 times at this run."
        assert outcome_of(user, schedule_id) == ("dead", reason, 3)
        let_pass(user.database)
        assert claim(user.database) == []

    def test_an_end_that_races_with_the_sweeper_is_recorded_once(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        turn = begin_turn(user, take(user, schedule_id))
        expire(user.database, turn["assistant_message"]["id"])
        race([lambda: user.complete(turn), lambda: serve(user.database, "fail_expired_turns")])
        status = user.message(turn["session"]["session_id"], turn["assistant_message"]["id"])[
            "status"
        ]
        expected = {"complete": "completed", "interrupted": "waiting"}[status]
        assert newest(user, schedule_id)["status"] == expected


class TestLostBeforeItsTurn:
    def test_is_taken_up_by_another_process(self, user: RegistryUser, schedule_id: str) -> None:
        lost = take(user, schedule_id)
        lose(user.database, lost["run_id"])
        assert claim(user.database) == []
        again = take_again(user)
        assert (again["run_id"], again["attempt"]) == (lost["run_id"], 2)

    def test_the_first_process_cannot_begin_any_more(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        lost = take(user, schedule_id)
        lose(user.database, lost["run_id"])
        claim(user.database)
        again = take_again(user)
        with refused("PT404", "run_not_found"):
            begin_turn(user, lost)
        user.complete(begin_turn(user, again))
        assert outcome_of(user, schedule_id) == ("completed", None, 2)
        assert len(user.session(lost["session_id"])["messages"]) == 2

    def test_a_run_that_began_is_not_taken_up(self, user: RegistryUser, schedule_id: str) -> None:
        claimed = take(user, schedule_id)
        begin_turn(user, claimed)
        change(user.database, "update scheduled_runs set available_at = now()")
        assert claim(user.database) == []
        assert newest(user, schedule_id)["status"] == "running"

    def test_three_times_is_dead_and_the_session_says_so(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        begin_run(user, schedule_id)
        for _ in range(3):
            lost = take_again(user)
            lose(user.database, lost["run_id"])
            assert claim(user.database) == []
        assert newest(user, schedule_id)["status"] == "dead"
        prompt, answer = user.session(lost["session_id"])["messages"]
        assert (prompt["content"], answer["status"]) == ("What is new?", "failed")
        assert answer["failure_reason"] == "The server was cut off before it could begin."
        assert user.session(lost["session_id"])["is_active"] is False

    def test_one_that_cannot_begin_fails_in_its_session_too(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        claimed = take(user, schedule_id)
        failed = {"run_id": claimed["run_id"], "lease_token": claimed["lease_token"]}
        for is_held in (True, False):
            answer = serve(user.database, "fail_scheduled_run", **failed, reason="No.")
            assert answer == {"is_held": is_held}
        assert outcome_of(user, schedule_id) == ("failed", "No.", 1)
        session = user.session(claimed["session_id"])
        assert [m["failure_reason"] for m in session["messages"]] == [None, "No."]
        assert session["is_active"] is False


class TestDeleting:
    def test_the_session_of_a_run_ends_the_run(self, user: RegistryUser, schedule_id: str) -> None:
        claimed = take(user, schedule_id)
        begin_turn(user, claimed)
        user.run("delete from chat_sessions where session_id = %s", (claimed["session_id"],))
        assert outcome_of(user, schedule_id) == ("failed", "Its session was deleted.", 1)
        assert newest(user, schedule_id)["session_id"] is None

    def test_the_schedule_lets_the_turn_end(self, user: RegistryUser, schedule_id: str) -> None:
        turn = begin_turn(user, take(user, schedule_id))
        user.call_as_service("delete_agent_schedule", schedule_id=schedule_id)
        user.complete(turn)
        session = user.session(turn["session"]["session_id"])
        assert (session["is_active"], session["schedule_id"]) == (False, None)
        assert session["is_folded"] is True

    def test_the_user_takes_everything_along_even_while_a_run_goes_on(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        claimed = take(user, schedule_id)
        begin_turn(user, claimed)
        take(user, new_schedule(user))
        change(user.database, "delete from auth.users where id = %s", user.id)
        with user.database.connect() as connection:
            for query in (
                "select * from agent_schedules",
                "select * from scheduled_runs",
                "select * from chat_sessions",
            ):
                assert run(connection, query) == []
