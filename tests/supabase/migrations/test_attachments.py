"""Attachments and the files behind them: what is kept, who may write it, what is swept."""

import uuid
from functools import partial

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.attachment_user import (
    attachments,
    begin_upload,
    complete_upload,
    ids_of,
    object_status,
    send,
    send_attachment,
    upload,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user

MEGABYTE = 1024 * 1024


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


class TestQuota:
    def test_uploads_at_once_never_go_over_it_together(
        self, user: RegistryUser, session_id: str
    ) -> None:
        def begin() -> str:
            try:
                return begin_upload(user, session_id, MEGABYTE, quota_bytes=5 * MEGABYTE)
            except psycopg.DatabaseError as error:
                return str(error.diag.message_primary)

        answers = race([begin] * 16)
        assert answers.count("attachment_quota_exceeded") == 11
        assert len(set(answers)) == 6

    def test_a_deleted_file_makes_room_at_once_and_a_fork_takes_none(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = send(user, session_id, upload(user, session_id, size_bytes=MEGABYTE))
        user.complete(turn)
        message_id = turn["assistant_message"]["id"]
        user.call("fork_chat_session", session_id=session_id, message_id=message_id)
        unsent = upload(user, session_id, size_bytes=MEGABYTE)
        full = partial(begin_upload, user, session_id, MEGABYTE, quota_bytes=2 * MEGABYTE)
        with refused("PT409", "attachment_quota_exceeded"):
            full()
        user.call_as_service("delete_attachment", attachment_id=unsent)
        assert full()

    def test_a_size_that_cannot_be_is_refused(self, user: RegistryUser, session_id: str) -> None:
        for size_bytes in (0, -1, 20 * MEGABYTE + 1):
            with refused("PT422", "validation_failed", "file"):
                begin_upload(user, session_id, size_bytes)


class TestSent:
    def test_a_message_of_files_alone_names_them_in_the_list(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first, second = (upload(user, session_id, name) for name in ("*plan*.pdf", "b.txt"))
        session = send(user, session_id, first, second, content=" \n")["session"]
        assert session["last_message_preview"] == "*plan*.pdf and 1 more file"
        assert (session["title"], session["title_source"]) == ("plan.pdf", "generated")

    def test_a_text_beside_files_is_the_preview(self, user: RegistryUser, session_id: str) -> None:
        turn = send(user, session_id, upload(user, session_id), content="Look")
        assert turn["session"]["last_message_preview"] == "Look"
        assert turn["session"]["title"] == "Look"

    def test_one_file_goes_into_one_of_two_messages_at_once(
        self, user: RegistryUser, session_id: str
    ) -> None:
        attachment_id = upload(user, session_id)

        def try_to_send() -> str:
            try:
                return str(send(user, session_id, attachment_id)["user_message"]["id"])
            except psycopg.DatabaseError as error:
                return str(error.diag.message_primary)

        answers = race([try_to_send] * 4)
        assert answers.count("attachment_not_found") == 3

    def test_a_request_of_the_release_before_is_answered_as_before(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = send(user, session_id, upload(user, session_id), content="Look")
        edited = user.edit(session_id, turn["user_message"]["id"])
        assert ids_of(edited["user_message"]) == ids_of(turn["user_message"])
        with refused("PT422", "validation_failed", "content"):
            user.begin(session_id, "")

    @pytest.mark.parametrize(
        ("given", "code", "message"),
        [
            ({"ids": ["nonsense"]}, "PT404", "attachment_not_found"),
            ({"ids": [None]}, "PT404", "attachment_not_found"),
            ({"ids": "nonsense"}, "PT422", "validation_failed"),
            ({"ids": [str(uuid.UUID(int=n)) for n in range(11)]}, "PT422", "validation_failed"),
            (attachments(*[str(uuid.UUID(int=1))] * 2), "PT422", "validation_failed"),
        ],
    )
    def test_ids_that_cannot_be_are_refused(
        self, user: RegistryUser, session_id: str, given: Json, code: str, message: str
    ) -> None:
        with refused(code, message):
            send(user, session_id, content="x", attachments=given)


class TestOwnToken:
    """What a user writes straight at the Supabase API."""

    def test_copies_a_file_but_says_nothing_about_it(
        self, user: RegistryUser, session_id: str
    ) -> None:
        _, object_id = send_attachment(user, session_id)
        rows = user.run(
            "insert into chat_attachments (id, session_id, user_id, object_id, filename,"
            " content_type, kind, size_bytes, sha256, sent_at)"
            " values (%s, %s, %s, %s, 'x.html', 'text/html', 'file', 1, repeat('0', 64), now())"
            " returning filename, content_type, kind, size_bytes, sent_at, id = %s",
            (uuid.UUID(int=7), session_id, user.id, object_id, uuid.UUID(int=7)),
        )
        assert rows == [("notes.txt", "text/plain", "text", 7, None, False)]

    def test_makes_no_stored_file_and_changes_none(
        self, user: RegistryUser, session_id: str
    ) -> None:
        attachment_id, object_id = send_attachment(user, session_id)
        for statement in (
            f"insert into chat_attachment_objects (user_id, size_bytes) values ('{user.id}', 1)",  # noqa: S608 - ids from this test
            f"delete from chat_attachments where id = '{attachment_id}'",  # noqa: S608 - ids from this test
            "delete from chat_message_attachments",
        ):
            with refused("42501"):
                user.run(statement)
        for statement in (
            f"update chat_attachment_objects set status = 'ready' where id = '{object_id}'",  # noqa: S608 - ids from this test
            f"update chat_attachments set sent_at = null where id = '{attachment_id}'",  # noqa: S608 - ids from this test
        ):
            with refused("PT422", "validation_failed"):
                user.run(statement)

    def test_adds_no_file_to_a_message_that_was_sent(
        self, user: RegistryUser, session_id: str
    ) -> None:
        message_id = user.begin(session_id)["user_message"]["id"]
        attachment_id = upload(user, session_id)
        with refused("PT404", "message_not_found"):
            user.run(
                "insert into chat_message_attachments values (%s, 1, %s, %s, %s)",
                (message_id, attachment_id, session_id, user.id),
            )


def test_an_upload_to_a_session_that_is_deleted_meanwhile_makes_nothing(
    user: RegistryUser, session_id: str
) -> None:
    object_id = begin_upload(user, session_id)
    user.call("delete_chat_session", session_id=session_id)
    with refused("PT404", "session_not_found"):
        complete_upload(user, session_id, object_id)
    assert object_status(user, object_id) == "uploading"


def test_a_page_of_messages_reads_its_own_links_alone(user: RegistryUser, session_id: str) -> None:
    for _ in range(3):
        turn = send(user, session_id, upload(user, session_id), upload(user, session_id))
        user.complete(turn)
    page = user.call("list_chat_messages", session_id=session_id, limit=2)
    assert [len(message["attachments"]) for message in page["messages"]] == [2, 0]
