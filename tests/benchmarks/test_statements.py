"""What a call reads does not grow with the rows it does not return."""

import psycopg
import pytest

from benchmarks import generate as generator
from benchmarks.bulk import without_indexes
from benchmarks.calls import SqlCall, get_session, list_sessions, search_sessions
from benchmarks.generate import Population, find_sessions, generate, settle
from benchmarks.list_cases import SINGLE_CHINESE, SINGLE_PAIR, SINGLE_WORD, plant_single_words
from benchmarks.statements import Statement, count_pages
from benchmarks.texts import FREQUENT_WORD
from tests.stack.database import Database
from tests.supabase.migrations.plans import rows_read, service_plan_nodes

CROWD = Population("crowd", users=1_000, sessions=5, messages=2)
HEAVY = Population("heavy", users=1, sessions=600, messages=20)
LONG = Population("long", users=1, sessions=1, messages=2_000)
LIST_PAGES = 600
"""Of 8 KB, for the first page of HEAVY's list."""


@pytest.fixture(scope="module")
def crowded(module_database: Database) -> Database:
    """A heavy user and a long session, and then many users with little each."""
    with (
        pytest.MonkeyPatch.context() as patch,
        psycopg.connect(module_database.url, autocommit=True) as connection,
    ):
        patch.setattr(generator, "TEXT_COUNT", 200)
        with without_indexes(connection):
            generate(connection, [HEAVY, LONG])
        generate(connection, [CROWD])
        plant_single_words(connection, HEAVY)
        # What analyze of so few rows guesses differs from run to run.
        connection.execute(
            "alter table public.chat_message_history"
            " alter session_id set (n_distinct = -0.45), alter user_id set (n_distinct = -0.06)"
        )
        settle(connection)
    return module_database


def count(database: Database, call: SqlCall, population: Population = HEAVY) -> int:
    return count_pages(database.url, Statement(population.user_id(), [call]))


@pytest.mark.parametrize(("population", "most_pages"), [(HEAVY, 600), (LONG, 1_200)])
def test_opening_a_session_reads_little_more_than_its_newest_page(
    crowded: Database, population: Population, most_pages: int
) -> None:
    with crowded.connect() as connection:
        sessions = find_sessions(connection, population)

    assert count(crowded, get_session(population.user_id(), sessions[0]), population) <= most_pages


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"channel": "telegram"},
        {"archived": True},
        {"archived": None},
        {"pinned": True},
        {"folded": False},
        {"folded": True},
        {"agent_name": "planner"},
        {"agent_name": "nobody"},
        {"to": "2026-01-01Z"},
        {"from": "2026-01-01Z", "to": "2026-06-01Z"},
        {"updated_after": "2026-06-01Z", "channel": "web"},
    ],
)
def test_a_filtered_page_reads_no_more_than_the_first_one(
    crowded: Database, filters: dict[str, str | bool | None]
) -> None:
    assert count(crowded, list_sessions(HEAVY.user_id(), filters=filters)) <= LIST_PAGES


def count_rows(database: Database, call: SqlCall) -> int:
    parameters = {name.removeprefix("p_"): value for name, value in call.params.items()}
    return rows_read(service_plan_nodes(database, call.function, **parameters))


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("word", [SINGLE_WORD, SINGLE_CHINESE, SINGLE_PAIR, f"{SINGLE_WORD} a"])
def test_a_rare_word_is_found_without_reading_what_does_not_hold_it(
    crowded: Database, word: str, newest_first: bool
) -> None:
    call = search_sessions(HEAVY.user_id(), word, newest_first=newest_first)

    assert count_rows(crowded, call) <= 250


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (FREQUENT_WORD, {}),
        (FREQUENT_WORD, {"archived": True}),
        ("re", {}),
        ("e", {}),
        ("qx", {}),
        ("佛手", {}),
        ("ж", {}),
    ],
)
def test_a_search_looks_at_ten_thousand_messages_and_its_users_titles_at_most(
    crowded: Database, text: str, filters: dict[str, str | bool | None]
) -> None:
    call = search_sessions(HEAVY.user_id(), text, filters=filters)

    # Messages that hold it are read again to be weighed.
    assert count_rows(crowded, call) <= 12_000
