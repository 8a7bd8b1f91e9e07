"""Makes, changes and shows schedules; what an expression means is worked out here."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from chatServer.database.parameters import SessionFilter, SessionPosition
from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.transport import Caller
from chatServer.errors import InvalidCursor, ValidationFailed
from chatServer.limits import SCHEDULE_PREVIEW_TIMES
from chatServer.schedule_models import (
    CreateScheduleRequest,
    Run,
    RunPage,
    Schedule,
    ScheduleList,
    SchedulePreview,
    StoredSchedule,
    UpdateScheduleRequest,
)
from chatServer.services.schedule_times import (
    ScheduleRefused,
    Timetable,
    read_timetable,
    title_run,
)
from chatServer.services.session_cursor import SessionCursors


class ScheduleService:
    """The schedules of whoever calls."""

    def __init__(
        self, registry: ScheduleRegistry, cursors: SessionCursors, *, wake: Callable[[], None]
    ) -> None:
        self._registry = registry
        self._cursors = cursors
        self._wake = wake

    def preview(self, cron: str, timezone: str) -> SchedulePreview:
        """Return what an expression means.

        Raises:
            ValidationFailed: It or the zone cannot be used.
        """
        timetable = _read(cron, timezone)
        return SchedulePreview(
            description=timetable.describe(), next_runs_at=_next_times(timetable, _now())
        )

    async def list_schedules(self, caller: Caller) -> ScheduleList:
        """Return all schedules of the caller, the one that ran last first."""
        stored = await self._registry.list_schedules(caller)
        return ScheduleList(schedules=[_show(schedule) for schedule in stored])

    async def get_schedule(self, caller: Caller, schedule_id: UUID) -> Schedule:
        """Return one schedule.

        Raises:
            ScheduleNotFound: No such schedule of this user.
        """
        return _show(await self._registry.get_schedule(caller, schedule_id=schedule_id))

    async def create_schedule(
        self, caller: Caller, request: CreateScheduleRequest
    ) -> tuple[Schedule, bool]:
        """Make a schedule; False beside it when the same request had made it before.

        Raises:
            ScheduleIdTaken: The id is another schedule's.
            ScheduleLimitReached: The user has too many.
            ValidationFailed: The expression or the zone cannot be used.
        """
        timetable = _read(request.cron, request.timezone)
        made = await self._registry.upsert_schedule(
            caller,
            schedule=request,
            next_run_at=next(timetable.after(_now()), None) if request.is_enabled else None,
        )
        return _show(made.schedule), made.created

    async def update_schedule(
        self, caller: Caller, schedule_id: UUID, *, changes: UpdateScheduleRequest
    ) -> Schedule:
        """Change a schedule; new times count from now.

        Raises:
            ScheduleNotFound: No such schedule of this user.
            ValidationFailed: The expression or the zone cannot be used.
        """
        while True:
            stored = await self._registry.get_schedule(caller, schedule_id=schedule_id)
            updated = await self._update(caller, stored, changes)
            if updated is not None:
                return _show(updated)

    async def delete_schedule(self, caller: Caller, schedule_id: UUID) -> None:
        """Delete a schedule; the sessions of its runs stay.

        Raises:
            ScheduleNotFound: No such schedule of this user.
        """
        await self._registry.delete_schedule(caller, schedule_id=schedule_id)

    async def run_now(self, caller: Caller, schedule_id: UUID) -> Run:
        """Have a schedule run now, paused or not.

        Raises:
            ScheduleNotFound: No such schedule of this user.
            ScheduleBusy: One of its runs has not ended.
        """
        stored = await self._registry.get_schedule(caller, schedule_id=schedule_id)
        timetable = _read(stored.cron, stored.timezone)
        title = title_run(stored.title, _now(), timetable.zone)
        run = await self._registry.begin_run(caller, schedule_id=schedule_id, title=title)
        self._wake()
        return run

    async def list_runs(
        self, caller: Caller, schedule_id: UUID, *, limit: int, cursor: str | None
    ) -> RunPage:
        """Return a page of a schedule's runs, newest first.

        Raises:
            InvalidCursor: The cursor is not of this schedule.
            ScheduleNotFound: No such schedule of this user.
        """
        where = SessionFilter(schedule_id=schedule_id)
        position = self._cursors.decode(cursor, where=where) if cursor is not None else None
        if position is not None and position.session_id != str(schedule_id):
            raise InvalidCursor
        page = await self._registry.list_runs(
            caller,
            schedule_id=schedule_id,
            before=position.updated_at if position else None,
            limit=limit,
        )
        next_cursor = None
        if page.has_more:
            last = page.runs[-1].scheduled_for
            place = SessionPosition(last, str(schedule_id))
            next_cursor = self._cursors.encode(place, where=where)
        return RunPage(runs=page.runs, next_cursor=next_cursor)

    async def _update(
        self, caller: Caller, stored: StoredSchedule, changes: UpdateScheduleRequest
    ) -> StoredSchedule | None:
        """Return the schedule as changed; None when it was changed elsewhere in between."""
        changed = stored.model_copy(update=changes.model_dump(exclude_none=True))
        timetable = _read(changed.cron, changed.timezone)
        updated = await self._registry.update_schedule(
            caller,
            stored=stored,
            changes=changes,
            is_replanned=_timing(changed) != _timing(stored),
            next_run_at=next(timetable.after(_now()), None) if changed.is_enabled else None,
        )
        return updated.schedule if updated.is_current else None


def _timing(schedule: StoredSchedule) -> tuple[str, str, bool]:
    return schedule.cron, schedule.timezone, schedule.is_enabled


def _show(stored: StoredSchedule) -> Schedule:
    try:
        timetable = read_timetable(stored.cron, stored.timezone)
    except ScheduleRefused:
        # Its zone is one that this server's time zone data no longer knows.
        return Schedule(**dict(stored), description=stored.cron, next_runs_at=[])
    return Schedule(
        **dict(stored),
        description=timetable.describe(),
        next_runs_at=_next_times(timetable, _now()) if stored.is_enabled else [],
    )


def _next_times(timetable: Timetable, now: datetime) -> list[datetime]:
    return list(islice(timetable.after(now), SCHEDULE_PREVIEW_TIMES))


def _read(cron: str, timezone: str) -> Timetable:
    try:
        return read_timetable(cron, timezone)
    except ScheduleRefused as refusal:
        raise ValidationFailed((refusal.field, refusal.message)) from None


def _now() -> datetime:
    return datetime.now(UTC)
