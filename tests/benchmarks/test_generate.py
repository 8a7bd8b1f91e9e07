"""Generated rows are what the triggers and functions of the registry would have made."""

import pytest

from benchmarks import generate as generator
from benchmarks.generate import Population, generate, is_empty
from tests.stack.database import Database

FEW = Population("few", users=3, sessions=4, messages=6)
DERIVED_WRONG = """
select s.session_id
from public.chat_sessions s
cross join lateral (
  select max(m.id) as head, count(*) as messages from public.chat_message_history m
  where m.session_id = s.session_id
) as d
join public.chat_message_history opening
  on opening.session_id = s.session_id and opening.parent_id is null
join public.chat_message_history closing on closing.id = d.head
where (s.head_message_id, s.message_count, s.title, s.title_source, s.last_message_preview)
  is distinct from (d.head, d.messages, private.title_of(opening.content), 'generated',
    private.plain_line(closing.content, 140))
"""
ALL_ROWS = """
select jsonb_agg(to_jsonb(m) order by m.id), (
  select jsonb_agg(to_jsonb(s) order by s.session_id) from public.chat_sessions s
)
from public.chat_message_history m
"""


@pytest.fixture(autouse=True)
def few_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making the texts takes longer than all the rows of these tests."""
    monkeypatch.setattr(generator, "TEXT_COUNT", 40)


def test_generate_sets_what_the_triggers_would_derive(database: Database) -> None:
    with database.connect() as connection:
        generate(connection, [FEW])
        wrong = connection.execute(DERIVED_WRONG).fetchall()
        counted = connection.execute("select count(*) from public.chat_sessions").fetchone()

    assert wrong == []
    assert counted == (FEW.session_count,)


def test_generate_lets_a_turn_go_on_where_it_ended(database: Database) -> None:
    user_id = FEW.user_id()
    with database.connect() as connection:
        generate(connection, [FEW])
        row = connection.execute(
            "select session_id, head_message_id from public.chat_sessions where user_id = %s"
            " limit 1",
            [user_id],
        ).fetchone()
    assert row is not None
    session_id, head = row

    with database.as_user(user_id) as connection:
        answer = connection.execute(
            "select public.begin_turn(%s, %s, 'And now?', 'after the generated ones')",
            [user_id, session_id],
        ).fetchone()

    assert answer is not None
    turn = answer[0]
    assert isinstance(turn, dict)
    assert turn["user_message"]["parent_id"] == head
    assert turn["session"]["message_count"] == FEW.messages + 2


def test_generate_makes_the_same_rows_for_the_same_seed_alone(database: Database) -> None:
    rows = []
    with database.connect() as connection:
        for seed in (7, 7, 8):
            generate(connection, [FEW], seed=seed)
            rows.append(connection.execute(ALL_ROWS).fetchone())
            connection.execute("delete from auth.users")
            connection.execute("alter table public.chat_message_history alter id restart")

    assert rows[0] == rows[1]
    assert rows[0] != rows[2]


def test_generate_adds_to_what_was_generated_before(database: Database) -> None:
    more = Population("more", users=1, sessions=2, messages=2)
    with database.connect() as connection:
        assert is_empty(connection)
        generate(connection, [FEW])
        generate(connection, [more])
        counted = connection.execute(
            "select count(*) from public.chat_sessions where user_id = %s", [more.user_id()]
        ).fetchone()

    assert counted == (2,)
