"""Rules that every table, policy, function, key and index of the registry obeys."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.stack.database import Connection, Database
from tests.supabase.migrations import catalogue
from tests.supabase.migrations.registry_user import run

POLICIES = "select tablename, policyname, cmd, permissive, roles::text[], qual, with_check"
COMMANDS = {
    "chat_sessions": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "chat_message_history": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    # Only the channel itself can tell who wrote to it.
    "channel_links": {"SELECT", "DELETE"},
    "channel_outbox": {"SELECT", "INSERT"},
    # Only the server knows what an expression means; a trigger records how a run ended.
    "agent_schedules": {"SELECT"},
    "scheduled_runs": {"SELECT", "UPDATE"},
    "chat_import_batches": {"SELECT", "INSERT", "DELETE"},
    # Written by the triggers of chat_sessions, with the rights of whoever changes it.
    "chat_session_tombstones": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "title_jobs": {"SELECT", "INSERT", "UPDATE"},
    # An id that stands for another does so for ever; receipts are only taken and forgotten.
    "chat_session_renames": {"SELECT", "INSERT"},
    "chat_session_receipts": {"SELECT", "INSERT", "DELETE"},
    # Only the server knows what a file holds; triggers mark it sent, copied and unused.
    "chat_attachment_objects": {"SELECT", "UPDATE"},
    "chat_attachments": {"SELECT", "INSERT", "UPDATE"},
    "chat_message_attachments": {"SELECT", "INSERT"},
}
# What the operator has set, which every user's triggers read.
SHARED = {"title_rules"}
KEYS_AND_INDEXES = """
select k.conname, exists (
  select from pg_index i
  where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1] and i.indisvalid
    -- A key asks for equality, which rows without a value never meet.
    and coalesce(pg_get_expr(i.indpred, i.indrelid), '')
      in ('', '(' || a.attname || ' IS NOT NULL)')
)
from pg_constraint k
join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
where k.contype = 'f' and k.connamespace = 'public'::regnamespace
"""
REDUNDANT_INDEXES = """
select small.indexrelid::regclass::text
from pg_index small
join pg_index large on large.indrelid = small.indrelid and large.indexrelid <> small.indexrelid
join pg_class c on c.oid = small.indrelid
where c.relnamespace = 'public'::regnamespace and not small.indisunique
  and small.indpred is null and large.indpred is null
  and large.indkey::text || ' ' like small.indkey::text || ' %'
"""


@pytest.fixture
def connection(shared_database: Database) -> Iterator[Connection]:
    with shared_database.connect() as connection:
        yield connection


class TestPolicies:
    def test_row_level_security_is_on_for_every_public_table(self, connection: Connection) -> None:
        rows = run(
            connection,
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relkind in ('r', 'p') and not relrowsecurity",
        )
        assert rows == []
        assert set(COMMANDS) < set(catalogue.tables(connection))

    def test_each_command_has_one_policy_named_after_it_for_signed_in_users(
        self, connection: Connection
    ) -> None:
        rows = run(connection, f"{POLICIES} from pg_policies where schemaname = 'public'")
        found: dict[str, set[str]] = {}
        for table, name, command, permissive, roles, _, _ in rows:
            assert name == f"{table}_{command.lower()}_{'all' if table in SHARED else 'own'}"
            assert (permissive, roles) == ("PERMISSIVE", ["authenticated"])
            assert command not in found.setdefault(table, set())
            found[table].add(command)
        assert found == COMMANDS | {table: {"SELECT"} for table in SHARED}

    def test_every_policy_asks_for_the_user_once_a_statement(self, connection: Connection) -> None:
        for table, name, command, *_, using, check in run(
            connection, f"{POLICIES} from pg_policies"
        ):
            if table in SHARED:
                continue
            expected = {"INSERT": [check], "UPDATE": [using, check]}.get(command, [using])
            for expression in expected:
                assert expression == "(user_id = ( SELECT auth.uid() AS uid))", name


class TestFunctions:
    def test_none_has_two_signatures(self, connection: Connection) -> None:
        for schema in catalogue.SCHEMAS:
            names = Counter(catalogue.functions(connection, schema))
            assert [name for name, count in names.items() if count > 1] == []

    def test_all_run_as_their_caller_with_an_empty_search_path(
        self, connection: Connection
    ) -> None:
        rows = run(
            connection,
            "select proname, prosecdef, proconfig from pg_proc"
            " where pronamespace::regnamespace::text = any(%s)",
            (catalogue.SCHEMAS,),
        )
        assert rows
        for name, is_definer, settings in rows:
            assert not is_definer, name
            assert 'search_path=""' in (settings or []), name

    def test_all_that_the_api_offers_return_jsonb(self, connection: Connection) -> None:
        rows = run(
            connection,
            "select proname, prorettype::regtype::text, proretset from pg_proc"
            " where pronamespace = 'public'::regnamespace",
        )
        assert {(kind, is_set) for _, kind, is_set in rows} == {("jsonb", False)}

    def test_parameters_of_those_are_named_as_parameters(self, connection: Connection) -> None:
        rows = run(
            connection,
            "select proname, proargnames from pg_proc where pronamespace = 'public'::regnamespace",
        )
        for function, names in rows:
            assert all(re.fullmatch("p_[a-z_]+", name) for name in names or []), function


class TestKeysAndIndexes:
    def test_every_foreign_key_has_an_index_that_begins_with_its_first_column(
        self, connection: Connection
    ) -> None:
        keys = dict(run(connection, KEYS_AND_INDEXES))
        assert len(keys) == 24
        assert all(keys.values()), keys

    def test_every_foreign_key_from_a_message_carries_the_session(
        self, connection: Connection
    ) -> None:
        rows = run(
            connection,
            "select pg_get_constraintdef(oid) from pg_constraint"
            " where contype = 'f' and conrelid = 'public.chat_message_history'::regclass",
        )
        assert rows
        for (definition,) in rows:
            assert definition.startswith("FOREIGN KEY (session_id, ")

    @pytest.mark.parametrize(
        ("table", "columns"),
        [
            ("chat_sessions", "(session_id)"),
            ("chat_message_history", "(client_request_id, user_id)"),
            ("channel_links", "(channel, external_user_id)"),
            ("channel_link_codes", "(user_id, channel)"),
            ("channel_inbox", "(bot_id, update_id)"),
            ("channel_outbox", "(message_id, channel, part)"),
            ("scheduled_runs", "(schedule_id, scheduled_for)"),
        ],
    )
    def test_what_is_upserted_on_is_unique_without_a_condition(
        self, connection: Connection, table: str, columns: str
    ) -> None:
        rows = run(
            connection,
            "select indexdef from pg_indexes where schemaname = 'public' and tablename = %s",
            (table,),
        )
        unique = [d for (d,) in rows if d.startswith("CREATE UNIQUE") and d.endswith(columns)]
        assert len(unique) == 1

    def test_no_index_is_the_beginning_of_another(self, connection: Connection) -> None:
        assert run(connection, REDUNDANT_INDEXES) == []

    def test_every_constraint_is_validated_but_the_size_of_what_was_there_before(
        self, connection: Connection
    ) -> None:
        rows = run(
            connection,
            "select conname from pg_constraint"
            " where connamespace = 'public'::regnamespace and not convalidated",
        )
        assert rows == [("chat_message_history_size_check",)]
