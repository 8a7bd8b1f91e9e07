"""What is measured: each thing a user does, along each path."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from benchmarks.calls import PAGE_LIMIT, SqlCall, get_session, list_sessions
from benchmarks.cursors import Page, walk_before
from benchmarks.measure import Request, Settle
from benchmarks.paths import Run, append_by, append_on

SQL, API = "SQL alone", "Supabase API"
DIRECT, OVER_API = "chatServer direct", "chatServer over the API"


def read_by(run: Run, calls: Sequence[SqlCall]) -> Request:
    """Run these calls in turns."""

    async def read(number: int) -> None:
        await run(calls[number % len(calls)])

    return read


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one user."""

    user_id: uuid.UUID
    sql: Run
    api: Run
    servers: Mapping[str, httpx.AsyncClient]

    def list_page(self, before: Page | None = None) -> dict[str, Request]:
        """List the page that follows a page, or the first one."""
        call = list_sessions(self.user_id, before)

        def list_on(server: httpx.AsyncClient) -> Request:
            async def list_page(_number: int) -> None:
                await _get_page(server, before)

            return list_page

        return {
            SQL: read_by(self.sql, [call]),
            API: read_by(self.api, [call]),
            **{name: list_on(server) for name, server in self.servers.items()},
        }

    def open_session(self, session_ids: Sequence[str]) -> dict[str, Request]:
        """Open one of these sessions with its newest 50 messages."""
        calls = [get_session(self.user_id, session_id) for session_id in session_ids]

        def open_on(server: httpx.AsyncClient) -> Request:
            async def open_session(number: int) -> None:
                path = f"/sessions/{session_ids[number % len(session_ids)]}"
                (await server.get(path, params={"limit": PAGE_LIMIT})).raise_for_status()

            return open_session

        return {
            SQL: read_by(self.sql, calls),
            API: read_by(self.api, calls),
            **{name: open_on(server) for name, server in self.servers.items()},
        }

    def append(self, session_ids: Sequence[str]) -> dict[str, Request]:
        """Store a user's message and its empty answer, up to the acknowledgement."""

        def choose(number: int) -> str:
            return session_ids[number % len(session_ids)]

        def begin_by(run: Run) -> Request:
            async def begin(number: int) -> Settle:
                return await append_by(run, self.user_id, choose(number))

            return begin

        def post_to(server: httpx.AsyncClient) -> Request:
            async def post(number: int) -> Settle:
                return await append_on(server, choose(number))

            return post

        return {
            SQL: begin_by(self.sql),
            API: begin_by(self.api),
            **{name: post_to(server) for name, server in self.servers.items()},
        }

    async def find_page_before(self, number: int) -> Page | None:
        """Follow the server's cursors to the page before page `number`."""

        async def fetch(before: Page | None) -> Page:
            page: Page = (await _get_page(self.servers[DIRECT], before)).json()
            return page

        return await walk_before(number, fetch)


async def _get_page(server: httpx.AsyncClient, before: Page | None) -> httpx.Response:
    query: dict[str, str | int] = {"limit": PAGE_LIMIT}
    if before is not None:
        query["cursor"] = before["next_cursor"] or ""
    return (await server.get("/sessions", params=query)).raise_for_status()
