"""What a call reads does not grow with the rows it does not return."""

import psycopg
import pytest

from benchmarks.calls import get_session
from benchmarks.generate import Population, find_sessions, generate, settle
from benchmarks.statements import Statement, count_pages
from tests.stack.database import Database

CROWD = Population("crowd", users=2_000, sessions=5, messages=2)
HEAVY = Population("heavy", users=1, sessions=500, messages=20)
LONG = Population("long", users=1, sessions=1, messages=2_000)


@pytest.fixture
def crowded(database: Database) -> Database:
    """Statistics of many users with little each, beside a heavy user and a long session."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        generate(connection, [CROWD, HEAVY, LONG])
        # What analyze of so few rows guesses differs from run to run.
        connection.execute(
            "alter table public.chat_message_history"
            " alter session_id set (n_distinct = -0.45), alter user_id set (n_distinct = -0.06)"
        )
        settle(connection)
    return database


def test_opening_a_session_reads_little_more_than_its_newest_page(crowded: Database) -> None:
    for population, most_pages in ((HEAVY, 600), (LONG, 1_200)):
        with crowded.connect() as connection:
            sessions = find_sessions(connection, population)
        user_id = population.user_id()

        pages = count_pages(crowded.url, Statement(user_id, [get_session(user_id, sessions[0])]))

        assert pages <= most_pages, population.name
