"""update_chat_session_v2: a change that names its request is made once."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user, run


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def change(user: RegistryUser, session_id: str, request_id: str | None, **changes: object) -> Json:
    return user.call(
        "update_chat_session_v2",
        session_id=session_id,
        changes=changes,
        base_version=1,
        client_request_id=request_id,
    )


def test_sent_again_it_undoes_nothing_and_tells_what_it_replaced(user: RegistryUser) -> None:
    session_id = user.new_session()
    change(user, session_id, "desk", title="At the desk")
    first = change(user, session_id, "phone", title="On the phone")
    change(user, session_id, "desk 2", title="At the desk again")
    again = change(user, session_id, "phone", title="On the phone")
    assert first["superseded"] == again["superseded"] == {"title": "At the desk"}
    assert again["session"]["title"] == "At the desk again"
    assert again["session"] == {
        name: value for name, value in user.session(session_id).items() if name in first["session"]
    }


def test_sent_twice_at_once_it_is_made_once(user: RegistryUser) -> None:
    session_id = user.new_session()
    told = race([lambda: change(user, session_id, "r", pinned=True)] * 4)
    assert {answer["session"]["version"] for answer in told} == {2}


def test_an_id_that_came_with_another_change_is_refused(user: RegistryUser) -> None:
    session_id = user.new_session()
    change(user, session_id, "r", title="One")
    with refused("PT422", "request_id_reused", "client_request_id"):
        change(user, session_id, "r", title="Two")
    assert user.session(session_id)["title"] == "One"
    assert change(user, user.new_session(), "r", title="Two")["session"]["title"] == "Two"


def test_what_was_refused_may_come_again_corrected(user: RegistryUser) -> None:
    session_id = user.new_session()
    with refused("PT422", "validation_failed", "title"):
        change(user, session_id, "r", title="")
    assert change(user, session_id, "r", title="Good")["session"]["title"] == "Good"


@pytest.mark.parametrize("request_id", ["", "r" * 201])
def test_an_id_that_is_none_is_refused(user: RegistryUser, request_id: str) -> None:
    with refused("PT422", "validation_failed", "client_request_id"):
        change(user, user.new_session(), request_id, title="x")


def test_without_an_id_it_is_made_each_time(user: RegistryUser) -> None:
    session_id = user.new_session()
    for title in ("One", "Two", "One"):
        assert change(user, session_id, None, title=title)["session"]["title"] == title


def test_what_is_older_than_a_month_is_forgotten(user: RegistryUser) -> None:
    session_id = user.new_session()
    change(user, session_id, "old", title="Old")
    with user.database.connect() as connection:
        run(
            connection,
            "update chat_session_receipts set created_at = now() - interval '31 days'"
            " where session_id = %s",
            (session_id,),
        )
    change(user, session_id, "new", title="New")
    kept = user.run(
        "select count(*) from chat_session_receipts where session_id = %s", (session_id,)
    )
    assert kept == [(1,)]
