"""The sweep of files that nothing refers to, and what keeps a file from it."""

import uuid
from functools import partial
from typing import cast

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.stack.database import Database
from tests.supabase.migrations.attachment_user import (
    attachments,
    begin_upload,
    complete_upload,
    ids_of,
    object_status,
    send_attachment,
    upload,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def as_owner(user: RegistryUser, statement: str, *values: object) -> None:
    with user.database.connect() as connection:
        connection.execute(statement.encode(), values)


def claim(database: Database) -> set[str]:
    with database.as_service() as connection:
        row = connection.execute("select public.claim_unused_attachments()").fetchone()
    assert row is not None
    claimed = cast("Json", row[0])
    return {found["id"] for found in claimed["objects"]}


class TestSweep:
    def test_takes_what_nothing_refers_to_and_forgets_it_when_it_is_removed(
        self, database: Database
    ) -> None:
        user = new_user(database)
        session_id, other_session = user.new_session(), user.new_session()
        _, sent = send_attachment(user, session_id)
        broken = begin_upload(user, session_id)
        late = begin_upload(user, session_id)
        running = begin_upload(user, session_id)
        _, kept = send_attachment(user, other_session)
        user.call_as_service("fail_attachment", object_id=broken)
        as_owner(user, "update chat_attachment_objects set due_at = now() where id = %s", late)
        user.call("delete_chat_session", session_id=session_id)
        found = claim(database)
        assert found == {sent, broken, late}
        assert claim(database) == set()
        with refused("PT404"):
            complete_upload(user, other_session, late)
        with database.as_service() as connection:
            connection.execute(
                "select public.delete_unused_attachments(%s::jsonb)",
                (Jsonb(attachments(*found, kept, running)),),
            )
        states = [object_status(user, o) for o in (sent, broken, late, running, kept)]
        assert states == [None, None, None, "uploading", "ready"]

    def test_hands_a_file_to_one_replica_and_again_when_it_was_not_removed(
        self, database: Database
    ) -> None:
        user = new_user(database)
        session_id = user.new_session()
        for _ in range(5):
            user.call_as_service("fail_attachment", object_id=begin_upload(user, session_id))
        claims = race([partial(claim, database)] * 4)
        assert sum(len(found) for found in claims) == 5
        as_owner(user, "update chat_attachment_objects set due_at = now()")
        assert len(claim(database)) == 5

    def test_gives_up_what_was_never_sent_after_a_week(self, database: Database) -> None:
        user = new_user(database)
        session_id = user.new_session()
        unsent, fresh = upload(user, session_id), upload(user, session_id)
        send_attachment(user, session_id)
        as_owner(user, "alter table chat_attachments disable trigger user")
        as_owner(
            user,
            "update chat_attachments set created_at = now() - interval '8 days' where id <> %s",
            fresh,
        )
        as_owner(user, "alter table chat_attachments enable trigger user")
        assert len(claim(database)) == 1
        with refused("PT404", "attachment_not_found"):
            user.call("get_attachment", attachment_id=unsent)

    def test_leaves_a_file_that_a_fork_took_over(self, user: RegistryUser, session_id: str) -> None:
        attachment_id, object_id = send_attachment(user, session_id)
        turn = user.answer(session_id)
        fork = user.call(
            "fork_chat_session",
            session_id=session_id,
            message_id=turn["user_message"]["parent_id"] - 1,
        )["session"]
        assert fork["last_message_preview"] == "notes.txt"
        user.call("delete_chat_session", session_id=session_id)
        assert object_status(user, object_id) == "ready"
        (message,) = user.session(fork["session_id"])["messages"]
        assert message["attachments"][0]["message_id"] == message["id"]
        assert ids_of(message) != [attachment_id]
        user.call("delete_chat_session", session_id=fork["session_id"])
        assert object_status(user, object_id) == "unused"

    @pytest.mark.parametrize("_round", range(10))
    def test_a_fork_and_a_deletion_at_once_leave_no_row_without_its_file(
        self, user: RegistryUser, session_id: str, _round: int
    ) -> None:
        _, object_id = send_attachment(user, session_id)
        message_id = user.session(session_id)["messages"][0]["id"]
        forked = str(uuid.uuid4())

        def fork() -> bool:
            try:
                user.call(
                    "fork_chat_session",
                    session_id=session_id,
                    message_id=message_id,
                    new_session_id=forked,
                )
            except psycopg.DatabaseError:
                return False
            return True

        def delete() -> bool:
            user.call("delete_chat_session", session_id=session_id)
            return False

        is_forked = any(race([fork, delete]))
        held = user.run("select 1 from chat_attachments where object_id = %s", (object_id,))
        assert object_status(user, object_id) == ("ready" if held else "unused")
        assert not (held and not is_forked)

    def test_files_of_a_deleted_user_are_swept(self, database: Database) -> None:
        user = new_user(database)
        _, object_id = send_attachment(user, user.new_session())
        as_owner(user, "delete from auth.users where id = %s", user.id)
        assert claim(database) == {object_id}
