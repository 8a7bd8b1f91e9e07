"""What the list, the search and the feed are asked for, as each path asks for it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.bulk import Connection
from benchmarks.calls import (
    FEED_LIMIT,
    PAGE_LIMIT,
    Filters,
    SqlCall,
    list_changes,
    list_sessions,
    search_sessions,
)
from benchmarks.cursors import Page
from benchmarks.generate import Population
from benchmarks.texts import FREQUENT_WORD, RARE_WORD

NO_CONTENT_CHANGED = 304
RARE_AGENT = "planner"
SINGLE_WORD = "vetiver"
"""Stands in one message alone of each user who is measured."""
SINGLE_CHINESE = "佛手柑"
SINGLE_PAIR = "summarise deadline"
"""Both frequent, one in questions and one in answers; together in that one message."""
FREQUENT_JAPANESE = "美咲"
NO_FILTERS: Filters = {}
SUMMER = {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"}
PLANTED = f"{SINGLE_WORD} {SINGLE_CHINESE}, a deadline summarised"

FIND_PLACE = """
select m.id, m.content from public.chat_message_history m
where m.user_id = %s and m.role = 'user' order by m.id
offset (select count(*) / 8 from public.chat_message_history n where n.user_id = %s) limit 1
"""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """One request of chatServer, and the call of SQL that answers it."""

    name: str
    call: SqlCall
    path: str
    query: Mapping[str, str | int]
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    as_service: bool = False


def plant_single_words(database: Connection, population: Population) -> None:
    """Write the words that stand in one message alone into an old message of the first user."""
    user_id = population.user_id()
    row = database.execute(FIND_PLACE, [user_id, user_id]).fetchone()
    if row is None or PLANTED in str(row[1]):
        return
    with database.transaction():
        database.execute("alter table public.chat_message_history disable trigger user")
        database.execute(
            "update public.chat_message_history set content = content || %s where id = %s",
            [f" {PLANTED}", row[0]],
        )
        database.execute("alter table public.chat_message_history enable trigger user")


def pages(user_id: uuid.UUID, before_deep: Page | None, deep_page: int) -> list[ListRequest]:
    """List by every filter that the list has, the first page before all."""

    def page(name: str, filters: Filters = NO_FILTERS, before: Page | None = None) -> ListRequest:
        query: dict[str, str | int] = {"limit": PAGE_LIMIT, **to_query(filters)}
        if before is not None:
            query["cursor"] = before["next_cursor"] or ""
        return ListRequest(
            name, list_sessions(user_id, before, filters=filters), "/sessions", query
        )

    return [
        page("first page"),
        page(f"page {deep_page}", before=before_deep),
        page("channel web", {"channel": "web"}),
        page("channel telegram", {"channel": "telegram"}),
        page("archived", {"archived": True}),
        page("archived or not", {"archived": None}),
        page("pinned", {"pinned": True}),
        page("runs left out, as in the picker", {"folded": False}),
        page("runs alone, of which are none", {"folded": True}),
        page("an agent of every fifth", {"agent_name": RARE_AGENT}),
        page("an agent without sessions", {"agent_name": "nobody"}),
        page("that agent, channel scheduled", {"agent_name": RARE_AGENT, "channel": "scheduled"}),
        page("to", {"to": SUMMER["to"]}),
        page("from, to", SUMMER),
        page("updated after", {"updated_after": SUMMER["to"]}),
        page("web, from, to", {"channel": "web", **SUMMER}),
    ]


def searches(user_id: uuid.UUID) -> list[ListRequest]:
    """Look for words and pieces, rare and frequent, and one with each filter of a search."""

    def search(
        name: str, text: str, filters: Filters = NO_FILTERS, *, newest_first: bool = False
    ) -> ListRequest:
        query: dict[str, str | int] = {"query": text, "limit": PAGE_LIMIT, **to_query(filters)}
        if newest_first:
            query["order"] = "newest"
        call = search_sessions(user_id, text, newest_first=newest_first, filters=filters)
        return ListRequest(name, call, "/sessions", query, as_service=True)

    return [
        search("word of one message", SINGLE_WORD),
        search("the same, newest first", SINGLE_WORD, newest_first=True),
        search("Chinese, of one message", SINGLE_CHINESE),
        search("two frequent words, in one", SINGLE_PAIR),
        search("word of some fifty messages", RARE_WORD),
        search("frequent word", FREQUENT_WORD),
        search("the same, newest first", FREQUENT_WORD, newest_first=True),
        search("the same, channel telegram", FREQUENT_WORD, {"channel": "telegram"}),
        search("the same, archived", FREQUENT_WORD, {"archived": True}),
        search("the same, from, to", FREQUENT_WORD, SUMMER),
        search("two letters, frequent", "re"),
        search("two letters, in no message", "qx"),
        search("two letters, Japanese", FREQUENT_JAPANESE),
        search("two letters, Chinese, of one", SINGLE_CHINESE[:2]),
        search("one letter, frequent", "e"),
        search("one letter, in no message", "ж"),
    ]


def feed(user_id: uuid.UUID, standing: Mapping[str, str], cursor: str) -> Sequence[ListRequest]:
    """Ask what changed since a moment ago, when nothing has."""
    return [
        ListRequest(
            "the feed when nothing changed",
            list_changes(user_id, standing),
            "/sessions/changes",
            {"since": cursor, "limit": FEED_LIMIT},
            {"If-None-Match": f'"{cursor}"'},
            NO_CONTENT_CHANGED,
        )
    ]


def to_query(filters: Filters) -> dict[str, str]:
    """Name filters as the HTTP API does, which knows three ways where SQL has a boolean or null."""
    ways = {True: "true", False: "false", None: "all"}
    return {
        name: value if isinstance(value, str) else ways[value] for name, value in filters.items()
    }
