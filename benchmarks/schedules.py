"""Ten thousand schedules that are due in one minute: planning them, and taking their runs."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from benchmarks.figures import Samples, compare, summarise
from benchmarks.report import RatioLine, Table
from benchmarks.stack import Stack
from benchmarks.workload import OVER_API, SQL
from chatServer.database.postgrest_transport import PostgrestTransport, open_http_pool
from chatServer.database.schedule_registry import ScheduleRegistry
from chatServer.database.schedule_results import DueSchedules
from chatServer.limits import (
    PLAN_BATCH,
    PLAN_LEASE_SECONDS,
    RUN_CLAIM_LEASE_SECONDS,
    RUNS_PER_PROCESS_MAX,
    RUNS_PER_USER_MAX,
)
from chatServer.services.schedule_planner import SchedulePlanner, plan_schedule

USERS = 1000
SCHEDULES_EACH = 10
DUE = USERS * SCHEDULES_EACH
CLAIMED = 800
"""Runs that are taken while all the others wait."""

MAKE_USERS = """
insert into auth.users (id, email)
select id, id || '@example.com'
from (select md5('scheduled ' || n)::uuid as id from generate_series(1, %s) as n) as made
"""
MAKE_SCHEDULES = """
insert into public.agent_schedules (user_id, title, prompt, cron, timezone)
select md5('scheduled ' || n)::uuid, 'Digest ' || m, 'What is new?', '0 8 * * *', 'Europe/Berlin'
from generate_series(1, %s) as n cross join generate_series(1, %s) as m
"""
MAKE_DUE = """
update public.agent_schedules set next_run_at = date_trunc('minute', now()), plan_at = now()
"""
FORGET_SESSIONS = "delete from public.chat_sessions where schedule_id is not null"
FORGET_RUNS = "delete from public.scheduled_runs"
FORGET_USERS = """
delete from auth.users
where id in (select md5('scheduled ' || n)::uuid from generate_series(1, %s) as n)
"""

Take = Callable[[], Awaitable[int]]
"""Does one batch and returns how many schedules or runs it held."""


async def compare_schedules(stack: Stack, rounds: int) -> AsyncIterator[Table]:
    """Plan and claim, each beside the same functions called through the driver alone."""
    async with _open_schedules(stack) as (database, registry):
        plans: dict[str, list[Samples]] = {SQL: [], OVER_API: []}
        claims: dict[str, list[Samples]] = {SQL: [], OVER_API: []}
        for _ in range(rounds):
            for name in plans:
                await _make_due(database)
                by_sql = name == SQL
                plans[name].append(
                    await (_plan_by_sql(database) if by_sql else _plan_by_server(registry))
                )
                take = _claimer_by_sql(database) if by_sql else _claimer_by_server(registry)
                claims[name].append(await _time(take, CLAIMED))
    yield _to_table(f"Plan {DUE:,} schedules due in one minute, {PLAN_BATCH} a batch", plans)
    yield _to_table(
        f"Take {CLAIMED} runs, {RUNS_PER_PROCESS_MAX} at a time, while up to {DUE:,} wait", claims
    )


@asynccontextmanager
async def _open_schedules(
    stack: Stack,
) -> AsyncIterator[tuple[psycopg.AsyncConnection, ScheduleRegistry]]:
    connection = await psycopg.AsyncConnection.connect(stack.db_url, autocommit=True)
    async with connection as database, open_http_pool(trust_env=False) as http:
        transport = PostgrestTransport(
            http,
            url=stack.supabase_url,
            publishable_key=stack.publishable_key,
            secret_key=SecretStr(stack.secret_key),
        )
        await database.execute(MAKE_USERS, [USERS])
        try:
            await database.execute(MAKE_SCHEDULES, [USERS, SCHEDULES_EACH])
            yield database, ScheduleRegistry(transport)
        finally:
            await database.execute(FORGET_SESSIONS)
            await database.execute(FORGET_USERS, [USERS])


async def _make_due(database: psycopg.AsyncConnection) -> None:
    for statement in (FORGET_SESSIONS, FORGET_RUNS, MAKE_DUE):
        await database.execute(statement)
    await database.execute("vacuum analyze public.agent_schedules, public.scheduled_runs")


async def _plan_by_sql(database: psycopg.AsyncConnection) -> Samples:
    """Time the two statements of each batch; what to store is worked out in between, untimed."""
    elapsed = 0.0
    while True:
        started = time.perf_counter()
        answer = await _call(
            database, "select public.claim_due_schedules(%s, %s)", PLAN_BATCH, PLAN_LEASE_SECONDS
        )
        elapsed += time.perf_counter() - started
        due = DueSchedules.model_validate(answer)
        if not due.schedules:
            return Samples([elapsed / DUE] * DUE, elapsed)
        made = [plan_schedule(schedule, due.now) for schedule in due.schedules]
        plans = [plan.to_json() for plan in made if plan is not None]
        started = time.perf_counter()
        await _call(database, "select public.upsert_scheduled_runs(%s)", Jsonb({"plans": plans}))
        elapsed += time.perf_counter() - started


async def _plan_by_server(registry: ScheduleRegistry) -> Samples:
    started = time.perf_counter()
    count = await SchedulePlanner(registry).plan_due()
    elapsed = time.perf_counter() - started
    if count != DUE:
        raise RuntimeError(f"{count} of {DUE} runs were planned")
    return Samples([elapsed / DUE] * DUE, elapsed)


def _claimer_by_sql(database: psycopg.AsyncConnection) -> Take:
    async def take() -> int:
        answer = await _call(
            database,
            "select public.claim_scheduled_runs(%s, %s, %s)",
            RUNS_PER_PROCESS_MAX,
            RUNS_PER_USER_MAX,
            RUN_CLAIM_LEASE_SECONDS,
        )
        return len(answer["runs"])

    return take


def _claimer_by_server(registry: ScheduleRegistry) -> Take:
    async def take() -> int:
        return len(await registry.claim_runs(limit=RUNS_PER_PROCESS_MAX))

    return take


async def _time(take: Take, count: int) -> Samples:
    samples = Samples()
    while len(samples.latencies) < count:
        started = time.perf_counter()
        taken = await take()
        elapsed = time.perf_counter() - started
        if not taken:
            raise RuntimeError("there was nothing left to take")
        samples.latencies += [elapsed / taken] * taken
        samples.elapsed += elapsed
    return samples


async def _call(
    database: psycopg.AsyncConnection, statement: str, *values: object
) -> dict[str, Any]:
    cursor = await database.execute(statement.encode(), values)
    row = await cursor.fetchone()
    if row is None:
        raise RuntimeError("the function answered nothing")
    answer: dict[str, Any] = row[0]
    return answer


def _to_table(title: str, rounds: dict[str, list[Samples]]) -> Table:
    ratio = compare(rounds[OVER_API], rounds[SQL])
    line = RatioLine(f"{OVER_API} / {SQL}", ratio, "the Supabase API is between them")
    figures = {name: summarise(samples) for name, samples in rounds.items()}
    return Table(title, 1, figures, [line])
