"""list_chat_sessions and get_chat_session_counts."""

import itertools
from typing import Any

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import RegistryUser, lease, new_user
from tests.supabase.migrations.schedule_user import begin_run, claim, new_schedule

INSERT_SESSIONS = """
insert into chat_sessions
  (user_id, session_id, channel, archived, agent_name, created_at, updated_at)
select
  %(user)s::uuid,
  case when i %% 5 = 0 then 'telegram:' else '' end
    || %(user)s::text || '-' || lpad(i::text, 5, '0'),
  case when i %% 5 = 0 then 'telegram' else 'web' end,
  i %% 4 = 0,
  case when i %% 3 = 0 then 'scout' else 'assistant' end,
  '2026-01-01Z',
  -- Three sessions share each instant, so that session_id decides.
  '2026-01-01Z'::timestamptz + (i / 3) * interval '1 minute'
from generate_series(1, %(count)s) as i
"""


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def fill(user: RegistryUser, count: int) -> None:
    with user.database.as_service() as connection:
        connection.execute(INSERT_SESSIONS, {"user": str(user.id), "count": count})


def listed(user: RegistryUser, **filters: object) -> list[dict[str, Any]]:
    sessions: list[dict[str, Any]] = user.call("list_chat_sessions", **filters)["sessions"]
    return sessions


def ids(sessions: list[dict[str, Any]]) -> list[str]:
    return [session["session_id"] for session in sessions]


def newest_first(sessions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(sessions, key=lambda s: (s["updated_at"], s["session_id"]), reverse=True)


def walk(user: RegistryUser, **filters: object) -> list[list[str]]:
    """All pages from the first to the last, by cursor."""
    pages: list[list[str]] = []
    cursor: dict[str, object] = {}
    while True:
        page = user.call("list_chat_sessions", **filters, **cursor)
        pages.append(ids(page["sessions"]))
        if not page["has_more"]:
            return pages
        last = page["sessions"][-1]
        cursor = {
            "cursor_updated_at": last["updated_at"],
            "cursor_session_id": last["session_id"],
        }


class TestOrder:
    def test_newest_activity_first_and_session_id_where_the_instant_is_one(
        self, user: RegistryUser
    ) -> None:
        fill(user, 20)
        sessions = listed(user)
        assert len(sessions) == 15
        assert sessions == newest_first(sessions)

    def test_a_new_message_brings_its_session_to_the_top(self, user: RegistryUser) -> None:
        fill(user, 9)
        oldest = ids(listed(user))[-1]
        user.append(oldest, "Hello")
        assert ids(listed(user))[0] == oldest

    def test_both_kinds_of_archived_merge_into_one_order(self, user: RegistryUser) -> None:
        fill(user, 20)
        sessions = listed(user, archived=None)
        assert len(sessions) == 20
        assert sessions == newest_first(sessions)


class TestFilters:
    def test_each_one_keeps_what_it_names_and_all_of_it(self, user: RegistryUser) -> None:
        fill(user, 60)
        everything = listed(user, archived=None, limit=200)
        assert len(everything) == 60
        middle = "2026-01-01T00:10:00+00:00"
        for filters, keeps in (
            ({"channel": "telegram"}, lambda s: s["channel"] == "telegram"),
            ({"channel": "scheduled"}, lambda _: False),
            ({"archived": True}, lambda s: s["archived"]),
            ({"archived": False}, lambda s: not s["archived"]),
            ({"agent_name": "scout"}, lambda s: s["agent_name"] == "scout"),
            ({"from": middle}, lambda s: s["updated_at"] >= middle),
            ({"to": middle}, lambda s: s["updated_at"] < middle),
            ({"updated_after": middle}, lambda s: s["updated_at"] > middle),
            (
                {"channel": "web", "archived": True, "agent_name": "scout", "from": middle},
                lambda s: (
                    (s["channel"], s["archived"], s["agent_name"]) == ("web", True, "scout")
                    and s["updated_at"] >= middle
                ),
            ),
        ):
            expected = [s for s in everything if keeps(s)]
            assert listed(user, **({"archived": None, "limit": 200} | filters)) == expected, filters

    def test_archived_sessions_are_left_out_unless_asked_for(self, user: RegistryUser) -> None:
        fill(user, 8)
        assert not any(session["archived"] for session in listed(user))

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("limit", 0),
            ("limit", 201),
            ("limit", -1),
            ("limit", None),
            ("offset", -1),
            ("channel", "fax"),
        ],
    )
    def test_a_value_out_of_bounds_is_refused_by_name(
        self, user: RegistryUser, parameter: str, value: object
    ) -> None:
        with refused("PT422", "validation_failed", parameter):
            listed(user, **{parameter: value})


class TestPages:
    @pytest.mark.parametrize("filters", [{}, {"archived": None}, {"channel": "telegram"}])
    @pytest.mark.parametrize("limit", [4, 7])
    def test_by_cursor_have_every_session_once(
        self, user: RegistryUser, filters: dict[str, object], limit: int
    ) -> None:
        fill(user, 60)
        pages = walk(user, **filters, limit=limit)
        assert list(itertools.chain(*pages)) == ids(listed(user, **filters, limit=200))
        assert {len(page) for page in pages[:-1]} == {limit}

    def test_by_offset_have_every_session_once(self, user: RegistryUser) -> None:
        fill(user, 20)
        pages = [ids(listed(user, archived=None, limit=7, offset=n)) for n in (0, 7, 14, 21)]
        assert list(itertools.chain(*pages)) == ids(listed(user, archived=None))

    @pytest.mark.parametrize(("count", "has_more"), [(0, False), (5, False), (6, True)])
    def test_has_more_is_true_only_when_a_session_follows(
        self, user: RegistryUser, count: int, *, has_more: bool
    ) -> None:
        fill(user, count)
        page = user.call("list_chat_sessions", archived=None, limit=5)
        assert page["has_more"] is has_more
        assert len(page["sessions"]) == min(count, 5)

    def test_sessions_that_move_up_meanwhile_leave_no_gap_and_double_nothing(
        self, user: RegistryUser
    ) -> None:
        fill(user, 40)
        before = ids(listed(user, archived=None, limit=200))
        seen: list[str] = []
        moved: set[str] = set()
        cursor: dict[str, object] = {}
        has_more = True
        while has_more:
            page = user.call("list_chat_sessions", archived=None, limit=6, **cursor)
            seen += ids(page["sessions"])
            last, has_more = page["sessions"][-1], page["has_more"]
            cursor = {
                "cursor_updated_at": last["updated_at"],
                "cursor_session_id": last["session_id"],
            }
            # One that was seen, the one that the cursor names, and one that is still to come.
            for session_id in {seen[0], last["session_id"], before[-1 - len(moved)]}:
                user.append(session_id, "Hello")
                moved.add(session_id)
        assert len(seen) == len(set(seen))
        assert set(before) - moved <= set(seen)


class TestShownSession:
    def test_tells_whether_an_answer_is_streaming(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        turn = user.begin(session_id)
        assert [session["is_answering"] for session in listed(user)] == [True]
        user.complete(turn)
        assert [session["is_answering"] for session in listed(user)] == [False]

    def test_tells_whether_it_ends_with_a_failed_answer(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        turn = user.begin(session_id)
        assert [session["has_failed_answer"] for session in listed(user)] == [False]
        user.call_as_service("fail_turn", **lease(turn), status="failed", failure_reason="No.")
        assert [session["has_failed_answer"] for session in listed(user)] == [True]
        user.complete(user.begin(session_id))
        assert [session["has_failed_answer"] for session in listed(user)] == [False]


class TestCounts:
    def test_count_each_channel_and_all_without_the_archived(self, user: RegistryUser) -> None:
        fill(user, 40)
        expected = {"all": 30, "web": 24, "telegram": 6, "scheduled": 0, "limit": 1000}
        assert user.call("get_chat_session_counts") == expected

    @pytest.mark.parametrize(("archived", "everything"), [(True, 10), (False, 30), (None, 40)])
    def test_count_the_archived_alone_or_too_when_asked(
        self, user: RegistryUser, archived: bool | None, everything: int
    ) -> None:
        fill(user, 40)
        assert user.call("get_chat_session_counts", archived=archived)["all"] == everything

    def test_count_a_folded_run_on_its_channel_alone(self, user: RegistryUser) -> None:
        fill(user, 40)
        begin_run(user, new_schedule(user))
        claim(user.database)
        counts = user.call("get_chat_session_counts")
        assert (counts["scheduled"], counts["all"]) == (1, 30)
        assert len(listed(user, folded=False, limit=200)) == 30

    def test_stop_at_the_limit(self, user: RegistryUser) -> None:
        fill(user, 2600)
        counts = user.call("get_chat_session_counts", archived=None)
        expected = {"all": 1000, "web": 1000, "telegram": 520, "scheduled": 0, "limit": 1000}
        assert counts == expected
