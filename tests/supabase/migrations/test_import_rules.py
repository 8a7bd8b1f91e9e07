"""import_chat_session: whole or not at all, and nothing set in motion."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.archived_session import (
    CHANGED_AT,
    archived_message,
    archived_session,
    bring_in,
    chain,
)
from tests.supabase.migrations.channel_user import linked_user
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, call, new_user, run
from tests.supabase.migrations.schedule_user import begin_run, new_schedule

ITEM: Json = {"role": "tool", "item": {"type": "function_call"}}
PICTURE: Json = {"n": 1, "filename": "a.png", "sha256": "0" * 64, "created_at": CHANGED_AT}


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestSetsNothingInMotion:
    def test_a_linked_chat_gets_nothing(self, shared_database: Database) -> None:
        user = linked_user(shared_database)
        session_id = user.new_reserved_session(f"telegram:{uuid.uuid4().int % 10**9}:1")
        made_at = user.session(session_id)["created_at"]
        session = archived_session(session_id=session_id, channel="telegram", created_at=made_at)
        merged = bring_in(
            user, session, archived_message(1), archived_message(2, status="streaming")
        )
        assert (merged["session_id"], merged["messages_added"]) == (session_id, 2)
        with shared_database.connect() as connection:
            assert (
                run(connection, "select 1 from channel_outbox where user_id = %s", (user.id,)) == []
            )

    def test_a_run_neither_begins_nor_unfolds(self, user: RegistryUser) -> None:
        schedule_id = new_schedule(user, prompt="Look", cron="0 8 * * *")
        run_of = begin_run(user, schedule_id)
        before = user.run("select to_jsonb(r) from scheduled_runs r")
        session = archived_session(
            session_id=f"scheduled:{uuid.uuid4()}", channel="scheduled", is_folded=True
        )
        asked = archived_message(1, client_request_id=f"run:{uuid.uuid4()}:1", channel="scheduled")
        made = bring_in(user, session, asked, *chain(2)[1:])
        assert user.session(made["session_id"])["is_folded"] is True
        assert user.run("select to_jsonb(r) from scheduled_runs r") == before
        assert run_of

    def test_a_long_session_gets_no_other_title(self, user: RegistryUser) -> None:
        session = archived_session(title="Frost", title_source="generated")
        made = bring_in(user, session, *chain(12))
        assert user.run("select count(*) from title_jobs") == [(0,)]
        user.answer(made["session_id"])
        assert user.run("select count(*) from title_jobs") == [(1,)]

    def test_afterwards_the_triggers_keep_their_rules(self, user: RegistryUser) -> None:
        with user.database.as_user(user.id) as connection:
            call(
                connection,
                "import_chat_session",
                user_id=user.id,
                session=archived_session(),
                messages={"messages": []},
            )
            connection.execute(
                "insert into chat_sessions (user_id, created_at) values (%s, '2020-01-01Z')",
                (user.id,),
            )
            rows = run(connection, "select created_at < '2021-01-01Z' from chat_sessions")
        assert rows == [(False,), (False,)]


class TestIsRefused:
    @pytest.mark.parametrize(
        ("session", "messages"),
        [
            ({}, [archived_message(2, parent=None)]),
            ({}, [archived_message(1, parent=1)]),
            ({"head": 2}, [archived_message(1)]),
            ({}, [archived_message(1), archived_message(2, answer=1, **ITEM), archived_message(3)]),
            ({}, [*chain(2), archived_message(3, answer=2, **ITEM)]),
            ({}, [*chain(2), archived_message(3, answer=2, role="tool"), archived_message(4)]),
            ({"head": None}, [archived_message(1)]),
            ({}, [archived_message(1, role="admin")]),
            ({}, [archived_message(1, status="done")]),
            ({}, [archived_message(1, content="x" * 70_000)]),
            ({}, [archived_message(1) | {"created_at": "yesteryear"}]),
            ({"channel": "fax"}, []),
            ({"metadata": {"x": "x" * 20_000}}, []),
            ({"title": "x" * 300, "title_source": "user"}, []),
            ({"created_at": None}, []),
            (
                {},
                [archived_message(n, client_request_id="twice", parent=None) for n in (1, 2)],
            ),
            (
                {},
                [archived_message(1, created_at=f"{datetime.now(UTC) + timedelta(days=3)}")],
            ),
        ],
    )
    def test_what_breaks_a_rule_and_nothing_of_it_is_stored(
        self, user: RegistryUser, session: Json, messages: list[Json]
    ) -> None:
        with refused("PT422", "validation_failed"):
            bring_in(user, archived_session() | session, *messages)
        assert user.run("select count(*) from chat_sessions") == [(0,)]
        assert user.run("select count(*) from chat_message_history") == [(0,)]


@pytest.mark.parametrize("files", [None, {"files": [{"sha256": "0" * 64, "kind": "image"}]}])
def test_who_is_not_the_server_brings_in_no_files(user: RegistryUser, files: Json | None) -> None:
    with refused("PT404", "attachment_not_found"):
        bring_in(user, archived_session(), archived_message(1, attachments=[PICTURE]), files=files)
    assert user.run("select count(*) from chat_sessions") == [(0,)]


def test_batches_of_imports_that_broke_off_are_deleted_after_a_day(user: RegistryUser) -> None:
    for import_id in (uuid.uuid4(), uuid.uuid4()):
        user.call(
            "upsert_import_batch", import_id=import_id, batch=1, messages={"messages": chain(1)}
        )
    with user.database.connect() as connection:
        connection.execute(
            "update chat_import_batches set created_at = now() - interval '2 days'"
            " where import_id = %s",
            (import_id,),
        )
    with user.database.as_service() as connection:
        connection.execute("select public.delete_expired_import_batches()")
    assert user.run("select count(*) from chat_import_batches") == [(1,)]
