"""Compares one user's lists and sessions beside few other rows with the same beside a million.

Two databases of one Postgres hold the same 10,000 sessions of one user and one long session; the
second holds everybody else's sessions too. Each call runs in both in turns, through the driver
alone, and the pages of 8 KB that it touches are counted, which no busy machine can blur.
"""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack

import psycopg
from psycopg import sql

from benchmarks.bulk import without_indexes
from benchmarks.figures import compare, summarise
from benchmarks.generate import LARGE, LONG, Population, generate, settle
from benchmarks.measure import Effort, Request, measure
from benchmarks.paths import open_sql
from benchmarks.report import RatioLine, Table
from benchmarks.statements import count_pages, plan_statements
from benchmarks.storage import describe_storage
from tests.stack.database import apply_migrations, apply_prelude, database_at
from tests.stack.embedded import EmbeddedStack

FEW, MANY = "few", "many"
EFFORT = Effort(connections=1, rounds=5, turns=40)
SESSIONS_PER_USER = 100


def main() -> None:
    """Make both databases and print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000, help="default: %(default)s")
    arguments = parser.parse_args()
    crowd = Population(
        "crowd", arguments.sessions // SESSIONS_PER_USER, SESSIONS_PER_USER, messages=2
    )
    stack = EmbeddedStack()
    try:
        stack.start()
        urls = {name: _create_database(stack, name) for name in (FEW, MANY)}
        for url in urls.values():
            with psycopg.connect(url, autocommit=True) as database:
                generate(database, [LARGE, LONG])
                settle(database)
        with psycopg.connect(urls[FEW], autocommit=True) as database:
            print("\n".join(describe_storage(database)), flush=True)
        _add_crowd(urls[MANY], crowd)
        asyncio.run(_print_comparison(urls, crowd))
    finally:
        stack.stop()


def _create_database(stack: EmbeddedStack, name: str) -> str:
    """Make a database with every migration; the stack's API never touches it."""
    with psycopg.connect(stack.superuser_url, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner postgres").format(sql.Identifier(name)))
    database = database_at(stack.superuser_url, stack.project.db_url, name)
    apply_prelude(database)
    apply_migrations(database)
    return database.url


def _add_crowd(url: str, crowd: Population) -> None:
    started = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as database:
        with without_indexes(database):
            generate(database, [crowd])
        settle(database)
    seconds = time.perf_counter() - started
    print(f"{crowd.session_count:,} sessions of {crowd.users:,} users added in {seconds:.0f} s")


async def _print_comparison(urls: dict[str, str], crowd: Population) -> None:
    statements = await plan_statements(urls[FEW])
    print(f"\npages of 8 KB touched {FEW:>34} {MANY:>9}")
    for name, statement in statements.items():
        counts = [count_pages(url, statement) for url in urls.values()]
        print(f"  {name:46}{counts[0]:10}{counts[1]:10}")
    async with AsyncExitStack() as opened:
        paths: dict[str, Request] = {}
        for name, statement in statements.items():
            for place, url in urls.items():
                run = await opened.enter_async_context(open_sql(url, statement.user_id, 1))
                paths[f"{name}, {place}"] = statement.to_request(run)
        rounds = await measure(paths, EFFORT)
    ratios = [
        RatioLine(
            f"{name}: {MANY} over {FEW}",
            compare(rounds[f"{name}, {MANY}"], rounds[f"{name}, {FEW}"]),
            "target: about 1",
        )
        for name in statements
    ]
    figures = {name: summarise(samples) for name, samples in rounds.items()}
    title = f"Beside {crowd.session_count:,} other sessions, SQL alone"
    print("\n" + Table(title, EFFORT.connections, figures, ratios).render())


if __name__ == "__main__":
    main()
