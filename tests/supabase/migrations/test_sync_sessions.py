"""Sessions that a client uploads: each once, all or none."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.synced_sessions import (
    contents,
    new_id,
    put,
    said,
    upload,
)


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def stranger(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


class TestUpload:
    def test_every_session_is_told_of_in_the_order_given(
        self, user: RegistryUser, stranger: RegistryUser
    ) -> None:
        mine, theirs, fresh, gone = user.new_session(), stranger.new_session(), new_id(), new_id()
        put(user, gone)
        user.call("delete_chat_session", session_id=gone)
        given = [
            {"session_id": session_id, "title": "T", "messages": said(session_id)}
            for session_id in (theirs, fresh, gone, mine)
        ]
        first, again = upload(user, *given), upload(user, *given)
        assert [told["result"] for told in first] == ["renamed", "created", "deleted", "merged"]
        assert [told["result"] for told in again] == ["renamed", "merged", "deleted", "merged"]
        assert [told["session_id"] for told in first] == [theirs, fresh, gone, mine]
        assert [told["session"] for told in first] == [told["session"] for told in again]
        renamed = first[0]["new_session_id"]
        assert contents(user, renamed) == [("user", theirs)]
        assert stranger.session(theirs)["messages"] == []
        assert [told["new_session_id"] for told in first[1:]] == [None] * 3

    def test_an_id_stands_for_the_other_also_when_it_has_become_free(
        self, user: RegistryUser, stranger: RegistryUser
    ) -> None:
        theirs = stranger.new_session()
        renamed = upload(user, {"session_id": theirs})[0]["new_session_id"]
        stranger.call("delete_chat_session", session_id=theirs)
        assert upload(user, {"session_id": theirs})[0]["new_session_id"] == renamed
        user.call("delete_chat_session", session_id=renamed)
        assert upload(user, {"session_id": theirs})[0]["result"] == "deleted"

    def test_at_once_from_two_devices_one_id_stands_for_the_taken_one(
        self, user: RegistryUser, stranger: RegistryUser
    ) -> None:
        theirs, messages = stranger.new_session(), said("a")
        given = {"session_id": theirs, "messages": messages}
        told = race([lambda: upload(user, given)[0]["new_session_id"]] * 4)
        assert len(set(told)) == 1
        assert contents(user, told[0]) == [("user", "a")]

    def test_a_title_fills_what_no_user_has_set(self, user: RegistryUser) -> None:
        sid = new_id()
        user.new_session(session_id=sid)
        user.answer(sid, "First words")
        uploaded = upload(user, {"session_id": sid, "title": "Mine", "topic": "home"})[0]
        assert (uploaded["session"]["title"], uploaded["session"]["topic"]) == ("Mine", "home")
        later = upload(user, {"session_id": sid, "title": "Old", "topic": "old"})[0]
        assert (later["session"]["title"], later["session"]["topic"]) == ("Mine", "home")

    def test_one_session_that_cannot_be_stored_leaves_all_as_they_were(
        self, user: RegistryUser
    ) -> None:
        fresh, messages = new_id(), said("a")
        put(user, new_id(), messages=messages)
        with refused("PT422", "request_id_reused", "sessions.1.messages.0.client_request_id"):
            upload(
                user,
                {"session_id": fresh, "messages": said("b")},
                {"session_id": new_id(), "messages": messages},
            )
        with refused("PT404"):
            user.session(fresh)

    @pytest.mark.parametrize(
        ("sessions", "field"),
        [
            (["twice"] * 2, "sessions.1.session_id"),
            ([None], "sessions.0.session_id"),
            ([str(number) for number in range(201)], "sessions"),
            (["scheduled:1"], "sessions.0.session_id"),
        ],
    )
    def test_what_cannot_be_uploaded_is_refused_by_its_name(
        self, user: RegistryUser, sessions: list[str | None], field: str
    ) -> None:
        with refused("PT422", "validation_failed", field):
            upload(user, *({"session_id": session_id} for session_id in sessions))
