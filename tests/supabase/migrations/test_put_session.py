"""A session that a client writes with its own messages: once and whole."""

import uuid
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.synced_sessions import (
    contents,
    new_id,
    put,
    row_of,
    said,
)


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def stranger(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestPut:
    def test_makes_the_session_with_its_messages_in_one_branch(self, user: RegistryUser) -> None:
        made = put(user, sid := new_id(), messages=said("a", "b"))
        assert made["created"]
        assert contents(user, sid) == [("user", "a"), ("assistant", "b")]
        session = user.session(sid)
        assert (session["title"], session["title_source"]) == ("a", "generated")
        assert (session["channel"], session["message_count"]) == ("web", 2)
        assert session["is_answering"] is False
        first, second = session["messages"]
        assert (first["parent_id"], second["parent_id"]) == (None, first["id"])

    def test_appends_after_the_head_and_keeps_when_it_was_said(self, user: RegistryUser) -> None:
        session_id = user.new_session(title="Plans")
        user.answer(session_id, "Hello")
        earlier = datetime(2026, 3, 1, 12, tzinfo=UTC)
        put(user, session_id, messages=said("offline", created_at=earlier.isoformat()))
        assert [content for _, content in contents(user, session_id)] == ["Hello", "Hi", "offline"]
        last = user.session(session_id)["messages"][-1]
        assert datetime.fromisoformat(last["created_at"]) == earlier

    @pytest.mark.parametrize("ahead", [timedelta(minutes=5), timedelta(days=9000)])
    def test_nothing_was_said_in_the_future(self, user: RegistryUser, ahead: timedelta) -> None:
        wrong = datetime.now(UTC) + ahead
        put(user, sid := new_id(), messages=said("x", created_at=wrong.isoformat()))
        stored = datetime.fromisoformat(user.session(sid)["messages"][0]["created_at"])
        assert stored <= datetime.now(UTC)

    def test_sent_again_it_changes_nothing_whatever_happened_in_between(
        self, user: RegistryUser
    ) -> None:
        asked = {"title": "Offline", "topic": "trip", "messages": said("a", "b")}
        put(user, sid := new_id(), **asked)
        user.call("update_chat_session", session_id=sid, changes={"title": "Renamed"})
        before = row_of(user, sid)
        assert put(user, sid, **asked)["created"] is False
        assert row_of(user, sid) == before

    def test_what_was_only_partly_stored_is_completed(self, user: RegistryUser) -> None:
        messages = said("a", "b", "c")
        put(user, sid := new_id(), messages=messages[:2])
        put(user, sid, messages=messages)
        assert [content for _, content in contents(user, sid)] == ["a", "b", "c"]

    def test_fields_given_without_messages_replace_those_of_another_device(
        self, user: RegistryUser
    ) -> None:
        put(user, sid := new_id(), title="A")
        user.call("update_chat_session", session_id=sid, changes={"title": "B"})
        session = put(user, sid, title="A", agent_name="helper")["session"]
        assert (session["title"], session["agent_name"]) == ("A", "helper")
        assert session["title_source"] == "user"

    def test_a_request_id_with_another_content_writes_nothing_and_is_named(
        self, user: RegistryUser
    ) -> None:
        first, second = said("a", "b")
        put(user, sid := new_id(), messages=[first])
        before = user.session(sid)
        other = {**first, "content": "changed"}
        with refused("PT422", "request_id_reused", "messages.1.client_request_id"):
            put(user, sid, title="New", messages=[second, other])
        with refused("PT422", "request_id_reused", "messages.0.client_request_id"):
            put(user, new_id(), messages=[first])
        assert user.session(sid) == before

    def test_one_id_at_two_sessions_in_one_instant_is_stored_once(self, user: RegistryUser) -> None:
        message = said("a")
        ids = [new_id(), new_id()]

        def attempt(session_id: str) -> bool:
            try:
                put(user, session_id, messages=message)
            except psycopg.Error:
                return False
            return True

        done = race([lambda: attempt(ids[0]), lambda: attempt(ids[1])])
        assert sorted(done) == [False, True]
        assert contents(user, ids[done.index(True)]) == [("user", "a")]

    def test_the_same_request_at_once_from_many_hands_is_stored_once(
        self, user: RegistryUser
    ) -> None:
        sid, messages = new_id(), said("a", "b")
        made = race([lambda: put(user, sid, messages=messages)] * 4)
        assert sorted(answer["created"] for answer in made) == [False, False, False, True]
        assert [content for _, content in contents(user, sid)] == ["a", "b"]

    def test_a_deleted_session_does_not_come_back(self, user: RegistryUser) -> None:
        put(user, sid := new_id(), messages=said("a"))
        user.call("delete_chat_session", session_id=sid)
        with refused("PT410", "session_deleted", "session_id"):
            put(user, sid, messages=said("b"))

    def test_an_id_of_somebody_else_is_taken(
        self, user: RegistryUser, stranger: RegistryUser
    ) -> None:
        theirs = stranger.new_session()
        with refused("PT409", "session_id_taken", "session_id"):
            put(user, theirs, messages=said("a"))

    def test_a_session_keeps_its_channel(self, user: RegistryUser) -> None:
        chat = user.new_reserved_session(f"telegram:{uuid.uuid4().int}:1")
        put(user, chat, channel="telegram", messages=said("from the web"))
        assert user.session(chat)["messages"][0]["channel"] == "web"
        with refused("PT422", "validation_failed", "channel"):
            put(user, chat, channel="web")
        with refused("PT422", "validation_failed", "channel"):
            put(user, new_id(), channel="telegram")
        with refused("PT422", "validation_failed", "session_id"):
            put(user, "telegram:1:1", channel="telegram")

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": "t" * 201}, "title"),
            ({"messages": said("a", " ")}, "messages.1.content"),
            ({"messages": said("a", role="tool")}, "messages.0.role"),
            ({"messages": said("x" * 65_537)}, "messages.0.content"),
            ({"messages": said("a", "b", client_request_id="r")}, "messages.1.client_request_id"),
            ({"messages": said("a") * 1001}, "messages"),
            ({"messages": {}}, "messages"),
        ],
    )
    def test_what_cannot_be_stored_is_refused_by_its_name(
        self, user: RegistryUser, wrong: dict[str, object], field: str
    ) -> None:
        with refused("PT422", "validation_failed", field):
            put(user, new_id(), **wrong)
