"""Who may do what, on databases that Supabase Lite has never touched."""

from collections.abc import Iterator

import pytest

from tests.stack.database import Connection, Database, apply_migrations
from tests.supabase.migrations import catalogue
from tests.supabase.migrations.registry_user import run

ALL = {"select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain"}
TABLES = {
    "chat_sessions": {
        "authenticated": {"select", "insert", "update", "delete"},
        "service_role": ALL,
    },
    "chat_message_history": {
        "authenticated": {"select", "insert", "update", "delete"},
        "service_role": ALL,
    },
    "chat_session_tombstones": {
        "authenticated": {"select", "insert", "update", "delete"},
        "service_role": ALL,
    },
    "chat_session_renames": {"authenticated": {"select", "insert"}, "service_role": ALL},
    "chat_session_receipts": {
        "authenticated": {"select", "insert", "delete"},
        "service_role": ALL,
    },
    "title_rules": {"authenticated": {"select"}, "service_role": ALL},
    "title_jobs": {"authenticated": {"select", "insert", "update"}, "service_role": ALL},
    "chat_import_batches": {
        "authenticated": {"select", "insert", "delete"},
        "service_role": ALL,
    },
    "chat_message_history_orphans": {"service_role": {"select", "delete"}},
    "channel_links": {"authenticated": {"select", "delete"}, "service_role": ALL},
    "channel_link_codes": {"service_role": ALL},
    "channel_link_attempts": {"service_role": ALL},
    "channel_inbox": {"service_role": ALL},
    "channel_pollers": {"service_role": ALL},
    "channel_outbox": {"authenticated": {"select", "insert"}, "service_role": ALL},
    "agent_schedules": {"authenticated": {"select"}, "service_role": ALL},
    "scheduled_runs": {"authenticated": {"select", "update"}, "service_role": ALL},
    "chat_attachment_objects": {"authenticated": {"select", "update"}, "service_role": ALL},
    "chat_attachments": {"authenticated": {"select", "insert", "update"}, "service_role": ALL},
    "chat_message_attachments": {"authenticated": {"select", "insert"}, "service_role": ALL},
    "retention_passes": {"service_role": ALL},
    "chat_message_history_id_seq": {"authenticated": {"usage"}, "service_role": {"usage"}},
}
SIGNED_IN_FUNCTIONS = {
    "append_session_items",
    "begin_answer",
    "begin_edit",
    "begin_edit_v2",
    "begin_title_job",
    "begin_turn",
    "begin_turn_v2",
    "checkpoint_turn",
    "claim_turn",
    "complete_turn",
    "complete_turn_v2",
    "delete_channel_link",
    "delete_chat_session",
    "delete_session_items",
    "fail_turn",
    "fork_chat_session",
    "get_agent_schedule",
    "get_attachment",
    "get_chat_message",
    "get_chat_session",
    "get_chat_session_counts",
    "get_export_totals",
    "get_message_by_request",
    "import_chat_session",
    "list_agent_schedules",
    "list_all_chat_messages",
    "list_channel_links",
    "list_chat_messages",
    "list_chat_messages_after",
    "list_chat_session_changes",
    "list_chat_sessions",
    "list_exported_messages",
    "list_exported_sessions",
    "list_stored_files",
    "list_scheduled_runs",
    "sync_chat_session",
    "sync_chat_sessions",
    "list_session_items",
    "pop_session_item",
    "update_chat_session_head",
    "update_chat_session",
    "update_chat_session_v2",
    "update_chat_session_archived",
    "upsert_chat_session",
    "upsert_import_batch",
}
SERVICE_FUNCTIONS = SIGNED_IN_FUNCTIONS | {
    "begin_attachment",
    "begin_imported_file",
    "begin_scheduled_run",
    "checkpoint_turns",
    "claim_channel_delivery",
    "claim_channel_link",
    "claim_channel_poller",
    "claim_channel_update",
    "claim_due_schedules",
    "claim_retention_pass",
    "claim_scheduled_runs",
    "claim_unused_attachments",
    "complete_attachment",
    "claim_title_job",
    "complete_channel_delivery",
    "complete_channel_update",
    "complete_title_job",
    "complete_retention_pass",
    "delete_agent_schedule",
    "delete_attachment",
    "delete_expired_import_batches",
    "delete_idle_items",
    "delete_idle_sessions",
    "delete_unused_attachments",
    "fail_attachment",
    "fail_channel_delivery",
    "fail_channel_update",
    "fail_expired_turns",
    "fail_scheduled_run",
    "fail_turn_v2",
    "fail_title_job",
    "get_channel_link",
    "get_delivered_session",
    "get_health",
    "list_idle_sessions",
    "list_matching_chat_sessions",
    "list_relevant_chat_sessions",
    "list_running_answers",
    "update_agent_schedule",
    "update_channel_delivery",
    "update_idle_sessions_archived",
    "update_message_delivery",
    "upsert_agent_schedule",
    "upsert_channel_delivery",
    "upsert_channel_link_code",
    "upsert_channel_session",
    "upsert_channel_updates",
    "upsert_scheduled_runs",
}

# Before 30 October 2026 a project granted whatever came to be in public.
GENEROUS_DEFAULTS = """
alter default privileges in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public
  grant all on functions to anon, authenticated, service_role
"""
MADE_LATER = """
create table public.later (id bigint generated always as identity, body text);
create function public.later_function() returns jsonb language sql as 'select null::jsonb';
create function private.later_function() returns jsonb language sql as 'select null::jsonb'
"""


@pytest.fixture(params=["today's project", "older project"])
def project(request: pytest.FixtureRequest, bare_database: Database) -> Iterator[Connection]:
    with bare_database.connect() as connection:
        if request.param == "older project":
            connection.execute(GENEROUS_DEFAULTS)
        apply_migrations(bare_database)
        yield connection


class TestRelations:
    def test_anon_and_public_have_no_privilege_on_any(self, project: Connection) -> None:
        for grants in catalogue.relation_grants(project).values():
            assert not grants.keys() & {"anon", "PUBLIC"}

    def test_grants_to_signed_in_users_are_exactly_these(self, project: Connection) -> None:
        assert without_service_role(catalogue.relation_grants(project)) == (
            without_service_role(TABLES)
        )

    def test_grants_to_the_secret_key_hold_at_least_these(self, project: Connection) -> None:
        grants = catalogue.relation_grants(project)
        for relation, expected in TABLES.items():
            assert expected["service_role"] <= grants[relation]["service_role"]

    def test_no_column_has_grants_of_its_own(self, project: Connection) -> None:
        assert catalogue.column_grants(project) == []


class TestFunctions:
    def test_anon_and_public_may_execute_none(self, project: Connection) -> None:
        assert not catalogue.function_grants(project).keys() & {"anon", "PUBLIC"}

    @pytest.mark.parametrize(
        ("role", "expected"),
        [("authenticated", SIGNED_IN_FUNCTIONS), ("service_role", SERVICE_FUNCTIONS)],
    )
    def test_public_functions_are_granted_exactly_as_listed(
        self, project: Connection, role: str, expected: set[str]
    ) -> None:
        granted = catalogue.function_grants(project)[role]
        assert {f.removeprefix("public.") for f in granted if f.startswith("public.")} == expected

    def test_trigger_functions_are_granted_to_nobody(self, project: Connection) -> None:
        rows = run(project, "select distinct tgfoid::regproc::text from pg_trigger")
        triggers = {name for (name,) in rows if name.startswith("private.")}
        assert triggers
        for granted in catalogue.function_grants(project).values():
            assert not granted & triggers


class TestPrivateSchema:
    def test_is_closed_to_anon_and_public(self, project: Connection) -> None:
        expected = {("authenticated", "usage"), ("service_role", "usage")}
        assert catalogue.schema_grants(project, "private") == expected

    def test_holds_no_table(self, project: Connection) -> None:
        rows = run(
            project,
            "select relname from pg_class where relnamespace = 'private'::regnamespace",
        )
        assert rows == []


class TestWhatALaterMigrationMakes:
    def test_is_open_to_no_role_of_the_api(self, project: Connection) -> None:
        project.execute(MADE_LATER)
        grants = catalogue.relation_grants(project)
        assert "later" not in grants
        assert "later_id_seq" not in grants
        for granted in catalogue.function_grants(project).values():
            assert not granted & {"public.later_function", "private.later_function"}


def without_service_role(
    grants: dict[str, dict[str, set[str]]],
) -> dict[str, dict[str, set[str]]]:
    kept = {
        relation: {role: held for role, held in roles.items() if role != "service_role"}
        for relation, roles in grants.items()
    }
    return {relation: roles for relation, roles in kept.items() if roles}
