"""Fills an empty registry with sessions, the same ones for the same seed.

The rows are made inside Postgres by two statements, as the owner of the tables; what the triggers
would derive (head, counter, preview, title) is set to what they would have made of it.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid5

import psycopg

from benchmarks.bulk import Connection, without_indexes
from benchmarks.texts import make_answers, make_questions

TEXT_COUNT = 2_000
NAMESPACE = UUID("5b0c1c2e-6f0f-4f53-9a6e-0d3a6f1c7b21")
SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True)
class Population:
    """Users that are alike: how many, with how many sessions of how many messages each."""

    name: str
    users: int
    sessions: int
    messages: int

    def user_id(self, number: int = 0) -> UUID:
        """Return the id of one of these users, the same in every run."""
        return uuid5(NAMESPACE, f"{self.name} {number}")

    @property
    def session_count(self) -> int:
        """Sessions of all its users."""
        return self.users * self.sessions


LARGE = Population("large", users=1, sessions=10_000, messages=20)
MEDIUM = Population("medium", users=1, sessions=1_000, messages=20)
SMALL = Population("small", users=100, sessions=100, messages=20)
LONG = Population("long", users=1, sessions=1, messages=5_000)
BRIEF = Population("brief", users=1, sessions=1, messages=50)
ENDLESS = Population("endless", users=1, sessions=1, messages=50_000)
POPULATIONS = (LARGE, MEDIUM, SMALL, LONG, BRIEF, ENDLESS)


def generate(
    database: Connection, populations: Sequence[Population] = POPULATIONS, *, seed: int = 1
) -> None:
    """Add these users with their sessions and messages; `settle` them afterwards."""
    with database.transaction():
        _make_users(database, populations)
        _make_texts(database, seed)
        database.execute("select set_config('benchmark.seed', %s, true)", [str(seed)])
        database.execute("set local work_mem = '256MB'")
        database.execute((SQL / "plan.sql").read_bytes())
        database.execute((SQL / "insert.sql").read_bytes())


def fill(
    database: Connection, populations: Sequence[Population] = POPULATIONS, *, seed: int = 1
) -> None:
    """Generate into an empty registry, faster than beside other rows, and settle it."""
    with without_indexes(database):
        generate(database, populations, seed=seed)
    settle(database)


def settle(database: Connection) -> None:
    """Do what autovacuum would have done by now, over an autocommit connection."""
    database.execute("vacuum (analyze) public.chat_sessions, public.chat_message_history")


def is_empty(database: Connection) -> bool:
    """Tell whether the registry holds no session."""
    row = database.execute("select exists (select from public.chat_sessions)").fetchone()
    return row == (False,)


def is_generated(database: Connection) -> bool:
    """Tell whether the standard users are there already."""
    row = database.execute(
        "select exists (select from public.chat_sessions where user_id = %s)", [ENDLESS.user_id()]
    ).fetchone()
    return row == (True,)


def find_sessions(database: Connection, population: Population) -> list[str]:
    """Return up to 200 sessions of the population's first user, from all over the list."""
    rows = database.execute(
        "select session_id from public.chat_sessions where user_id = %s"
        " order by md5(session_id) limit 200",
        [population.user_id()],
    )
    return [str(session_id) for (session_id,) in rows]


def _make_users(database: Connection, populations: Sequence[Population]) -> None:
    database.execute(
        "create temporary table benchmark_users (number integer generated always as identity,"
        " user_id uuid, sessions integer, messages integer) on commit drop"
    )
    with database.cursor().copy(
        "copy benchmark_users (user_id, sessions, messages) from stdin"
    ) as copy:
        for population in populations:
            for number in range(population.users):
                copy.write_row(
                    (population.user_id(number), population.sessions, population.messages)
                )
    database.execute(
        "insert into auth.users (id, email)"
        " select user_id, user_id || '@example.com' from benchmark_users"
    )


def _make_texts(database: Connection, seed: int) -> None:
    database.execute(
        "create temporary table benchmark_texts (role text, number integer, content text,"
        " title text generated always as (private.title_of(content)) stored,"
        " preview text generated always as (private.plain_line(content, 140)) stored"
        ") on commit drop"
    )
    with database.cursor().copy("copy benchmark_texts (role, number, content) from stdin") as copy:
        for role, texts in (
            ("user", make_questions(seed, TEXT_COUNT)),
            ("assistant", make_answers(seed, TEXT_COUNT)),
        ):
            for number, text in enumerate(texts, start=1):
                copy.write_row((role, number, text))


def main() -> None:
    """Fill the database of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    parser.add_argument("db_url", help="address of an empty registry, as the tables' owner")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", choices=[population.name for population in POPULATIONS], help="default: all"
    )
    arguments = parser.parse_args()
    chosen = [p for p in POPULATIONS if arguments.only in (None, p.name)]
    started = time.perf_counter()
    with psycopg.connect(arguments.db_url, autocommit=True) as database:
        if not is_empty(database):
            parser.exit(1, "This registry holds sessions already; nothing was added.\n")
        fill(database, chosen, seed=arguments.seed)
    sessions = sum(population.session_count for population in chosen)
    print(f"{sessions} sessions in {time.perf_counter() - started:.1f} s")
    for population in chosen:
        print(f"{population.name}: {population.user_id()}")


if __name__ == "__main__":
    main()
