"""Runs of deleted schedules: they stay in the list of runs, and are found without the others."""

from tests.stack.database import Database
from tests.supabase.migrations.plans import plan_nodes, rows_read
from tests.supabase.migrations.registry_user import new_user, run
from tests.supabase.migrations.schedule_user import new_schedule

RUNS = 3000
LEFT = 100
LIMIT = 50
# Those that are left are older than every other run, so that the list must come past all of them.
FILL = """
insert into chat_sessions
  (user_id, session_id, channel, schedule_id, is_folded, created_at, updated_at)
select
  %(user)s::uuid, 'scheduled:' || gen_random_uuid(), 'scheduled',
  case when i > %(left)s then %(schedule)s::uuid end, true,
  '2026-01-01Z', '2026-01-01Z'::timestamptz + i * interval '1 minute'
from generate_series(1, %(left)s + %(runs)s) as i
"""


def test_they_are_listed_among_the_runs_without_reading_those_of_schedules(
    module_database: Database,
) -> None:
    user = new_user(module_database)
    with module_database.as_service() as connection:
        values = {"user": user.id, "schedule": new_schedule(user), "left": LEFT, "runs": RUNS}
        connection.execute(FILL, values)
    with module_database.connect() as connection:
        run(connection, "vacuum analyze chat_sessions")
    filters = {"channel": "scheduled", "folded": False, "limit": LIMIT}
    page = user.call("list_chat_sessions", **filters)
    assert {session["schedule_id"] for session in page["sessions"]} == {None}
    assert (len(page["sessions"]), page["has_more"]) == (LIMIT, True)
    nodes = plan_nodes(user, "list_chat_sessions", **filters)
    found = [node for node in nodes if node.get("Relation Name") == "chat_sessions"]
    assert {node["Index Name"] for node in found} == {"chat_sessions_recent_loose_runs_idx"}
    assert rows_read(found) == LIMIT + 1


def test_they_are_not_in_the_list_of_all(module_database: Database) -> None:
    user = new_user(module_database)
    with module_database.as_service() as connection:
        connection.execute(FILL, {"user": user.id, "schedule": None, "left": 3, "runs": 0})
    assert user.call("list_chat_sessions", folded=False)["sessions"] == []
    assert len(user.call("list_chat_sessions")["sessions"]) == 3
