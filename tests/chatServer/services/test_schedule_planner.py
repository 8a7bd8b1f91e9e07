"""What becomes of a schedule whose time has come, by how late that is noticed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chatServer.database.schedule_results import DueSchedule, Plan
from chatServer.services import schedule_planner
from chatServer.services.schedule_planner import SchedulePlanner, plan_schedule
from tests.chatServer.schedule_stage import ScheduleStage

DUE = datetime(2026, 11, 20, 8, tzinfo=UTC)


def due_schedule(cron: str = "0 8 * * *", *, timezone: str = "UTC") -> DueSchedule:
    return DueSchedule(
        schedule_id=uuid.uuid4(),
        title="Digest",
        cron=cron,
        timezone=timezone,
        next_run_at=DUE,
        version=3,
    )


def planned(schedule: DueSchedule, now: datetime) -> Plan:
    plan = plan_schedule(schedule, now)
    assert plan is not None
    return plan


class TestPlanSchedule:
    def test_on_time_it_runs_and_the_next_time_is_set(self) -> None:
        schedule = due_schedule()
        plan = planned(schedule, DUE + timedelta(seconds=2))
        assert (plan.schedule_id, plan.version) == (schedule.schedule_id, 3)
        assert (plan.planned_for, plan.next_run_at) == (DUE, DUE + timedelta(days=1))
        [run] = plan.runs
        assert (run.title, run.scheduled_for) == ("Digest · 20 Nov 2026, 08:00", DUE)
        assert (run.status, run.failure_reason) == ("waiting", None)

    def test_after_an_outage_the_newest_runs_and_the_others_were_missed(self) -> None:
        plan = planned(due_schedule(), DUE + timedelta(days=2, hours=23))
        assert [run.status for run in plan.runs] == ["missed", "missed", "waiting"]
        assert plan.runs[0].failure_reason == "The server was away at this time."
        assert plan.next_run_at == DUE + timedelta(days=3)

    @pytest.mark.parametrize(("late_seconds", "status"), [(0, "waiting"), (1, "missed")])
    def test_what_is_older_than_a_day_was_missed_too(self, late_seconds: int, status: str) -> None:
        now = DUE + timedelta(days=1, seconds=late_seconds)
        [run] = planned(due_schedule("0 8 20 * *"), now).runs
        assert run.status == status

    @pytest.mark.parametrize(
        ("days", "told"), [(2, "at 476 times before it"), (300, "at many times before it")]
    )
    def test_a_long_outage_is_told_by_the_oldest_run(self, days: int, told: str) -> None:
        plan = planned(due_schedule("*/5 * * * *"), DUE + timedelta(days=days))
        assert len(plan.runs) == 101
        assert told in str(plan.runs[0].failure_reason)
        assert plan.runs[-1].scheduled_for == DUE + timedelta(days=days)

    def test_one_that_cannot_be_understood_here_is_left_to_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert plan_schedule(due_schedule(timezone="Mars/Olympus"), DUE) is None
        assert "cannot be understood here" in caplog.text


class TestPlanDue:
    async def test_plans_in_batches_until_nothing_is_due(
        self, schedules: ScheduleStage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schedule_planner, "PLAN_BATCH", 1)
        caller = await schedules.sign_up()
        made = [await schedules.add_schedule(caller, missed_days=0) for _ in range(3)]
        assert await SchedulePlanner(schedules.registry).plan_due() == 3
        for schedule in made:
            [run] = await schedules.runs(caller, schedule)
            assert (run.status, run.trigger) == ("waiting", "planned")
            assert run.scheduled_for == schedule.next_run_at
        assert await SchedulePlanner(schedules.registry).plan_due() == 0
