"""Searching page by page: no page skips or repeats a hit."""

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture(scope="module")
def frosty(shared_database: Database) -> RegistryUser:
    """A user with ten thousand sessions that hold the word."""
    user = new_user(shared_database)
    with psycopg.connect(shared_database.superuser_url) as connection:
        # Past the triggers, which take their time with so many.
        connection.execute("set local session_replication_role = replica")
        connection.execute(FILL.format(user=user.id).encode())
        connection.execute("analyze public.chat_sessions, public.chat_message_history")
    return user


def said(user: RegistryUser, *contents: str, **session: object) -> str:
    session_id = user.new_session(**session)
    user.append(session_id, *contents)
    return session_id


PLACES = {
    "list_matching_chat_sessions": ("until_id", "before_id", "before_session_id"),
    "list_relevant_chat_sessions": (
        "until_id",
        "block_top_id",
        "block_low_id",
        "after_rank",
        "after_id",
        "after_session_id",
    ),
}
FILL = """
with made as (
  insert into public.chat_sessions (
    chat_id, session_id, user_id, channel, title_source, title
  )
  select id, id, '{user}', 'web', 'user',
    case number % 40 when 0 then 'Frost ' else 'Plain ' end || number
  from generate_series(1, 10000) as number
  cross join lateral (select md5('{user}' || number)::uuid as id) as made_up
  returning session_id, title
)
insert into public.chat_message_history (session_id, user_id, role, content)
select m.session_id, '{user}', 'user',
  (array['the frost came', 'frosty'])[1 + length(m.title) % 2]
from made m
"""


@pytest.mark.parametrize("function", PLACES)
class TestPaging:
    def pages(
        self, user: RegistryUser, function: str, limit: int, query: str, go_on: list[str]
    ) -> list[list[str]]:
        """Every page; between them these sessions go on, as they do in life."""
        pages: list[list[str]] = []
        place: Json = {}
        more = True
        while more:
            answer = user.call_as_service(function, query=query, limit=limit, **place)
            pages.append([session["session_id"] for session in answer["sessions"]])
            place = {name: answer[name] for name in PLACES[function]}
            more = answer["has_more"]
            for session_id in go_on:
                user.append(session_id, "More frost meanwhile")
        return pages

    @pytest.mark.parametrize(("query", "limit"), [("frost", 2), ("fr", 4), ("frost", 50)])
    def test_every_hit_comes_once_while_new_messages_arrive(
        self, user: RegistryUser, function: str, query: str, limit: int
    ) -> None:
        sessions = [
            *(said(user, "frost", "frost again", "other") for _ in range(5)),
            *(said(user, "other", title=f"Frost {number}") for number in range(3)),
            *(user.new_session(title="Frost without a word") for _ in range(3)),
            *(said(user, "The frost", title="Frost and frost") for _ in range(2)),
        ]
        pages = self.pages(user, function, limit, query, sessions[::4])
        hits = [session_id for page in pages for session_id in page]
        assert sorted(hits) == sorted(sessions)
        assert all(len(page) <= limit for page in pages)

    def test_ten_thousand_hits_come_once_each_down_to_the_last(
        self, frosty: RegistryUser, function: str
    ) -> None:
        [(expected,)] = frosty.run("select array_agg(session_id) from chat_sessions")
        pages = self.pages(frosty, function, 200, "frost", [])
        hits = [session_id for page in pages for session_id in page]
        assert len(hits) == len(set(hits)) == 10_000
        assert set(hits) == set(expected)
