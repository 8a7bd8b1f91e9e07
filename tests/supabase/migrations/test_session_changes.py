"""The feed of changes: nothing is skipped, nothing is told twice, nothing of others is told."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


class Device:
    """Asks for changes and keeps a list of sessions by nothing else."""

    def __init__(self, user: RegistryUser) -> None:
        self.user = user
        self.titles: dict[str, str | None] = {}
        self.told: list[str] = []
        self.place: tuple[str | None, str | None] = (None, None)
        self.ask()

    def ask(self, limit: int = 200) -> Json:
        """Asks once and applies the answer."""
        xid, session_id = self.place
        answer = self.user.call(
            "list_chat_session_changes",
            since_xid=xid,
            since_session_id=session_id,
            limit=limit,
        )
        for gone in answer["deleted"]:
            self.titles.pop(gone, None)
        for session in answer["changed"]:
            self.titles[session["session_id"]] = session["title"]
        self.told += [session["session_id"] for session in answer["changed"]] + answer["deleted"]
        self.place = (answer["xid"], answer["session_id"])
        return answer


@pytest.fixture
def user(database: Database) -> RegistryUser:
    # A database of its own: a transaction that stays open elsewhere would hold the feed back.
    return new_user(database)


def rename(user: RegistryUser, session_id: str, title: str) -> None:
    user.call("update_chat_session", session_id=session_id, changes={"title": title})


def test_a_first_question_answers_only_the_place_of_now(user: RegistryUser) -> None:
    user.new_session()
    device = Device(user)
    assert device.told == []
    assert device.ask()["changed"] == []


def test_what_is_made_changed_written_into_or_deleted_is_told_once(user: RegistryUser) -> None:
    changed, written, deleted = (user.new_session(title="Before") for _ in range(3))
    device = Device(user)
    rename(user, changed, "After")
    user.append(written, "Hello")
    user.call("delete_chat_session", session_id=deleted)
    made = user.new_session(title="Made")
    answer = device.ask()
    assert device.titles == {changed: "After", written: "Before", made: "Made"}
    assert (answer["deleted"], answer["has_more"]) == ([deleted], False)
    place = device.place
    assert device.ask()["changed"] == device.ask()["deleted"] == []
    assert device.place == place


def test_pages_hold_everything_once_and_in_order(user: RegistryUser) -> None:
    device = Device(user)
    made = [user.new_session() for _ in range(7)]
    user.call("delete_chat_session", session_id=made[2])
    while device.ask(limit=2)["has_more"]:
        pass
    assert device.told == [*made[:2], *made[3:], made[2]]


def test_a_session_made_again_under_its_id_is_not_told_as_deleted(user: RegistryUser) -> None:
    session_id = user.new_session(title="Old")
    device = Device(user)
    user.call("delete_chat_session", session_id=session_id)
    user.new_session(session_id=session_id, title="New")
    assert device.ask()["deleted"] == []
    assert device.titles == {session_id: "New"}


def test_nothing_of_another_user_is_told(user: RegistryUser) -> None:
    other = new_user(user.database)
    device = Device(user)
    session_id = other.new_session()
    other.call("delete_chat_session", session_id=session_id)
    other.new_session()
    assert device.ask()["changed"] == []
    assert device.told == []


@pytest.fixture
def open_transaction(user: RegistryUser) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(user.database.url) as connection:
        yield connection


def test_a_change_that_commits_late_is_not_skipped(
    user: RegistryUser, open_transaction: psycopg.Connection[tuple[object, ...]]
) -> None:
    late, early = user.new_session(), user.new_session()
    device = Device(user)
    open_transaction.execute(
        "update chat_sessions set title = 'Late' where session_id = %s", (late,)
    )
    rename(user, early, "Early")
    while_open = device.ask()
    open_transaction.commit()
    device.ask()
    assert while_open["changed"] == []
    assert device.titles == {late: "Late", early: "Early"}
    assert sorted(device.told) == sorted([late, early])


def test_a_place_of_another_database_is_refused(user: RegistryUser) -> None:
    with refused("PT410", "cursor_expired"):
        user.call("list_chat_session_changes", since_xid=str(2**62), since_session_id="")


@settings(max_examples=15)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["make", "rename", "delete", "ask"]), st.integers(0, 3)),
        max_size=25,
    )
)
def test_a_device_that_only_asks_for_changes_ends_with_the_list(
    shared_database: Database, steps: list[tuple[str, int]]
) -> None:
    user = new_user(shared_database)
    device = Device(user)
    titles: dict[str, str] = {}
    for number, (step, place) in enumerate(steps):
        known = sorted(titles)
        if step == "make":
            titles[user.new_session(title=f"Made {number}")] = f"Made {number}"
        elif step == "ask":
            device.ask(limit=place + 1)
        elif known:
            session_id = known[place % len(known)]
            if step == "rename":
                rename(user, session_id, f"Renamed {number}")
                titles[session_id] = f"Renamed {number}"
            else:
                user.call("delete_chat_session", session_id=session_id)
                del titles[session_id]
    while device.ask(limit=3)["has_more"]:
        pass
    assert device.titles == titles
