"""Carries out scheduled runs: each one is a turn in a session of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from chatServer.database.parameters import NewTurn
from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.schedule_results import ClaimedRun
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable, DomainError
from chatServer.limits import (
    PLAN_TICK_SECONDS,
    RUN_TICK_SECONDS,
    RUNS_PER_PROCESS_MAX,
    SHUTDOWN_SECONDS,
)
from chatServer.schedule_errors import RunNotFound
from chatServer.services.schedule_planner import SchedulePlanner
from chatServer.services.turn_service import TurnService
from chatServer.turn_events import TurnFinished

logger = logging.getLogger(__name__)

ROOT: Final = 0
"""The parent of a branch's first message: an attempt does not read what the one before wrote."""


class ScheduledExecutionService:
    """Plans and carries out runs; `start` and `stop` frame its life in a process.

    APScheduler only ticks. The database decides what is due, whose run it is and how it ended, so
    any number of processes tick at once.
    """

    def __init__(
        self, registry: ScheduleRegistry, planner: SchedulePlanner, *, turns: TurnService
    ) -> None:
        self._registry = registry
        self._planner = planner
        self._turns = turns
        self._ticks = AsyncIOScheduler(timezone=UTC)
        self._running: set[asyncio.Task[None]] = set()
        self._claiming = asyncio.Lock()
        self._is_stopping = False

    def start(self) -> None:
        """Begin to tick."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for tick, seconds in ((self._plan, PLAN_TICK_SECONDS), (self._claim, RUN_TICK_SECONDS)):
            # A tick that takes long delays the next one; none are made up for.
            self._ticks.add_job(
                _never_fail,
                "interval",
                args=[tick],
                seconds=seconds,
                misfire_grace_time=None,
                id=tick.__name__,
            )
        self._ticks.start()

    def wake(self) -> None:
        """Say that a run waits; without it that is noticed within `RUN_TICK_SECONDS`."""
        if self._ticks.running and not self._is_stopping:
            self._ticks.modify_job(self._claim.__name__, next_run_time=datetime.now(UTC))

    def interrupt(self) -> None:
        """Take nothing more; what runs is handed back when its turn is interrupted."""
        self._is_stopping = True

    async def stop(self) -> None:
        """Take nothing more, and let what runs end within `SHUTDOWN_SECONDS`."""
        self.interrupt()
        if self._ticks.running:
            self._ticks.shutdown(wait=False)
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                while self._running:
                    await asyncio.wait(self._running)
        late = list(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def execute(self, run: ClaimedRun) -> None:
        """Carry out one run to its end; the end of its answer records the result.

        A run that another process has by now is left alone, and so is one that the database did
        not let begin: it is taken up again when its lease has run out.
        """
        turn = NewTurn(
            session_id=run.session_id,
            content=run.prompt,
            client_request_id=run.client_request_id,
            parent_id=ROOT,
            channel="scheduled",
        )
        try:
            begun = await self._turns.begin(Caller.service(run.user_id), turn)
        except (RunNotFound, DatabaseUnavailable) as error:
            logger.warning("run %s did not begin: %s", run.run_id, error)
            return
        except DomainError as error:
            logger.exception("run %s cannot begin", run.run_id)
            await self._registry.fail_run(run, reason=f"It could not begin: {error.detail}")
            return
        async for event in begun.events():
            if isinstance(event, TurnFinished):
                logger.info("run %s: %s", run.run_id, event.message.status)

    async def _plan(self) -> None:
        if not self._is_stopping and await self._planner.plan_due():
            await self._claim()

    async def _claim(self) -> None:
        # Both ticks come here; together they must not take more than there is room for.
        async with self._claiming:
            free = RUNS_PER_PROCESS_MAX - len(self._running)
            if self._is_stopping or free <= 0:
                return
            for run in await self._registry.claim_runs(limit=free):
                task = asyncio.create_task(self._carry_out(run))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def _carry_out(self, run: ClaimedRun) -> None:
        try:
            await self.execute(run)
        except Exception:
            logger.exception("run %s broke; it is taken up when its lease ends", run.run_id)


async def _never_fail(tick: Callable[[], Awaitable[None]]) -> None:
    try:
        await tick()
    except DatabaseUnavailable:
        logger.warning("schedules wait: the database does not answer")
    except Exception:
        logger.exception("a tick of the schedules failed; the next one tries again")
