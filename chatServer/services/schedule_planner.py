"""Turns schedules whose time has come into runs; any number of processes may plan at once."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.schedule_results import DueSchedule, Plan, PlannedRun
from chatServer.limits import PLAN_BATCH, SCHEDULE_CATCH_UP_SECONDS
from chatServer.services.schedule_times import (
    COUNTED_MAX,
    ScheduleRefused,
    find_due_times,
    read_timetable,
    title_run,
)

logger = logging.getLogger(__name__)

AWAY: Final = "The server was away at this time."


class SchedulePlanner:
    """Plans in batches: one statement takes a batch, one stores its runs and next times."""

    def __init__(self, registry: ScheduleRegistry) -> None:
        self._registry = registry

    async def plan_due(self) -> int:
        """Plan everything that is due now and return how many runs wait because of it."""
        waiting_count = 0
        while True:
            due = await self._registry.claim_due_schedules()
            if due.schedules:
                # Computed aside: a batch of five hundred takes some hundredths of a second.
                plans = await asyncio.to_thread(_plan_all, due.schedules, due.now)
                stored = await self._registry.upsert_runs(plans)
                waiting_count += stored.waiting_count
            if len(due.schedules) < PLAN_BATCH:
                return waiting_count


def _plan_all(schedules: list[DueSchedule], now: datetime) -> list[Plan]:
    plans = (plan_schedule(schedule, now) for schedule in schedules)
    return [plan for plan in plans if plan is not None]


def plan_schedule(schedule: DueSchedule, now: datetime) -> Plan | None:
    """Plan one schedule: the newest time runs unless it is a day old, the others were missed.

    None when it cannot be understood here: it is due again when the planners' lease has run out.
    """
    try:
        timetable = read_timetable(schedule.cron, schedule.timezone)
    except ScheduleRefused:
        # Another replica may have newer time zone data.
        logger.warning("schedule %s cannot be understood here", schedule.schedule_id)
        return None
    due = find_due_times(timetable, planned_for=schedule.next_run_at, now=now)
    is_fresh = now - due.newest <= timedelta(seconds=SCHEDULE_CATCH_UP_SECONDS)
    missed = list(due.missed) if is_fresh else [*due.missed, due.newest]
    runs = [
        PlannedRun(
            title=title_run(schedule.title, time, timetable.zone),
            scheduled_for=time,
            status="missed",
            failure_reason=AWAY,
        )
        for time in missed
    ]
    if due.earlier_count:
        runs[0].failure_reason = _tell_earlier(due.earlier_count)
    if is_fresh:
        title = title_run(schedule.title, due.newest, timetable.zone)
        runs.append(PlannedRun(title=title, scheduled_for=due.newest, status="waiting"))
    return Plan(
        schedule_id=schedule.schedule_id,
        version=schedule.version,
        planned_for=schedule.next_run_at,
        next_run_at=due.next,
        runs=runs,
    )


def _tell_earlier(count: int) -> str:
    number = f"{count:,}" if count < COUNTED_MAX // 2 else "many"
    return f"The server was away at this time and at {number} times before it."
