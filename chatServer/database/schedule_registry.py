"""The verbs of schedules and their runs, each exactly one SQL function."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import Held
from chatServer.database.parameters import to_instant
from chatServer.database.schedule_results import (
    BegunRun,
    ClaimedRun,
    ClaimedRuns,
    DeletedSchedule,
    DueSchedules,
    FoundSchedule,
    FoundSchedules,
    Plan,
    RunSlice,
    StoredPlans,
    UpdatedSchedule,
    UpsertedSchedule,
)
from chatServer.database.transport import Caller, RpcTransport
from chatServer.limits import (
    PLAN_BATCH,
    PLAN_LEASE_SECONDS,
    RUN_CLAIM_LEASE_SECONDS,
    RUNS_PER_USER_MAX,
)
from chatServer.schedule_models import (
    CreateScheduleRequest,
    Run,
    StoredSchedule,
    UpdateScheduleRequest,
)


class ScheduleRegistry:
    """Schedules and runs as stored. Users read with their own token; only the server writes."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def list_schedules(self, caller: Caller) -> list[StoredSchedule]:
        """List all schedules of the caller, the one that ran last first."""
        found = await self._calls.call_for(caller, "list_agent_schedules", FoundSchedules, {})
        return found.schedules

    async def get_schedule(self, caller: Caller, *, schedule_id: UUID) -> StoredSchedule:
        """Read one schedule.

        Raises:
            ScheduleNotFound: No such schedule of this user.
        """
        params: dict[str, JsonValue] = {"p_schedule_id": str(schedule_id)}
        found = await self._calls.call_for(caller, "get_agent_schedule", FoundSchedule, params)
        return found.schedule

    async def upsert_schedule(
        self, caller: Caller, *, schedule: CreateScheduleRequest, next_run_at: datetime | None
    ) -> UpsertedSchedule:
        """Make a schedule, or find the one that was made by the same request before.

        Raises:
            ScheduleIdTaken: The id is another schedule's.
            ScheduleLimitReached: The user has too many.
        """
        params = _fields(schedule) | {
            "p_schedule_id": str(schedule.schedule_id) if schedule.schedule_id else None,
            "p_next_run_at": to_instant(next_run_at),
        }
        return await self._calls.call_for(
            _service(caller), "upsert_agent_schedule", UpsertedSchedule, params
        )

    async def update_schedule(
        self,
        caller: Caller,
        *,
        stored: StoredSchedule,
        changes: UpdateScheduleRequest,
        is_replanned: bool,
        next_run_at: datetime | None,
    ) -> UpdatedSchedule:
        """Change a schedule as it was read; `next_run_at` counts when it is replanned.

        Raises:
            ScheduleNotFound: It is gone.
        """
        params = _fields(changes) | {
            "p_schedule_id": str(stored.schedule_id),
            "p_version": stored.version,
            "p_is_replanned": is_replanned,
            "p_next_run_at": to_instant(next_run_at),
        }
        return await self._calls.call_for(
            _service(caller), "update_agent_schedule", UpdatedSchedule, params
        )

    async def delete_schedule(self, caller: Caller, *, schedule_id: UUID) -> None:
        """Delete a schedule with its runs; their sessions stay.

        Raises:
            ScheduleNotFound: No such schedule of this user.
        """
        params: dict[str, JsonValue] = {"p_schedule_id": str(schedule_id)}
        await self._calls.call_for(
            _service(caller), "delete_agent_schedule", DeletedSchedule, params
        )

    async def list_runs(
        self, caller: Caller, *, schedule_id: UUID, before: datetime | None, limit: int
    ) -> RunSlice:
        """List a page of a schedule's runs, newest first.

        Raises:
            ScheduleNotFound: No such schedule of this user.
        """
        params: dict[str, JsonValue] = {
            "p_schedule_id": str(schedule_id),
            "p_before": to_instant(before),
            "p_limit": limit,
        }
        return await self._calls.call_for(caller, "list_scheduled_runs", RunSlice, params)

    async def begin_run(self, caller: Caller, *, schedule_id: UUID, title: str) -> Run:
        """Have a schedule run now.

        Raises:
            ScheduleNotFound: No such schedule of this user.
            ScheduleBusy: One of its runs has not ended.
        """
        params: dict[str, JsonValue] = {"p_schedule_id": str(schedule_id), "p_title": title}
        begun = await self._calls.call_for(
            _service(caller), "begin_scheduled_run", BegunRun, params
        )
        return begun.run

    async def claim_due_schedules(self, *, limit: int = PLAN_BATCH) -> DueSchedules:
        """Take schedules whose time has come, out of the other planners' sight for a while."""
        params: dict[str, JsonValue] = {"p_limit": limit, "p_lease_seconds": PLAN_LEASE_SECONDS}
        return await self._calls.call_as_service("claim_due_schedules", DueSchedules, params)

    async def upsert_runs(self, plans: Sequence[Plan]) -> StoredPlans:
        """Store planned runs and the next times; a plan that no longer holds changes nothing."""
        params: dict[str, JsonValue] = {"p_plans": {"plans": [plan.to_json() for plan in plans]}}
        return await self._calls.call_as_service("upsert_scheduled_runs", StoredPlans, params)

    async def claim_runs(self, *, limit: int) -> list[ClaimedRun]:
        """Take runs that wait, the users' first ones before anybody's second."""
        params: dict[str, JsonValue] = {
            "p_limit": limit,
            "p_user_limit": RUNS_PER_USER_MAX,
            "p_lease_seconds": RUN_CLAIM_LEASE_SECONDS,
        }
        claimed = await self._calls.call_as_service("claim_scheduled_runs", ClaimedRuns, params)
        return claimed.runs

    async def fail_run(self, run: ClaimedRun, *, reason: str) -> bool:
        """End a run whose turn cannot begin; False when somebody else has it by now."""
        params: dict[str, JsonValue] = {
            "p_run_id": str(run.run_id),
            "p_lease_token": str(run.lease_token),
            "p_reason": reason,
        }
        answer = await self._calls.call_as_service("fail_scheduled_run", Held, params)
        return answer.is_held


def _service(caller: Caller) -> Caller:
    return Caller.service(caller.user_id)


def _fields(request: CreateScheduleRequest | UpdateScheduleRequest) -> dict[str, JsonValue]:
    fields = request.model_dump(mode="json", exclude={"schedule_id"})
    return {f"p_{name}": value for name, value in fields.items()}
