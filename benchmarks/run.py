"""Measures the registry beside its floors: p50, p95, requests per second, and ratios.

Every path of a table does the same thing: the SQL function through the driver alone, the bare call
of the Supabase API, and chatServer over Postgres itself and over that API. They are measured in
turns, request by request with one connection and block by block with 16, and a ratio is the middle
of its rounds. Schedules are measured by the thousand, with each schedule as one request.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import psycopg

from benchmarks.comparisons import (
    ALONE,
    MANY,
    compare_appends,
    compare_depths,
    compare_lengths,
    compare_reads,
    compare_sizes,
)
from benchmarks.generate import POPULATIONS, fill, is_empty, is_generated
from benchmarks.report import Table, describe_machine, to_json
from benchmarks.schedules import compare_schedules
from benchmarks.stack import Stack, running_stack


def main() -> None:
    """Run the benchmark of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--rounds", type=int, default=ALONE.rounds, help="default: %(default)s")
    parser.add_argument(
        "--stack",
        type=Path,
        metavar="FILE",
        help="what `tests.stack.serve --json` printed for a stack that runs already",
    )
    arguments = parser.parse_args()
    with running_stack(arguments.stack) as stack:
        prepare(stack)
        machine = describe_machine(stack.db_url)
        for name, value in machine.items():
            print(f"{name}: {value}")
        tables = asyncio.run(print_tables(stack, arguments.rounds))
    if arguments.json:
        arguments.json.write_text(json.dumps(to_json(machine, tables), indent=2) + "\n")


def prepare(stack: Stack) -> None:
    """Fill the stack's registry, unless it was filled by an earlier run."""
    with psycopg.connect(stack.db_url, autocommit=True) as database:
        if is_generated(database):
            return
        if not is_empty(database):
            sys.exit("This registry holds sessions of other users; nothing was added or measured.")
        sessions = sum(population.session_count for population in POPULATIONS)
        print(f"Making {sessions:,} sessions …", flush=True)
        started = time.perf_counter()
        fill(database)
        print(f"… in {time.perf_counter() - started:.0f} s\n")


async def print_tables(stack: Stack, rounds: int) -> list[Table]:
    """Print each table as soon as it is measured."""
    tables = []
    async for table in _measure_all(stack, rounds):
        print(f"\n{table.render()}", flush=True)
        tables.append(table)
    return tables


async def _measure_all(stack: Stack, rounds: int) -> AsyncIterator[Table]:
    for effort in (replace(ALONE, rounds=rounds), replace(MANY, rounds=rounds)):
        async for table in compare_reads(stack, effort):
            yield table
        yield await compare_appends(stack, effort)
    yield await compare_depths(stack, replace(ALONE, rounds=rounds))
    yield await compare_sizes(stack, replace(ALONE, rounds=rounds))
    async for table in compare_schedules(stack, rounds):
        yield table
    yield await compare_lengths(stack, replace(ALONE, rounds=rounds))


if __name__ == "__main__":
    main()
