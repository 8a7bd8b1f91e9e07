"""Which chat receives what is written in a session, and that the API says exactly that."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.channel_user import LinkedUser, claim, linked_user, rows
from tests.supabase.migrations.racing import race, wait_until_blocked
from tests.supabase.migrations.registry_user import Json, call, new_user

ACTIVE = {"channel": "telegram", "status": "active"}
BLOCKED = {"channel": "telegram", "status": "blocked"}
ROUNDS = 30


@pytest.fixture
def user(database: Database) -> LinkedUser:
    return linked_user(database)


def receiver(user: LinkedUser, session_id: str) -> Json | None:
    found: Json | None = user.session(session_id)["receiver"]
    return found


class TestReceiver:
    def test_of_the_session_a_chat_writes_into_is_that_chat(self, user: LinkedUser) -> None:
        assert receiver(user, user.continue_session()) == ACTIVE

    def test_of_a_web_session_is_none_until_a_chat_continues_it(self, user: LinkedUser) -> None:
        session_id = user.new_session()
        assert receiver(user, session_id) is None
        user.continue_session(chat_id=user.session(session_id)["chat_id"])
        assert receiver(user, session_id) == ACTIVE
        user.continue_session(is_new=True)
        assert receiver(user, session_id) is None

    def test_of_a_session_the_chat_has_left_is_still_that_chat(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.say(session_id)
        user.continue_session(is_new=True)
        assert receiver(user, session_id) == ACTIVE

    def test_that_has_blocked_the_bot_is_told_apart(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        rows(user.database, "update channel_links set status = 'blocked'")
        assert receiver(user, session_id) == BLOCKED

    def test_is_none_once_the_account_is_unlinked(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.unlink()
        assert receiver(user, session_id) is None

    def test_is_never_the_account_of_somebody_else(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.unlink()
        rows(
            user.database,
            "insert into channel_links (user_id, channel, external_user_id, external_chat_id)"
            " values (%s, 'telegram', %s, %s)",
            new_user(user.database).id,
            user.account,
            user.account,
        )
        assert receiver(user, session_id) is None

    def test_is_told_of_each_session_of_a_list(self, user: LinkedUser) -> None:
        user.new_session()
        user.continue_session()
        listed = user.call("list_chat_sessions")["sessions"]
        assert [session["receiver"] for session in listed] == [ACTIVE, None]

    def test_is_who_gets_what_is_written(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        for status in ("active", "blocked"):
            rows(user.database, "update channel_links set status = %s", status)
            turn = user.answer(session_id)
            shown = user.message(session_id, turn["user_message"]["id"])["delivery"]
            assert shown["status"] == {"active": "waiting", "blocked": "failed"}[status]
        user.unlink()
        turn = user.answer(session_id)
        assert user.message(session_id, turn["user_message"]["id"])["delivery"] is None


class TestRaces:
    def test_a_message_written_while_its_account_is_unlinked_stays(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        database = user.database
        with (
            ThreadPoolExecutor(1) as pool,
            database.connect() as observer,
            database.as_user(user.id) as writing,
        ):
            with database.as_user(user.id) as unlinking:
                call(unlinking, "delete_channel_link", user_id=user.id, link_id=user.link_id)
                turn = pool.submit(
                    call,
                    writing,
                    "begin_turn",
                    user_id=user.id,
                    session_id=session_id,
                    content="Hello",
                    client_request_id="r1",
                )
                wait_until_blocked(observer, writing, turn)
            message = turn.result()["user_message"]
        assert user.message(session_id, message["id"])["delivery"] is None
        assert claim(database) is None

    def test_a_chats_new_session_beside_one_of_the_same_name_is_made_all_the_same(
        self, user: LinkedUser
    ) -> None:
        for number in range(1, ROUNDS):
            name = f"telegram:{user.account}:{number}"
            made = race(
                [
                    partial(user.continue_session, is_new=True),
                    partial(user.new_reserved_session, name),
                ]
            )
            assert made[1] == name
            user.say(made[0])
