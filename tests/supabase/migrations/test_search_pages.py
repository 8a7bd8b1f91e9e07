"""Searching page by page: no page skips or repeats a hit."""

from collections.abc import Sequence

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user
from tests.supabase.migrations.searching import said


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
  (array['the frost came', 'frosty'])[1 + length(m.title) % 2] || case right(m.title, 2)
    when ' 1' then ' to juniper, alder and elm'
    when ' 2' then ' to juniper and alder'
    when ' 3' then ' to juniper and elm'
    when ' 4' then ' to alder and elm'
    else ''
  end
from made m
"""


@pytest.mark.parametrize("function", PLACES)
class TestPaging:
    def answers(
        self, user: RegistryUser, function: str, limit: int, query: str, go_on: Sequence[str] = ()
    ) -> list[Json]:
        """Every answer; between them these sessions go on, as they do in life."""
        answers: list[Json] = []
        place: Json = {}
        while not answers or answers[-1]["has_more"]:
            answers.append(user.call_as_service(function, query=query, limit=limit, **place))
            place = {name: answers[-1][name] for name in PLACES[function]}
            for session_id in go_on:
                user.append(session_id, "More frost meanwhile")
        return answers

    def pages(
        self, user: RegistryUser, function: str, limit: int, query: str, go_on: Sequence[str] = ()
    ) -> list[list[str]]:
        """The sessions of every answer."""
        return [
            [session["session_id"] for session in answer["sessions"]]
            for answer in self.answers(user, function, limit, query, go_on)
        ]

    @pytest.mark.parametrize(("limit", "query"), [(1, "hard frost"), (3, "frost h")])
    def test_hits_as_typed_and_of_words_apart_come_once(
        self, user: RegistryUser, function: str, limit: int, query: str
    ) -> None:
        texts = ("hard frost", "frost, hard", "Hardly a frosty night")
        sessions = [
            *(said(user, text, "other", text) for text in texts for _ in range(2)),
            *(said(user, text, title=text) for text in texts),
            *(user.new_session(title=text) for text in texts),
        ]
        pages = self.pages(user, function, limit, query, sessions[::3])
        assert sorted(hit for page in pages for hit in page) == sorted(sessions)

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
        pages = self.pages(frosty, function, 200, "frost")
        hits = [session_id for page in pages for session_id in page]
        assert len(hits) == len(set(hits)) == 10_000
        assert set(hits) == set(expected)

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [("alder juniper", [2, 1]), ("elm juniper", [3, 1]), ("elm alder juniper to", [1])],
    )
    def test_words_said_long_ago_are_found_where_all_of_them_stand(
        self, frosty: RegistryUser, function: str, query: str, numbers: list[int]
    ) -> None:
        [answer] = self.answers(frosty, function, 50, query)
        assert [hit["title"] for hit in answer["sessions"]] == [f"Plain {n}" for n in numbers]
