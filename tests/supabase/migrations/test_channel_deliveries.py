"""How a delivery stands: what the API shows of it, what fails, and what is tried again."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.channel_user import (
    LinkedUser,
    claim,
    deliver_all,
    held,
    linked_user,
    must_claim,
    rows,
    send,
    serve,
)
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, new_user


@pytest.fixture
def user(database: Database) -> LinkedUser:
    return linked_user(database)


def fail(user: LinkedUser, delivery: Json, **parameters: object) -> Json:
    given = {"error": "Telegram said no."} | parameters
    return serve(user.database, "fail_channel_delivery", **held(delivery), **given)


def delivery_of(user: LinkedUser, message: Json) -> Json | None:
    found: Json | None = user.message(message["session_id"], message["id"])["delivery"]
    return found


class TestShown:
    def test_a_message_that_goes_nowhere_has_none(self, user: LinkedUser) -> None:
        turn = user.answer(user.new_session())
        assert delivery_of(user, turn["user_message"]) is None
        assert delivery_of(user, turn["assistant_message"]) is None

    def test_it_waits_then_is_delivered(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        waiting = {
            "channel": "telegram",
            "status": "waiting",
            "reason": None,
            "delivered_at": None,
        }
        assert delivery_of(user, message) == waiting
        deliver_all(user.database)
        shown = delivery_of(user, message)
        assert shown is not None
        assert shown["status"] == "delivered"
        assert shown["delivered_at"]

    def test_it_is_delivered_when_every_part_is(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        first = must_claim(user.database)
        parts = {"parts": [{"text": "1"}, {"text": "2"}]}
        serve(user.database, "update_channel_delivery", **held(first), parts=parts)
        send(user.database, first)
        shown = delivery_of(user, message)
        assert shown is not None
        assert (shown["status"], shown["delivered_at"]) == ("waiting", None)
        deliver_all(user.database)
        assert (delivery_of(user, message) or {})["status"] == "delivered"

    def test_one_with_nothing_to_send_has_none(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        delivery = must_claim(user.database)
        serve(user.database, "complete_channel_delivery", **held(delivery))
        assert delivery_of(user, message) is None

    def test_a_session_tells_that_one_has_failed(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.answer(session_id)
        assert user.session(session_id)["has_failed_delivery"] is False
        fail(user, must_claim(user.database))
        assert user.session(session_id)["has_failed_delivery"] is True
        listed = user.call("list_chat_sessions")["sessions"]
        assert [session["has_failed_delivery"] for session in listed] == [True]


class TestFailDelivery:
    def test_with_a_time_it_is_tried_again_and_the_chat_waits(self, user: LinkedUser) -> None:
        first = user.answer(user.continue_session())
        other = user.continue_session(is_new=True)
        user.complete(user.say(other))
        answer = fail(user, must_claim(user.database), retry_seconds=30)
        assert answer == {"is_held": True, "status": "pending"}
        assert claim(user.database) is None
        rows(user.database, "update channel_outbox set available_at = now()")
        assert must_claim(user.database)["message_id"] == first["user_message"]["id"]

    def test_another_chat_does_not_wait(self, user: LinkedUser) -> None:
        user.complete(user.say(user.continue_session()))
        fail(user, must_claim(user.database), retry_seconds=30)
        other = linked_user(user.database)
        other.complete(other.say(other.continue_session()))
        assert must_claim(user.database)["external_chat_id"] == other.account

    def test_for_good_the_rest_of_the_message_fails_and_the_next_one_goes_out(
        self, user: LinkedUser
    ) -> None:
        turn = user.answer(user.continue_session())
        first = must_claim(user.database)
        parts = {"parts": [{"text": "1"}, {"text": "2"}]}
        serve(user.database, "update_channel_delivery", **held(first), parts=parts)
        assert fail(user, first) == {"is_held": True, "status": "failed"}
        shown = delivery_of(user, turn["user_message"])
        assert shown is not None
        assert (shown["status"], shown["reason"]) == ("failed", "Telegram said no.")
        assert must_claim(user.database)["message_id"] == turn["assistant_message"]["id"]

    def test_a_blocked_chat_gets_nothing_more(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        turn = user.answer(session_id)
        fail(user, must_claim(user.database), is_blocked=True)
        assert claim(user.database) is None
        later = user.answer(session_id)
        assert claim(user.database) is None
        for message in (turn["assistant_message"], later["user_message"]):
            assert (delivery_of(user, message) or {})["status"] == "failed"
        [link] = user.call("list_channel_links")["links"]
        assert link["status"] == "blocked"

    def test_without_the_lease_nothing_fails(self, user: LinkedUser) -> None:
        user.complete(user.say(user.continue_session()))
        delivery = must_claim(user.database)
        rows(user.database, "update channel_outbox set lease_token = gen_random_uuid()")
        assert fail(user, delivery, is_blocked=True) == {
            "is_held": False,
            "status": None,
        }
        [link] = user.call("list_channel_links")["links"]
        assert link["status"] == "active"


class TestTryAgain:
    def try_again(self, user: LinkedUser, message: Json) -> Json:
        return user.call_as_service(
            "update_message_delivery",
            session_id=message["session_id"],
            message_id=message["id"],
        )

    def test_only_what_failed_is_sent_again(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        first = must_claim(user.database)
        parts = {"parts": [{"text": "1"}, {"text": "2"}, {"text": "3"}]}
        serve(user.database, "update_channel_delivery", **held(first), parts=parts)
        send(user.database, first)
        fail(user, must_claim(user.database))
        answer = self.try_again(user, message)
        assert answer["message"]["delivery"]["status"] == "waiting"
        bodies = [must_claim(user.database)["body"]["text"]]
        assert bodies == ["2"]

    def test_a_chat_that_takes_it_is_no_longer_blocked(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        fail(user, must_claim(user.database), is_blocked=True)
        self.try_again(user, message)
        deliver_all(user.database)
        [link] = user.call("list_channel_links")["links"]
        assert link["status"] == "active"

    def test_what_did_not_fail_stays_as_it_is(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        deliver_all(user.database)
        assert self.try_again(user, message)["message"]["delivery"]["status"] == "delivered"
        assert claim(user.database) is None

    def test_a_message_of_somebody_else_does_not_exist(self, user: LinkedUser) -> None:
        message = user.answer(user.continue_session())["user_message"]
        with refused("PT404", "session_not_found"):
            new_user(user.database).call_as_service(
                "update_message_delivery",
                session_id=message["session_id"],
                message_id=message["id"],
            )
        with refused("PT404", "message_not_found"):
            self.try_again(user, message | {"id": message["id"] + 1000})


def test_a_message_is_found_by_the_request_that_brought_it(user: LinkedUser) -> None:
    turn = user.answer(user.new_session(), client_request_id="r-1")
    found = user.call("get_message_by_request", client_request_id="r-1")["message"]
    assert found["id"] == turn["user_message"]["id"]
    assert user.call("get_message_by_request", client_request_id="r-2") == {"message": None}
    stranger = new_user(user.database)
    assert stranger.call("get_message_by_request", client_request_id="r-1") == {"message": None}
