"""The list without folded runs, and the list of one schedule, cost what they show."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.plans import Plan, plan_nodes, rows_read
from tests.supabase.migrations.registry_user import RegistryUser, new_user, run
from tests.supabase.migrations.schedule_user import new_schedule

RUNS = 5000
TALKS = 2000
LIMIT = 50
# Every talk is older than every run, so that the list must come past all of them.
FILL = """
insert into chat_sessions
  (user_id, session_id, channel, schedule_id, is_folded, created_at, updated_at)
select
  %(user)s::uuid, case when i > %(talks)s then 'scheduled:' else '' end || gen_random_uuid(),
  case when i > %(talks)s then 'scheduled' else 'web' end,
  case when i > %(talks)s then %(schedule)s::uuid end, i > %(talks)s,
  '2026-01-01Z', '2026-01-01Z'::timestamptz + i * interval '1 minute'
from generate_series(1, %(talks)s + %(runs)s) as i
"""


@pytest.fixture(scope="module")
def buried(module_database: Database) -> tuple[RegistryUser, str]:
    """A user whose talks lie under the runs of one schedule."""
    user = new_user(module_database)
    schedule_id = new_schedule(user)
    with module_database.as_service() as connection:
        values = {"user": user.id, "schedule": schedule_id, "talks": TALKS, "runs": RUNS}
        connection.execute(FILL, values)
    with module_database.connect() as connection:
        run(connection, "vacuum analyze chat_sessions")
    return user, schedule_id


def reads(nodes: list[Plan]) -> tuple[set[str], int]:
    """The indexes of sessions that were used, and how many sessions were read."""
    found = [node for node in nodes if node.get("Relation Name") == "chat_sessions"]
    return {node["Index Name"] for node in found}, rows_read(found)


@pytest.mark.parametrize("offset", [0, 200])
def test_talks_are_found_without_reading_the_runs_above_them(
    buried: tuple[RegistryUser, str], offset: int
) -> None:
    user, _ = buried
    page = user.call("list_chat_sessions", folded=False, limit=LIMIT, offset=offset)
    assert {session["channel"] for session in page["sessions"]} == {"web"}
    nodes = plan_nodes(user, "list_chat_sessions", folded=False, limit=LIMIT, offset=offset)
    assert reads(nodes) == ({"chat_sessions_recent_unfolded_idx"}, offset + LIMIT + 1)


def test_the_runs_of_a_schedule_are_read_from_their_own_index_by_cursor(
    buried: tuple[RegistryUser, str],
) -> None:
    user, schedule_id = buried
    filters = {"schedule_id": schedule_id, "limit": LIMIT}
    last = user.call("list_chat_sessions", **filters, offset=RUNS - 200)["sessions"][-1]
    deep = {"cursor_updated_at": last["updated_at"], "cursor_session_id": last["session_id"]}
    for cursor in ({}, deep):
        nodes = plan_nodes(user, "list_chat_sessions", **filters, **cursor)
        indexes, count = reads(nodes)
        assert count == LIMIT + 1
        assert indexes <= {
            "chat_sessions_recent_by_schedule_idx",
            "chat_sessions_recent_idx",
        }
