"""claim_due_schedules and upsert_scheduled_runs: each time of a schedule becomes one run."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user
from tests.supabase.migrations.schedule_user import (
    LAST_HOUR,
    begin_run,
    change,
    claim,
    claim_due,
    new_schedule,
    plan,
    planned,
    runs,
    schedule,
    store,
)

TOMORROW = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


def due_schedule(user: RegistryUser, time: datetime = LAST_HOUR, **fields: object) -> str:
    return new_schedule(user, next_run_at=time, **fields)


def recorded(user: RegistryUser, schedule_id: str) -> list[tuple[str, str | None]]:
    """Status and reason of each run, oldest first."""
    return [(r["status"], r["failure_reason"]) for r in runs(user, schedule_id)[::-1]]


def release_plans(database: Database) -> None:
    """Lets the planners' leases end."""
    change(database, "update agent_schedules set plan_at = next_run_at")


class TestClaim:
    def test_takes_what_is_due_and_nothing_else(self, user: RegistryUser) -> None:
        due = due_schedule(user)
        due_schedule(user, TOMORROW)
        new_schedule(user, is_enabled=False)
        [found] = claim_due(user.database)
        assert found["schedule_id"] == due
        assert datetime.fromisoformat(found["next_run_at"]) == LAST_HOUR

    def test_leaves_what_another_planner_has_in_hand(self, user: RegistryUser) -> None:
        due_schedule(user)
        assert len(claim_due(user.database)) == 1
        assert claim_due(user.database) == []
        release_plans(user.database)
        assert len(claim_due(user.database)) == 1

    def test_planners_that_race_share_what_is_due(self, user: RegistryUser) -> None:
        ids = {due_schedule(user) for _ in range(40)}
        batches = race([lambda: claim_due(user.database, limit=10) for _ in range(4)])
        found = [due["schedule_id"] for batch in batches for due in batch]
        assert sorted(found) == sorted(ids)


class TestStore:
    def test_makes_the_run_and_moves_the_next_time(self, user: RegistryUser) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)
        stored = store(user.database, plan(due))
        assert stored == {"planned_count": 1, "waiting_count": 1}
        [run] = runs(user, schedule_id)
        assert (run["status"], run["trigger"], run["attempt"]) == ("waiting", "planned", 0)
        assert datetime.fromisoformat(run["scheduled_for"]) == LAST_HOUR
        shown = schedule(user, schedule_id)
        assert datetime.fromisoformat(shown["next_run_at"]) == LAST_HOUR + timedelta(days=1)
        assert shown["version"] == due["version"]

    def test_storing_a_plan_twice_makes_one_run(self, user: RegistryUser) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)
        assert store(user.database, plan(due))["planned_count"] == 1
        assert store(user.database, plan(due))["planned_count"] == 0
        assert len(runs(user, schedule_id)) == 1

    def test_planners_that_race_with_one_plan_make_one_run(self, user: RegistryUser) -> None:
        ids = [due_schedule(user) for _ in range(5)]
        plans = [plan(due) for due in claim_due(user.database)]
        answers = race([lambda: store(user.database, *plans) for _ in range(4)])
        assert sum(answer["planned_count"] for answer in answers) == 5
        for schedule_id in ids:
            assert recorded(user, schedule_id) == [("waiting", None)]

    def test_a_plan_for_a_schedule_that_was_changed_is_dropped(self, user: RegistryUser) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)
        user.call_as_service(
            "update_agent_schedule",
            schedule_id=schedule_id,
            version=due["version"],
            cron="0 13 * * *",
            is_replanned=True,
            next_run_at=TOMORROW,
        )
        assert store(user.database, plan(due))["planned_count"] == 0
        assert runs(user, schedule_id) == []
        assert datetime.fromisoformat(schedule(user, schedule_id)["next_run_at"]) == TOMORROW

    def test_a_plan_for_a_schedule_that_was_deleted_is_dropped(self, user: RegistryUser) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)
        user.call_as_service("delete_agent_schedule", schedule_id=schedule_id)
        assert store(user.database, plan(due)) == {"planned_count": 0, "waiting_count": 0}

    def test_missed_times_are_recorded_beside_the_one_that_runs(self, user: RegistryUser) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)
        earlier = planned(LAST_HOUR - timedelta(days=1), "missed")
        store(user.database, plan(due, earlier, planned(LAST_HOUR)))
        assert recorded(user, schedule_id) == [
            ("missed", "The server was away at this time."),
            ("waiting", None),
        ]

    def test_a_run_that_waited_for_a_day_is_missed_and_the_new_one_runs(
        self, user: RegistryUser
    ) -> None:
        schedule_id = due_schedule(user, LAST_HOUR - timedelta(days=3))
        now = datetime.now(UTC)
        for time in (LAST_HOUR - timedelta(days=3), now):
            [due] = claim_due(user.database)
            store(user.database, plan(due, planned(time), next_run_at=now))
        assert recorded(user, schedule_id) == [
            ("missed", "It waited for more than a day."),
            ("waiting", None),
        ]


class TestOneAtATime:
    @pytest.mark.parametrize("state", ["waiting", "running"])
    def test_what_is_due_while_a_run_goes_on_is_skipped(
        self, user: RegistryUser, state: str
    ) -> None:
        now = datetime.now(UTC)
        schedule_id = due_schedule(user, now)
        begin_run(user, schedule_id)
        if state == "running":
            assert len(claim(user.database)) == 1
        [due] = claim_due(user.database)
        assert store(user.database, plan(due, planned(now)))["waiting_count"] == 0
        statuses = dict(recorded(user, schedule_id))
        assert statuses == {"skipped": "The run before it was still going.", state: None}

    def test_asked_for_while_one_waits_is_refused_however_they_race(
        self, user: RegistryUser
    ) -> None:
        schedule_id = due_schedule(user)
        [due] = claim_due(user.database)

        def run_now() -> str:
            try:
                begin_run(user, schedule_id)
            except psycopg.Error as error:
                return str(error).partition("\n")[0]
            return "begun"

        def plan_it() -> str:
            return str(store(user.database, plan(due))["waiting_count"])

        answers: list[str] = race([run_now, plan_it, run_now, run_now])
        open_runs = [r for r in runs(user, schedule_id) if r["status"] == "waiting"]
        assert len(open_runs) == 1
        assert answers.count("begun") + answers.count("1") == 1
        assert {a for a in answers if a not in ("begun", "0", "1")} <= {"schedule_busy"}


class TestLimits:
    def test_a_user_has_a_hundred_schedules_however_they_race(self, user: RegistryUser) -> None:
        for _ in range(98):
            new_schedule(user)

        def make() -> Json | str:
            try:
                return {"id": new_schedule(user)}
            except psycopg.Error as error:
                return str(error).partition("\n")[0]

        answers = race([make for _ in range(5)])
        assert answers.count("schedule_limit_reached") == 3
        assert len(user.call("list_agent_schedules")["schedules"]) == 100
