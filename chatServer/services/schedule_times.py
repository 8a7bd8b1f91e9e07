"""What a cron expression means: its times in a zone, its words, and where it is wrong."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, pairwise, takewhile
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from chatServer.limits import (
    SCHEDULE_CATCH_UP_SECONDS,
    SCHEDULE_MIN_MINUTES,
    SCHEDULE_MISSED_MAX,
    TITLE_MAX_LENGTH,
)

PRESETS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
FIELDS: Final = (
    ("minute", "numbers from 0 to 59"),
    ("hour", "numbers from 0 to 23"),
    ("day of month", "numbers from 1 to 31, L for the last day or LW for the last weekday"),
    ("month", "numbers from 1 to 12 or JAN to DEC"),
    ("day of week", "numbers from 0 to 7, where 0 and 7 are Sunday, or SUN to SAT"),
)
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
DAY_OF_MONTH: Final = 2
MINUTES_PER_DAY: Final = 24 * 60
YEARS_LOOKED_AT: Final = 4
COUNTED_MAX: Final = 2000
"""How many times of one outage are counted: it takes a tenth of a second."""


class ScheduleRefused(ValueError):
    """An expression or a zone that cannot be used; `field` says which of the two."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Timetable:
    """The times of an expression in a zone."""

    expression: str
    """Five fields."""
    zone: ZoneInfo

    def describe(self) -> str:
        """Return the expression in words."""
        return CronSim(self.expression, datetime(2026, 1, 1, tzinfo=UTC)).explain()

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Yield the times after an instant in UTC, strictly rising.

        A fixed local time that the clock change repeats comes once; one that it leaves out comes
        at the first instant after the gap.
        """
        latest = instant
        for local in CronSim(self.expression, instant.astimezone(self.zone)):
            # In UTC: in the hour that comes twice, local times do not tell before from after.
            found = local.astimezone(UTC)
            if found > latest:
                latest = found
                yield found


@dataclass(frozen=True, slots=True)
class DueTimes:
    """The times of a schedule that have come since it was planned last."""

    newest: datetime
    missed: tuple[datetime, ...]
    """Those before the newest that become rows, rising."""
    earlier_count: int
    """How many came before those, counted up to `COUNTED_MAX` in all."""
    next: datetime | None


def read_timetable(cron: str, timezone: str) -> Timetable:
    """Understand an expression and a zone.

    Raises:
        ScheduleRefused: One of them cannot be used; the message says where it goes wrong.
    """
    if timezone not in _zones():
        raise ScheduleRefused("timezone", "must be an IANA name such as Europe/Berlin")
    return Timetable(read_cron(cron), ZoneInfo(timezone))


def read_cron(cron: str) -> str:
    """Return the five fields of an expression or a preset.

    Raises:
        ScheduleRefused: It is neither, or its times are too close together or never come.
    """
    expression = PRESETS.get(cron.strip().lower(), cron)
    parts = expression.split()
    if len(parts) != len(FIELDS):
        raise ScheduleRefused(
            "cron",
            "must have five fields (minute, hour, day of month, month, day of week) or be one of "
            f"{', '.join(PRESETS)}; this has {len(parts)}",
        )
    for number in range(len(FIELDS)):
        _check_field(cron, parts, number)
    try:
        simulated = CronSim(" ".join(parts), datetime(2026, 1, 1, tzinfo=UTC))
        next(simulated)
    except (CronSimError, StopIteration):
        place = _place(cron, parts, DAY_OF_MONTH)
        raise ScheduleRefused("cron", f"{place}: no month named here has such a day") from None
    _check_distance(cron, parts, simulated)
    return " ".join(parts)


def find_due_times(timetable: Timetable, *, planned_for: datetime, now: datetime) -> DueTimes:
    """Return what has come since `planned_for`, which is one of the times and not after `now`."""
    due: deque[datetime] = deque(maxlen=SCHEDULE_MISSED_MAX + 1)
    count = 0
    following = None
    for time in chain([planned_for], timetable.after(planned_for)):
        if time > now:
            following = time
            break
        due.append(time)
        count += 1
        if count == COUNTED_MAX:
            # So many come every few minutes: only the last day can still hold one to run.
            day = timedelta(seconds=SCHEDULE_CATCH_UP_SECONDS)
            due.extend(takewhile(lambda time: time <= now, timetable.after(max(now - day, time))))
            following = next(timetable.after(now), None)
            break
    return DueTimes(due[-1], tuple(due)[:-1], count - len(due), following)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_field(cron: str, parts: list[str], number: int) -> None:
    offset = 0
    for term in parts[number].split(","):
        alone = ["*"] * len(FIELDS)
        alone[number] = term
        try:
            CronSim(" ".join(alone) if term else "", datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError:
            place = _place(cron, parts, number, offset)
            raise ScheduleRefused(
                "cron", f"{place}: must hold {FIELDS[number][1]}, with , - and / between them"
            ) from None
        offset += len(term) + 1


def _place(cron: str, parts: list[str], number: int, offset: int = 0) -> str:
    """Name a field and the character, from 1, at which something in it begins."""
    position = 0
    for part in parts[: number + 1]:
        position = cron.index(part, position) + len(part)
    first = position - len(parts[number]) + offset + 1
    return f"the {FIELDS[number][0]} (field {number + 1}, character {first})"


def _check_distance(cron: str, parts: list[str], simulated: CronSim) -> None:
    minutes = sorted(hour * 60 + minute for hour in simulated.hours for minute in simulated.minutes)
    gaps = [later - earlier for earlier, later in pairwise(minutes)]
    over_midnight = minutes[0] + MINUTES_PER_DAY - minutes[-1]
    if over_midnight < SCHEDULE_MIN_MINUTES and _has_neighbours(simulated):
        gaps.append(over_midnight)
    closest = min(gaps, default=MINUTES_PER_DAY)
    if closest < SCHEDULE_MIN_MINUTES:
        place = _place(cron, parts, 0)
        raise ScheduleRefused(
            "cron",
            f"{place}: times must be at least {SCHEDULE_MIN_MINUTES} minutes apart, "
            f"these come as close as {closest}",
        )


def _has_neighbours(simulated: CronSim) -> bool:
    """Tell whether two days in a row can have times."""
    first = datetime(2027, 1, 1, tzinfo=UTC).date()
    days = (first + timedelta(days=number) for number in range(YEARS_LOOKED_AT * 366))
    matches = [day.month in simulated.months and simulated.match_day(day) for day in days]
    return any(today and tomorrow for today, tomorrow in pairwise(matches))


def title_run(title: str, instant: datetime, zone: ZoneInfo) -> str:
    """Return the title of a run's session: the schedule's, with the local date and time."""
    local = instant.astimezone(zone)
    when = f" · {local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"
    return title[: TITLE_MAX_LENGTH - len(when)] + when
