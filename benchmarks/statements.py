"""What is compared between databases: a few calls, timed, and the pages they touch counted."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from benchmarks.bulk import Connection
from benchmarks.calls import SqlCall, begin_turn, get_session, list_sessions
from benchmarks.cursors import Page, walk_before
from benchmarks.generate import LARGE, LONG, find_sessions
from benchmarks.measure import Request, Settle
from benchmarks.paths import Run, append_by, open_sql, to_statement
from benchmarks.workload import read_by

DEEP_PAGE = 100
WARM_UP_CALLS = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """One user's calls of one function."""

    user_id: uuid.UUID
    calls: Sequence[SqlCall]
    as_service: bool = False

    def to_request(self, run: Run) -> Request:
        """Return what can be measured."""
        return read_by(run, self.calls)

    def next_call(self, number: int) -> SqlCall:
        """Return one of the calls."""
        return self.calls[number % len(self.calls)]


@dataclass(frozen=True, slots=True)
class Append:
    """One user's appends to sessions that take turns."""

    user_id: uuid.UUID
    session_ids: Sequence[str]
    as_service: bool = False

    def to_request(self, run: Run) -> Request:
        """Return what can be measured."""

        async def append(number: int) -> Settle:
            session_id = self.session_ids[number % len(self.session_ids)]
            return await append_by(run, self.user_id, session_id)

        return append

    def next_call(self, number: int) -> SqlCall:
        """Return one of the calls."""
        return begin_turn(self.user_id, self.session_ids[number % len(self.session_ids)])


async def plan_statements(db_url: str) -> Mapping[str, Statement | Append]:
    """Return what is compared, for the users that `generate` makes."""
    user_id = LARGE.user_id()
    async with open_sql(db_url, user_id, connections=1) as run:

        async def fetch(before: Page | None) -> Page:
            page: Page = json.loads(await run(list_sessions(user_id, before)))
            return page

        before_deep = await walk_before(DEEP_PAGE, fetch)
    with psycopg.connect(db_url) as database:
        sessions = find_sessions(database, LARGE)
        long_sessions = find_sessions(database, LONG)
    return {
        "list the first page": Statement(user_id, [list_sessions(user_id)]),
        f"list page {DEEP_PAGE}": Statement(user_id, [list_sessions(user_id, before_deep)]),
        "open 20 messages": Statement(user_id, [get_session(user_id, id) for id in sessions]),
        "open 50 of 5,000 messages": Statement(
            LONG.user_id(), [get_session(LONG.user_id(), id) for id in long_sessions]
        ),
        "append": Append(user_id, sessions),
    }


def count_pages(db_url: str, statement: Statement | Append) -> int:
    """Count the pages of 8 KB that one call reads, from memory or from disk."""
    with psycopg.connect(db_url, autocommit=True) as database:
        role = "service_role" if statement.as_service else "authenticated"
        claims = json.dumps({"sub": str(statement.user_id), "role": role})
        database.execute("select set_config('request.jwt.claims', %s, false)", [claims])
        database.execute("select set_config('role', %s, false)", [role])
        # The first calls of a connection also read the catalogue.
        counts = [
            _explain(database, statement.next_call(number)) for number in range(WARM_UP_CALLS)
        ]
    return counts[-1]


def _explain(database: Connection, call: SqlCall) -> int:
    explain = sql.SQL("explain (analyze, buffers, format json) ") + to_statement(call)
    with database.transaction(force_rollback=True):
        row = database.execute(explain, call.params).fetchone()
    if row is None:
        raise RuntimeError("explain answered nothing")
    plan = json.loads(json.dumps(row[0]))[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])
