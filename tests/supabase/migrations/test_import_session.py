"""import_chat_session: what comes in, and what is there already stays as it is."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.archived_session import (
    CHANGED_AT,
    MADE_AT,
    archived_message,
    archived_session,
    bring_in,
    chain,
)
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.schedule_user import new_schedule


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestOfANewSession:
    def test_keeps_its_id_its_instants_and_its_branches(self, user: RegistryUser) -> None:
        session = archived_session(title="Frost", title_source="generated", pinned=True)
        messages = [*chain(3), archived_message(4, parent=1), archived_message(5, parent=None)]
        made = bring_in(user, session | {"head": 3}, *messages)
        assert (made["outcome"], made["session_id"]) == ("created", session["session_id"])
        stored = user.session(made["session_id"])
        for name in ("title", "title_source", "pinned", "created_at", "updated_at"):
            assert stored[name] == session[name]
        assert [m["content"] for m in stored["messages"]] == ["Message 1", "Message 2", "Message 3"]
        assert [m["created_at"] for m in stored["messages"]] == [
            m["created_at"] for m in messages[:3]
        ]
        assert [m["branch"]["count"] for m in stored["messages"]] == [2, 2, 1]
        assert (stored["message_count"], stored["metadata"]) == (5, {})

    def test_puts_the_batches_sent_ahead_first_and_shows_nothing_before(
        self, user: RegistryUser
    ) -> None:
        session, messages, import_id = archived_session(), chain(5), uuid.uuid4()
        for batch, part in enumerate((messages[:2], messages[2:4]), 1):
            for _ in range(2):
                user.call(
                    "upsert_import_batch",
                    import_id=import_id,
                    batch=batch,
                    messages={"messages": part},
                )
            assert user.call("list_chat_sessions")["sessions"] == []
        made = bring_in(user, session | {"head": 5}, messages[4], import_id=import_id)
        assert made["messages_added"] == 5
        assert len(user.branch(made["session_id"])) == 5
        assert user.run("select count(*) from chat_import_batches") == [(0,)]

    def test_ends_an_answer_that_was_being_written_as_interrupted(self, user: RegistryUser) -> None:
        streaming = archived_message(2, "So f", status="streaming")
        session = archived_session()
        made = bring_in(user, session, archived_message(1), streaming)
        stored = user.session(made["session_id"])["messages"][-1]
        assert (stored["status"], stored["content"]) == ("interrupted", "So f")
        assert stored["failure_reason"]
        again = bring_in(user, session, archived_message(1), streaming)
        assert again["outcome"] == "unchanged"

    def test_leaves_a_request_id_with_the_message_it_was_made_for(self, user: RegistryUser) -> None:
        turn = user.answer(user.new_session(), client_request_id="mine")
        made = bring_in(user, archived_session(), archived_message(1, client_request_id="mine"))
        (copied,) = user.session(made["session_id"])["messages"]
        assert (copied["client_request_id"], turn["user_message"]["client_request_id"]) == (
            *(None, "mine"),
        )

    @pytest.mark.parametrize(
        "reserved", ["telegram:4711:1", "scheduled:0b7c3c5e-6d0f-4f0e-9a55-1b1f3a2c4d5e"]
    )
    def test_gives_up_an_id_that_is_made_for_a_chat_or_a_run(
        self, user: RegistryUser, reserved: str
    ) -> None:
        session = archived_session(session_id=reserved, channel=reserved.partition(":")[0])
        made = bring_in(user, session, *chain(2))
        stored = user.session(made["session_id"])
        assert (made["outcome"], made["session_id"] == reserved) == ("created", False)
        assert (stored["channel"], stored["receiver"]) == (session["channel"], None)
        assert bring_in(user, session, *chain(2))["session_id"] == made["session_id"]

    @pytest.mark.parametrize("unnamed", ["trips/rome", "sync", "..", "a\nb"])
    def test_gives_up_an_id_that_no_address_can_name(
        self, user: RegistryUser, unnamed: str
    ) -> None:
        session = archived_session(session_id=unnamed)
        made = bring_in(user, session, *chain(2))
        assert (made["outcome"], made["session_id"] == unnamed) == ("created", False)
        again = bring_in(user, session, *chain(2))
        assert (again["outcome"], again["session_id"]) == ("unchanged", made["session_id"])

    def test_is_not_taken_for_another_one_that_had_its_id(self, user: RegistryUser) -> None:
        session = archived_session()
        first = bring_in(user, session, *chain(2))
        other = bring_in(user, session | {"created_at": "2025-01-01T00:00:00Z"}, *chain(3))
        assert (other["outcome"], other["messages_added"]) == ("created", 3)
        assert other["session_id"] != first["session_id"]

    def test_keeps_its_schedule_when_that_is_there(self, user: RegistryUser) -> None:
        schedule_id = new_schedule(user, prompt="Look", cron="0 8 * * *")
        for given, kept in ((schedule_id, schedule_id), (str(uuid.uuid4()), None)):
            session = archived_session(channel="scheduled", is_folded=True, schedule_id=given)
            made = bring_in(user, session, *chain(2))
            stored = user.session(made["session_id"])
            assert (stored["schedule_id"], stored["is_folded"]) == (kept, True)


class TestOfASessionThatIsThere:
    def test_adds_only_what_is_missing_and_keeps_what_was_changed_here(
        self, user: RegistryUser
    ) -> None:
        session = archived_session(title="Old", title_source="user")
        made = bring_in(user, session, *chain(4))
        session_id = made["session_id"]
        user.call(
            "update_chat_session",
            session_id=session_id,
            changes={"title": "New", "pinned": True},
            base_version=None,
        )
        here = user.answer(session_id, "said here")
        beside = archived_message(5, "said there", parent=4)
        merged = bring_in(user, session, *chain(4), beside)
        assert (merged["outcome"], merged["messages_added"], merged["messages_known"]) == (
            *("changed", 1, 4),
        )
        stored = user.session(session_id)
        assert (stored["title"], stored["pinned"]) == ("New", True)
        assert stored["head_message_id"] == here["assistant_message"]["id"]
        assert stored["last_message_preview"] != "said there"
        assert stored["messages"][4]["branch"]["count"] == 2
        assert stored["updated_at"] > CHANGED_AT
        assert bring_in(user, session, *chain(4), beside)["outcome"] == "unchanged"

    def test_goes_on_with_the_branch_in_use_when_the_archive_does(self, user: RegistryUser) -> None:
        session = archived_session()
        made = bring_in(user, session, *chain(2))
        merged = bring_in(user, session, *chain(6))
        assert merged["messages_added"] == 4
        stored = user.session(made["session_id"])
        assert [m["content"] for m in stored["messages"]][-1] == "Message 6"
        assert stored["last_message_preview"] == "Message 6"

    def test_changes_no_version_when_nothing_is_missing(self, user: RegistryUser) -> None:
        session = archived_session()
        made = bring_in(user, session, *chain(2))
        before = user.run("select to_jsonb(s) from chat_sessions s")
        assert bring_in(user, session, *chain(2))["outcome"] == "unchanged"
        assert user.run("select to_jsonb(s) from chat_sessions s") == before
        assert made["outcome"] == "created"

    def test_keeps_messages_apart_that_say_the_same_at_the_same_instant(
        self, user: RegistryUser
    ) -> None:
        same = {"content": "same", "role": "user", "created_at": MADE_AT}
        messages = [archived_message(n, parent=None) | same for n in (1, 2)]
        session = archived_session()
        assert bring_in(user, session, *messages[:1])["messages_added"] == 1
        for added in (1, 0):
            assert bring_in(user, session, *messages)["messages_added"] == added

    def test_keeps_the_further_text_of_an_answer_that_went_on_here(
        self, user: RegistryUser
    ) -> None:
        session = archived_session()
        bring_in(user, session, archived_message(1), archived_message(2, "So far so good"))
        partial = archived_message(2, "So far", status="streaming")
        assert bring_in(user, session, archived_message(1), partial)["outcome"] == "unchanged"
