"""Looking for a title job costs the same however many wait for later or are done."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.plans import Plan, rows_read, service_plan_nodes
from tests.supabase.migrations.registry_user import run
from tests.supabase.migrations.test_costs import indexes, scans

SESSIONS = """
insert into chat_sessions (user_id, session_id)
select %s, gen_random_uuid()::text from generate_series(1, 1000)
"""
JOBS = """
insert into title_jobs (session_id, user_id, status, available_at)
select s.session_id, s.user_id, (array['waiting', 'done', 'failed'])[1 + s.row_number % 3],
  now() + interval '1 hour' * (s.row_number % 3 - 0.5)
from (select *, row_number() over () from chat_sessions) as s
"""
MESSAGES = """
insert into chat_message_history (session_id, role, content)
select j.session_id, 'user', 'Message ' || i
from title_jobs j, generate_series(1, 30) as i
where j.status = 'waiting' and j.available_at < now()
"""


@pytest.fixture
def crowded(database: Database) -> Database:
    """A third of a thousand jobs is due, the others are done or have failed."""
    user_id = database.create_user()
    with database.connect() as connection:
        run(connection, SESSIONS, (user_id,))
        run(connection, JOBS)
        connection.execute("vacuum analyze title_jobs, chat_sessions")
    return database


def claim(database: Database) -> list[Plan]:
    return service_plan_nodes(database, "claim_title_job")


def test_a_look_that_finds_nothing_reads_no_job(crowded: Database) -> None:
    with crowded.connect() as connection:
        run(
            connection,
            "update title_jobs set available_at = now() + interval '1 hour'"
            " where status = 'waiting'",
        )
    nodes = claim(crowded)
    assert indexes(scans(nodes, "title_jobs")) == {"title_jobs_due_idx"}
    assert rows_read(nodes) <= 1


def test_a_claim_reads_a_few_jobs_and_what_its_title_is_made_from(crowded: Database) -> None:
    with crowded.connect() as connection:
        run(connection, MESSAGES)
    nodes = claim(crowded)
    assert "title_jobs_due_idx" in indexes(scans(nodes, "title_jobs"))
    assert {node["Node Type"] for node in scans(nodes, "chat_message_history")} == {"Index Scan"}
    assert rows_read(scans(nodes, "chat_message_history")) <= 21
    assert rows_read(nodes) <= 50
