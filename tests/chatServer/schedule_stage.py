"""What the tests of schedules play on: schedules on the real registry, and processes for them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.transport import Caller, RpcTransport
from chatServer.schedule_models import CreateScheduleRequest, Run, StoredSchedule
from chatServer.services.schedule_planner import SchedulePlanner
from chatServer.services.schedule_service import ScheduleService
from chatServer.services.scheduled_execution_service import ScheduledExecutionService
from chatServer.services.session_cursor import SessionCursors
from chatServer.services.turn_service import TurnService
from tests.chatServer.turn_stage import TurnStage, eventually

ENDED = ("completed", "failed", "dead", "missed", "skipped")


class ScheduleStage:
    """Schedules of users of this test alone; they are deleted with their runs at its end."""

    def __init__(self, turns: TurnStage, stack: AsyncExitStack) -> None:
        self.turns = turns
        self._stack = stack
        self.registry = ScheduleRegistry(turns.transport)
        self.service = ScheduleService(
            self.registry, SessionCursors(turns.api.secret_key), wake=lambda: None
        )
        self.callers: list[Caller] = []

    async def sign_up(self) -> Caller:
        """Signs a new user up."""
        return self.adopt(await self.turns.sign_up())

    def adopt(self, caller: Caller) -> Caller:
        """Takes care of a user's schedules."""
        self.callers.append(caller)
        return caller

    async def add_schedule(
        self,
        caller: Caller,
        prompt: str = "What is new?",
        *,
        missed_days: int | None = None,
        notify_telegram: bool = False,
    ) -> StoredSchedule:
        """Makes a daily schedule whose next time is 23 hours away.

        With `missed_days` it is due: since an hour ago, and that many times on the days before.
        """
        time = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
        made = await self.registry.upsert_schedule(
            caller,
            schedule=CreateScheduleRequest(
                prompt=prompt,
                title="Digest",
                cron=f"{time.minute} {time.hour} * * *",
                timezone="UTC",
                notify_telegram=notify_telegram,
            ),
            next_run_at=time + timedelta(days=1 if missed_days is None else -missed_days),
        )
        return made.schedule

    async def runs(self, caller: Caller, schedule: StoredSchedule) -> list[Run]:
        """The runs of a schedule, newest first."""
        page = await self.registry.list_runs(
            caller, schedule_id=schedule.schedule_id, before=None, limit=200
        )
        return page.runs

    async def wait_for_end(self, caller: Caller, schedule: StoredSchedule) -> Run:
        """Returns the newest run once all of them have ended."""

        async def has_ended() -> bool:
            found = await self.runs(caller, schedule)
            return bool(found) and all(run.status in ENDED for run in found)

        await eventually(has_ended, what="the runs ended")
        return (await self.runs(caller, schedule))[0]

    async def wait_for_status(self, caller: Caller, schedule: StoredSchedule, status: str) -> Run:
        """Returns the newest run once it stands like this."""

        async def holds() -> bool:
            found = await self.runs(caller, schedule)
            return bool(found) and found[0].status == status

        await eventually(holds, what=f"the run was {status}")
        return (await self.runs(caller, schedule))[0]

    def build_process(
        self, turns: TurnService | None = None, *, transport: RpcTransport | None = None
    ) -> ScheduledExecutionService:
        """Returns what plans and carries out runs in a process, before it ticks."""
        registry = ScheduleRegistry(transport) if transport else self.registry
        return ScheduledExecutionService(
            registry, SchedulePlanner(registry), turns=turns or self.turns.turns
        )

    def start_process(
        self, turns: TurnService | None = None, *, transport: RpcTransport | None = None
    ) -> ScheduledExecutionService:
        """Lets a process tick; it ends with the test at the latest."""
        process = self.build_process(turns, transport=transport)
        process.start()
        self._stack.push_async_callback(process.stop)
        return process

    async def let_pass(self) -> None:
        """Lets every wait between two attempts end now."""
        await self.turns.execute(
            "update scheduled_runs set available_at = now()"
            " where status = 'waiting' and user_id = any(%s)",
            [caller.user_id for caller in self.callers],
        )


@asynccontextmanager
async def open_schedule_stage(turns: TurnStage) -> AsyncIterator[ScheduleStage]:
    """Opens a stage on a turn stage; nothing of it is left to other tests' processes."""
    stack = AsyncExitStack()
    stage = ScheduleStage(turns, stack)
    try:
        yield stage
    finally:
        # The turns may be shared: a process that ticked on would take the next test's runs.
        await stack.aclose()
        await turns.execute(
            "delete from agent_schedules where user_id = any(%s)",
            [caller.user_id for caller in stage.callers],
        )
