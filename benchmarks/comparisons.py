"""The tables of the benchmark, one coroutine each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import psycopg

from benchmarks.figures import compare, summarise
from benchmarks.generate import (
    BRIEF,
    ENDLESS,
    LARGE,
    LONG,
    MEDIUM,
    SMALL,
    Population,
    find_sessions,
)
from benchmarks.measure import Effort, Request, measure
from benchmarks.paths import open_api, open_server, open_sql
from benchmarks.report import RatioLine, Table
from benchmarks.stack import Stack
from benchmarks.workload import API, DIRECT, OVER_API, SQL, Paths

DEEP_PAGE = 100
BARE = "target: below 1.30"
FLAT = "target: about 1"
ALONE = Effort(connections=1, rounds=5, turns=30)
MANY = Effort(connections=16, rounds=5, turns=4, requests_per_connection=2)


@asynccontextmanager
async def open_paths(
    stack: Stack, population: Population, connections: int
) -> AsyncIterator[Paths]:
    """Open every path of the first user of a population."""
    user_id = population.user_id()
    async with (
        open_sql(stack.db_url, user_id, connections) as sql,
        open_api(stack, user_id, connections) as api,
        open_server(stack, user_id, connections) as direct,
        open_server(stack, user_id, connections, over_api=True) as over_api,
    ):
        yield Paths(user_id, sql, api, {DIRECT: direct, OVER_API: over_api})


async def compare_reads(stack: Stack, effort: Effort) -> AsyncIterator[Table]:
    """List and open, each beside its floors."""
    async with open_paths(stack, LARGE, effort.connections) as paths:
        yield await _beside_floors(
            "List the first page, 50 of 10,000 sessions", paths.list_page(), effort
        )
        yield await _beside_floors(
            f"List page {DEEP_PAGE} by cursor",
            paths.list_page(await paths.find_page_before(DEEP_PAGE)),
            effort,
        )
        sessions = _find_sessions(stack, LARGE)
        yield await _beside_floors(
            "Open a session of 20 messages", paths.open_session(sessions), effort
        )
    async with open_paths(stack, LONG, effort.connections) as paths:
        sessions = _find_sessions(stack, LONG)
        yield await _beside_floors(
            "Open the newest 50 of 5,000 messages", paths.open_session(sessions), effort
        )


async def compare_appends(stack: Stack, effort: Effort) -> Table:
    """Append, in as many sessions as there are connections or more, so that no turn waits."""
    once = replace(effort, requests_per_connection=1)
    async with open_paths(stack, SMALL, effort.connections) as paths:
        sessions = _find_sessions(stack, SMALL)
        return await _beside_floors(
            "Append a message, up to its acknowledgement", paths.append(sessions), once
        )


async def compare_depths(stack: Stack, effort: Effort) -> Table:
    """Page 1 against page 100 of the same list."""
    async with open_paths(stack, LARGE, effort.connections) as paths:
        pages = {
            "page 1": paths.list_page(),
            f"page {DEEP_PAGE}": paths.list_page(await paths.find_page_before(DEEP_PAGE)),
        }
        return await _against_first("Depth of the list", pages, effort)


async def compare_sizes(stack: Stack, effort: Effort) -> Table:
    """The first page of users with few, many and very many sessions."""
    async with AsyncExitStack() as opened:
        pages = {}
        for population in (MEDIUM, LARGE, SMALL):
            paths = await opened.enter_async_context(
                open_paths(stack, population, effort.connections)
            )
            pages[f"{population.sessions:,} sessions"] = paths.list_page()
        return await _against_first("Number of the user's sessions", pages, effort)


async def compare_lengths(stack: Stack, effort: Effort) -> Table:
    """The newest page of a short session and of a very long one."""
    async with AsyncExitStack() as opened:
        pages = {}
        for population in (BRIEF, ENDLESS):
            paths = await opened.enter_async_context(
                open_paths(stack, population, effort.connections)
            )
            sessions = _find_sessions(stack, population)
            pages[f"{population.messages:,} messages"] = paths.open_session(sessions)
        return await _against_first("Length of the session, its newest 50", pages, effort)


async def _beside_floors(title: str, paths: Mapping[str, Request], effort: Effort) -> Table:
    rounds = await measure(paths, effort)
    ratios = [
        *(
            RatioLine(f"{server} / {API}", compare(rounds[server], rounds[API]), BARE)
            for server in (DIRECT, OVER_API)
        ),
        RatioLine(f"{API} / {SQL}", compare(rounds[API], rounds[SQL]), "not ours"),
    ]
    figures = {name: summarise(samples) for name, samples in rounds.items()}
    return Table(title, effort.connections, figures, ratios)


async def _against_first(
    title: str, cases: Mapping[str, Mapping[str, Request]], effort: Effort
) -> Table:
    paths = {
        f"{case}, {name}": request
        for case, requests in cases.items()
        for name, request in requests.items()
    }
    rounds = await measure(paths, effort)
    first, *others = cases
    ratios = [
        RatioLine(
            f"{case} / {first}, {name}",
            compare(rounds[f"{case}, {name}"], rounds[f"{first}, {name}"]),
            FLAT,
        )
        for case in others
        for name in cases[first]
    ]
    figures = {name: summarise(samples) for name, samples in rounds.items()}
    return Table(title, effort.connections, figures, ratios)


def _find_sessions(stack: Stack, population: Population) -> list[str]:
    with psycopg.connect(stack.db_url) as database:
        return find_sessions(database, population)
