"""Measures every filter of the list, the search, and the feed when nothing changed.

For one user with 10,000 sessions of 20 messages and for one with 1,000. Each case runs along every
path in the same turns: the SQL function through the driver alone and the bare call of the Supabase
API, which are its floors, and chatServer over Postgres itself and over that API.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg

from benchmarks.calls import list_changes
from benchmarks.comparisons import open_paths
from benchmarks.figures import Samples, compare, summarise
from benchmarks.generate import LARGE, MEDIUM, Population
from benchmarks.list_cases import (
    ListRequest,
    feed,
    pages,
    plant_single_words,
    searches,
)
from benchmarks.measure import Effort, Request, measure
from benchmarks.paths import Run, open_api, open_sql
from benchmarks.report import Case, CaseTable, describe_machine, to_json
from benchmarks.run import prepare
from benchmarks.stack import Stack, running_stack
from benchmarks.workload import API, DIRECT, OVER_API, SQL, Paths, read_by

SHORT = {SQL: "SQL", API: "API", DIRECT: "direct", OVER_API: "over API"}
LISTING = Effort(connections=1, rounds=5, turns=8)
SEARCHING = Effort(connections=1, rounds=5, turns=4)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose lists are read, and which page counts as deep there."""

    population: Population
    deep_page: int


SUBJECTS = (Subject(LARGE, 100), Subject(MEDIUM, 10))


def main() -> None:
    """Run the benchmark of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--stack",
        type=Path,
        metavar="FILE",
        help="what `tests.stack.serve --json` printed for a stack that runs already",
    )
    arguments = parser.parse_args()
    with running_stack(arguments.stack) as stack:
        prepare(stack)
        with psycopg.connect(stack.db_url, autocommit=True) as database:
            for subject in SUBJECTS:
                plant_single_words(database, subject.population)
        machine = describe_machine(stack.db_url)
        for name, value in machine.items():
            print(f"{name}: {value}")
        tables = asyncio.run(_print_tables(stack))
    if arguments.json:
        arguments.json.write_text(json.dumps(to_json(machine, tables), indent=2) + "\n")


async def _print_tables(stack: Stack) -> list[CaseTable]:
    """Print each table as soon as it is measured."""
    tables = []
    for subject in SUBJECTS:
        async for table in _measure_subject(stack, subject):
            print(f"\n{table.render()}", flush=True)
            tables.append(table)
    return tables


async def _measure_subject(stack: Stack, subject: Subject) -> AsyncIterator[CaseTable]:
    user_id = subject.population.user_id()
    async with AsyncExitStack() as opened:
        paths = await opened.enter_async_context(open_paths(stack, subject.population, 1))
        service = {
            SQL: await opened.enter_async_context(
                open_sql(stack.db_url, user_id, 1, as_service=True)
            ),
            API: await opened.enter_async_context(open_api(stack, user_id, 1, as_service=True)),
        }
        bench = Bench(paths, service, f"{subject.population.sessions:,} sessions")
        before = await paths.find_page_before(subject.deep_page)
        listed = pages(user_id, before, subject.deep_page)
        yield await bench.compare("List", listed, LISTING, beside_first=True)
        yield await bench.compare("Search", searches(user_id), SEARCHING)
        yield await bench.compare("Feed", await bench.find_feed(), LISTING)


@dataclass(frozen=True, slots=True)
class Bench:
    """The paths of one user, as that user and as the service."""

    paths: Paths
    service: Mapping[str, Run]
    whose: str

    async def find_feed(self) -> Sequence[ListRequest]:
        """Ask both kinds of path where the feed stands."""
        user_id = self.paths.user_id
        standing = json.loads(await self.paths.sql(list_changes(user_id)))
        answer = await self.paths.servers[DIRECT].get("/sessions/changes")
        return feed(user_id, standing, answer.raise_for_status().json()["cursor"])

    async def compare(
        self,
        title: str,
        requests: Sequence[ListRequest],
        effort: Effort,
        *,
        beside_first: bool = False,
    ) -> CaseTable:
        """Measure all of them in turns; `beside_first` sets each against the first one too."""
        measured = {
            f"{number} {path}": run
            for number, request in enumerate(requests)
            for path, run in self._along_paths(request).items()
        }
        rounds = await measure(measured, effort)
        cases = [
            _to_case(request.name, rounds, number, beside_first=beside_first)
            for number, request in enumerate(requests)
        ]
        return CaseTable(f"{title}, {self.whose}, 1 connection", cases)

    def _along_paths(self, request: ListRequest) -> dict[str, Request]:
        sql, api = self.paths.sql, self.paths.api
        if request.as_service:
            sql, api = self.service[SQL], self.service[API]
        return {
            SQL: read_by(sql, [request.call]),
            API: read_by(api, [request.call]),
            **{name: _ask(server, request) for name, server in self.paths.servers.items()},
        }


def _ask(server: httpx.AsyncClient, request: ListRequest) -> Request:
    async def ask(_number: int) -> None:
        answer = await server.get(request.path, params=request.query, headers=request.headers)
        if answer.status_code != request.status:
            raise RuntimeError(f"{request.name} was answered with {answer.status_code}")

    return ask


def _to_case(
    name: str, rounds: Mapping[str, list[Samples]], number: int, *, beside_first: bool
) -> Case:
    along = {path: rounds[f"{number} {path}"] for path in SHORT}
    ratios = {
        "direct/API": compare(along[DIRECT], along[API]),
        "over/API": compare(along[OVER_API], along[API]),
    }
    if beside_first:
        ratios["SQL/first"] = compare(along[SQL], rounds[f"0 {SQL}"])
    p50_ms = {SHORT[path]: summarise(samples).p50_ms for path, samples in along.items()}
    return Case(name, p50_ms, ratios)


if __name__ == "__main__":
    main()
