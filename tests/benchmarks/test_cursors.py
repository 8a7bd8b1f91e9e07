"""The walk to a page deep in the list."""

import pytest

from benchmarks.cursors import ListedSession, ListEnded, Page, walk_before


def make_page(number: int, *, is_last: bool = False) -> Page:
    """A page as the server answers it."""
    session: ListedSession = {"session_id": f"last of {number}", "updated_at": "2026-11-01"}
    return {"sessions": [session], "next_cursor": None if is_last else f"after {number}"}


class Server:
    """Three pages, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def fetch(self, before: Page | None) -> Page:
        self.asked.append(before["next_cursor"] if before else None)
        number = len(self.asked)
        return make_page(number, is_last=number == 3)


async def test_walk_before_page_one_asks_for_nothing() -> None:
    server = Server()

    assert await walk_before(1, server.fetch) is None
    assert server.asked == []


async def test_walk_before_follows_each_cursor_once() -> None:
    server = Server()

    page = await walk_before(3, server.fetch)

    assert page == make_page(2)
    assert server.asked == [None, "after 1"]


async def test_walk_before_refuses_a_page_past_the_end() -> None:
    with pytest.raises(ListEnded):
        await walk_before(4, Server().fetch)


async def test_walk_before_reads_the_sql_functions_has_more() -> None:
    async def fetch(_before: Page | None) -> Page:
        return {"sessions": [], "has_more": False}

    with pytest.raises(ListEnded):
        await walk_before(2, fetch)
