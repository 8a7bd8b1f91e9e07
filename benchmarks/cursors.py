"""Finds a page deep in the list the way a client does: page by page."""

from collections.abc import Awaitable, Callable
from typing import TypedDict


class ListedSession(TypedDict):
    """What a place in the list is made of."""

    session_id: str
    updated_at: str


class Page(TypedDict, total=False):
    """One page of sessions, from the SQL function (`has_more`) or the server (`next_cursor`)."""

    sessions: list[ListedSession]
    has_more: bool
    next_cursor: str | None


class ListEnded(Exception):
    """The list has fewer pages than were asked for."""


async def walk_before(number: int, fetch: Callable[[Page | None], Awaitable[Page]]) -> Page | None:
    """Return the page before page `number`, None for page 1; `fetch` is given the page before.

    Raises:
        ListEnded: There is no page of that number.
    """
    page = None
    for _ in range(number - 1):
        page = await fetch(page)
        if not page.get("has_more", page.get("next_cursor") is not None):
            raise ListEnded
    return page
