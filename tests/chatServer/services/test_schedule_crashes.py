"""Planners and workers are killed again and again; every time gives one run with one result."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from chatServer.database.parameters import SessionFilter
from chatServer.database.transport import Caller
from chatServer.schedule_models import StoredSchedule
from tests.chatServer.schedule_stage import ENDED, ScheduleStage
from tests.stack.embedded import ROOT, child_environment

KINDS = ("planner", "planner", "worker", "worker", "worker", "worker")
KILLS = 10
USERS = 6
SCHEDULES_EACH = 2
DONE_SECONDS = 1200
START = "import tests.support.hasty_limits; from tests.support.schedule_worker import run; run()"


class Processes:
    """Two planners and four workers; whoever is killed rises again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-c", START],
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._running = [self._start(kind) for kind in KINDS]

    def _start(self, kind: str) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{kind}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def kill_one(self, place: int) -> None:
        """Ends a process as a crash does, and starts it again."""
        # One that has ended by itself rises again like the others.
        with suppress(ProcessLookupError):
            os.kill(self._running[place], signal.SIGKILL)
        self._running[place] = self._start(KINDS[place])

    def stop(self) -> None:
        """Ends them all."""
        self._parent.communicate()


@asynccontextmanager
async def open_processes(schedules: ScheduleStage) -> AsyncIterator[Processes]:
    environment = child_environment(schedules.turns.api)
    processes = await asyncio.to_thread(Processes, environment)
    try:
        yield processes
    finally:
        await asyncio.to_thread(processes.stop)


async def add_schedules(schedules: ScheduleStage) -> list[tuple[Caller, StoredSchedule]]:
    made = []
    for _ in range(USERS):
        caller = await schedules.sign_up()
        for _ in range(SCHEDULES_EACH):
            schedule = await schedules.add_schedule(caller, "Please count to 20", missed_days=2)
            made.append((caller, schedule))
    return made


async def test_each_time_gives_one_run_with_one_result_under_repeated_kills(
    schedules: ScheduleStage,
) -> None:
    made = await add_schedules(schedules)
    places = itertools.cycle(random.Random(4).sample(range(len(KINDS)), len(KINDS)))
    give_up_at = time.monotonic() + DONE_SECONDS
    async with open_processes(schedules) as processes:
        for kill in itertools.count(1):
            await schedules.let_pass()
            statuses = [r.status for c, s in made for r in await schedules.runs(c, s)]
            if len(statuses) >= 3 * len(made) and all(status in ENDED for status in statuses):
                break
            assert time.monotonic() < give_up_at, Counter(statuses)
            if kill <= KILLS:
                await asyncio.to_thread(processes.kill_one, next(places))
            await asyncio.sleep(0.5)
    await assert_one_result_each(schedules, made)


async def assert_one_result_each(
    schedules: ScheduleStage, made: list[tuple[Caller, StoredSchedule]]
) -> None:
    for caller, schedule in made:
        found = await schedules.runs(caller, schedule)
        assert len({run.scheduled_for for run in found}) == len(found)
        assert [run.status for run in found[1:]] == ["missed", "missed"]
        [newest] = found[:1]
        assert newest.status in ("completed", "dead")
        assert newest.session_id is not None
        history = schedules.turns.registry
        session = await history.get_session(caller, session_id=newest.session_id)
        assert not session.is_active
        answer = session.messages[-1]
        assert (answer.status == "complete") == (newest.status == "completed")
        sessions = await history.list_sessions(
            caller, where=SessionFilter(schedule_id=schedule.schedule_id)
        )
        assert [s.session_id for s in sessions.sessions] == [newest.session_id]
