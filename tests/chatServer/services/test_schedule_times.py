"""The times of expressions: golden tables of both clock changes, and what holds for all of them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatServer.limits import SCHEDULE_MIN_MINUTES, SCHEDULE_MISSED_MAX
from chatServer.services.schedule_times import (
    COUNTED_MAX,
    PRESETS,
    ScheduleRefused,
    Timetable,
    find_due_times,
    read_cron,
    read_timetable,
    title_run,
)

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"

SPRING_GAP = [
    # Berlin goes from 02:00 to 03:00 on 29 March 2026: what falls into the gap comes after it.
    ("30 2 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T01:00", "2026-03-30T00:30"]),
    ("0 2 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T01:00", "2026-03-30T00:00"]),
    ("0,30 2 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T01:00", "2026-03-30T00:00"]),
    ("0 2,3 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T01:00", "2026-03-30T00:00"]),
    ("0 3 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T01:00", "2026-03-30T01:00"]),
    ("30 1 * * *", BERLIN, "2026-03-28T12", ["2026-03-29T00:30", "2026-03-29T23:30"]),
    ("*/30 * * * *", BERLIN, "2026-03-29T00:10", ["2026-03-29T00:30", "2026-03-29T01:00"]),
    ("0 * * * *", BERLIN, "2026-03-29T00:10", ["2026-03-29T01:00", "2026-03-29T02:00"]),
    ("30 2 * * *", NEW_YORK, "2026-03-07T12", ["2026-03-08T07:00", "2026-03-09T06:30"]),
    # Lord Howe goes forward by half an hour only.
    ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12", ["2026-10-03T15:30"]),
    # A day without midnight.
    ("0 0 * * *", "Africa/Cairo", "2026-04-23T12", ["2026-04-23T22:00", "2026-04-24T21:00"]),
]
AUTUMN_TWICE = [
    # Berlin goes from 03:00 back to 02:00 on 25 October 2026: fixed times come the first time only.
    ("30 2 * * *", BERLIN, "2026-10-24T12", ["2026-10-25T00:30", "2026-10-26T01:30"]),
    ("0,30 2 * * *", BERLIN, "2026-10-24T12", ["2026-10-25T00:00", "2026-10-25T00:30"]),
    ("30 3 * * *", BERLIN, "2026-10-24T12", ["2026-10-25T02:30", "2026-10-26T02:30"]),
    ("30 1 * * *", NEW_YORK, "2026-10-31T12", ["2026-11-01T05:30", "2026-11-02T06:30"]),
    # Asked in the second of the two hours, after the first has passed.
    ("30 1 * * *", NEW_YORK, "2026-11-01T06:10", ["2026-11-02T06:30"]),
    # What comes every few minutes or every hour goes on through both.
    ("*/30 * * * *", NEW_YORK, "2026-11-01T05:10", ["2026-11-01T05:30", "2026-11-01T06:00"]),
    ("0 * * * *", NEW_YORK, "2026-11-01T04:10", ["2026-11-01T05:00", "2026-11-01T06:00"]),
    ("15 1 * * *", "Australia/Lord_Howe", "2026-04-04T10", ["2026-04-04T14:15"]),
    ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T10", ["2026-04-04T14:45"]),
]
CRON_RULES = [
    # 0 and 7 are Sunday; 1 November 2026 is one.
    ("0 9 * * 0", "UTC", "2026-10-31T12", ["2026-11-01T09:00", "2026-11-08T09:00"]),
    ("0 9 * * 7", "UTC", "2026-10-31T12", ["2026-11-01T09:00", "2026-11-08T09:00"]),
    # Day of month or day of week, whichever comes.
    ("0 9 13 * 5", "UTC", "2026-11-01T12", ["2026-11-06T09:00", "2026-11-13T09:00"]),
    ("0 9 15 * 1", "UTC", "2026-11-09T12", ["2026-11-15T09:00", "2026-11-16T09:00"]),
    ("0 9 31 * *", "UTC", "2026-11-01T12", ["2026-12-31T09:00", "2027-01-31T09:00"]),
    ("0 9 29 2 *", "UTC", "2026-11-01T12", ["2028-02-29T09:00", "2032-02-29T09:00"]),
    ("0 9 L 2 *", "UTC", "2026-11-01T12", ["2027-02-28T09:00", "2028-02-29T09:00"]),
    ("0 9 * * MON#1", "UTC", "2026-11-01T12", ["2026-11-02T09:00", "2026-12-07T09:00"]),
    ("@weekly", "UTC", "2026-11-01T12", ["2026-11-08T00:00", "2026-11-15T00:00"]),
    ("@hourly", "Asia/Kolkata", "2026-11-01T12", ["2026-11-01T12:30", "2026-11-01T13:30"]),
]

ZONES = (
    "UTC",
    BERLIN,
    NEW_YORK,
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Havana",
    "America/Asuncion",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Dublin",
    "Europe/London",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
DAYS = st.sampled_from(["*", "1", "15", "28-31", "L", "*/7"])
WEEKDAYS = st.sampled_from(["*", "0", "7", "MON-FRI", "SAT,SUN", "2#2", "5L"])
MONTHS = st.sampled_from(["*", "3,10", "MAR-APR", "*/3", "11"])
FIXED_MINUTES = st.sampled_from(["0", "30", "59", "0,30", "15,45"])
FIXED_HOURS = st.sampled_from(["0", "1", "2", "3", "23", "0-3", "1,2", "2-23/7"])
MOVING = st.sampled_from([("*/5", "*"), ("*/15", "*"), ("7", "*"), ("0", "*/2"), ("30", "*/3")])
STARTS = st.timedeltas(timedelta(0), timedelta(days=3652)).map(
    lambda after: datetime(2017, 1, 1, tzinfo=UTC) + after
)


@st.composite
def fixed_expressions(draw: st.DrawFn) -> str:
    parts = (FIXED_MINUTES, FIXED_HOURS, DAYS, MONTHS, WEEKDAYS)
    return " ".join(draw(part) for part in parts)


@st.composite
def moving_expressions(draw: st.DrawFn) -> str:
    return " ".join([*draw(MOVING), *(draw(part) for part in (DAYS, MONTHS, WEEKDAYS))])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestAfter:
    @pytest.mark.parametrize(
        ("cron", "zone", "after", "expected"), [*SPRING_GAP, *AUTUMN_TWICE, *CRON_RULES]
    )
    def test_is_what_the_table_says(
        self, cron: str, zone: str, after: str, expected: list[str]
    ) -> None:
        times = islice(read_timetable(cron, zone).after(at(after)), len(expected))
        assert [time.strftime("%Y-%m-%dT%H:%M") for time in times] == expected

    @settings(max_examples=150)
    @given(fixed_expressions(), st.sampled_from(ZONES), STARTS)
    def test_fixed_local_times_rise_and_none_comes_twice(
        self, cron: str, zone: str, start: datetime
    ) -> None:
        timetable = Timetable(cron, ZoneInfo(zone))
        times = list(islice(timetable.after(start), 60))
        assert start < times[0]
        assert all(earlier < later for earlier, later in pairwise(times))
        local = [time.astimezone(timetable.zone).replace(tzinfo=None, fold=0) for time in times]
        assert len(set(local)) == len(local)

    @settings(max_examples=100)
    @given(st.one_of(fixed_expressions(), moving_expressions()), st.sampled_from(ZONES), STARTS)
    def test_each_time_follows_from_the_one_before_alone(
        self, cron: str, zone: str, start: datetime
    ) -> None:
        # A planner that starts anew at each time finds the same ones as one that goes on.
        timetable = Timetable(cron, ZoneInfo(zone))
        times = list(islice(timetable.after(start), 30))
        assert all(next(timetable.after(earlier)) == later for earlier, later in pairwise(times))

    @pytest.mark.parametrize("zone", ZONES)
    def test_ten_years_hold_each_day_once(self, zone: str) -> None:
        start, end = at("2017-01-01T00"), at("2027-01-01T00")
        timetable = read_timetable("30 1 * * *", zone)
        times = list(takewhile(lambda time: time < end, timetable.after(start)))
        days = [time.astimezone(timetable.zone).date() for time in times]
        assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
        assert len(days) in range((end - start).days - 1, (end - start).days + 2)


class TestReadCron:
    @pytest.mark.parametrize("cron", ["*/5 * * * *", "0,55 * * * *", "2,58 0,12 1 * *", "@yearly"])
    def test_takes_what_is_five_minutes_apart(self, cron: str) -> None:
        assert len(read_cron(cron).split()) == 5

    @pytest.mark.parametrize("cron", ["0,57 * * * *", "0-2 8 * * *", "58,0 0,23 * * *"])
    def test_refuses_what_is_closer(self, cron: str) -> None:
        with pytest.raises(ScheduleRefused, match=f"at least {SCHEDULE_MIN_MINUTES} minutes"):
            read_cron(cron)

    @pytest.mark.parametrize("preset", PRESETS)
    def test_knows_the_presets_however_they_are_written(self, preset: str) -> None:
        assert read_cron(f" {preset.upper()} ") == PRESETS[preset]

    @settings(max_examples=150)
    @given(st.text(max_size=60) | st.from_regex(r"([0-9*/,#LW-]{1,9} ){4}[0-9A-Z*#L-]{1,5}"))
    def test_reads_or_refuses_whatever_it_is_given(self, cron: str) -> None:
        with suppress(ScheduleRefused):
            timetable = Timetable(read_cron(cron), ZoneInfo(BERLIN))
            assert timetable.describe()
            assert next(timetable.after(at("2026-01-01T00")))


class TestFindDueTimes:
    def test_on_time_is_that_time_alone(self) -> None:
        due = find_due_times(
            read_timetable("0 8 * * *", "UTC"),
            planned_for=at("2026-11-20T08"),
            now=at("2026-11-20T08"),
        )
        assert (due.newest, due.missed, due.earlier_count) == (at("2026-11-20T08"), (), 0)
        assert due.next == at("2026-11-21T08")

    def test_after_an_outage_all_but_the_newest_were_missed(self) -> None:
        due = find_due_times(
            read_timetable("0 8 * * *", "UTC"),
            planned_for=at("2026-11-17T08"),
            now=at("2026-11-20T09:30"),
        )
        assert due.newest == at("2026-11-20T08")
        assert due.missed == tuple(at(f"2026-11-{day}T08") for day in (17, 18, 19))

    @pytest.mark.parametrize(
        ("days", "earlier_count"),
        [(1, 188), (3, 764), (8, COUNTED_MAX - 101), (400, COUNTED_MAX - 101)],
    )
    def test_a_long_outage_becomes_few_rows_and_a_count(
        self, days: int, earlier_count: int
    ) -> None:
        now = at("2026-11-20T08:02")
        due = find_due_times(
            read_timetable("*/5 * * * *", "UTC"),
            planned_for=now - timedelta(days=days, minutes=2),
            now=now,
        )
        assert due.newest == at("2026-11-20T08:00")
        assert len(due.missed) == SCHEDULE_MISSED_MAX
        assert due.missed[-1] == at("2026-11-20T07:55")
        assert due.next == at("2026-11-20T08:05")
        assert due.earlier_count == earlier_count

    def test_times_of_one_month_that_were_missed_long_ago_are_all_old(self) -> None:
        due = find_due_times(
            read_timetable("*/5 * * 1 *", "UTC"),
            planned_for=at("2026-01-01T00:00"),
            now=at("2026-06-01T12"),
        )
        assert due.newest < at("2026-02-01T00")
        assert due.next == at("2027-01-01T00:00")


class TestTitleRun:
    def test_ends_with_the_local_date_and_time(self) -> None:
        title = title_run("Digest", at("2026-11-20T23:30"), ZoneInfo(BERLIN))
        assert title == "Digest · 21 Nov 2026, 00:30"

    def test_is_cut_before_the_date(self) -> None:
        title = title_run("d" * 200, at("2026-11-20T08:00"), ZoneInfo("UTC"))
        assert len(title) == 200
        assert title.endswith("d · 20 Nov 2026, 08:00")
