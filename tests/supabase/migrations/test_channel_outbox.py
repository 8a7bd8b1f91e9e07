"""What goes out: made with the message, sent in order, once at a time per chat, never lost."""

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
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, new_user


@pytest.fixture
def user(database: Database) -> LinkedUser:
    return linked_user(database)


def ids(turn: Json) -> tuple[int, int]:
    return turn["user_message"]["id"], turn["assistant_message"]["id"]


class TestWhatIsSent:
    def test_an_answer_goes_to_the_chat_once_it_has_ended(self, user: LinkedUser) -> None:
        turn = user.say(user.continue_session())
        assert claim(user.database) is None
        user.complete(turn, "Hi")
        delivery = must_claim(user.database)
        assert delivery["message"]["content"] == "Hi"
        assert delivery["external_chat_id"] == user.account
        assert send(user.database, delivery) == {"is_held": True}
        assert claim(user.database) is None

    def test_a_message_from_the_web_goes_there_before_its_answer(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        turn = user.answer(session_id)
        assert deliver_all(user.database) == [(user.account, number) for number in ids(turn)]

    def test_a_web_session_that_the_chat_continues_is_mirrored_too(self, user: LinkedUser) -> None:
        session_id = user.new_session()
        user.answer(session_id)
        assert deliver_all(user.database) == []
        user.continue_session(chat_id=user.session(session_id)["chat_id"])
        turn = user.answer(session_id)
        assert deliver_all(user.database) == [(user.account, number) for number in ids(turn)]

    def test_an_older_session_of_the_chat_is_mirrored_too(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.answer(session_id)
        user.continue_session(is_new=True)
        deliver_all(user.database)
        user.answer(session_id)
        assert len(deliver_all(user.database)) == 2

    def test_of_two_chats_the_one_that_wrote_last_gets_it(self, user: LinkedUser) -> None:
        other = linked_user(user.database, user=user)
        session_id = user.continue_session()
        chat_id = user.session(session_id)["chat_id"]
        other.continue_session(chat_id=chat_id)
        other.complete(other.say(session_id))
        assert [chat for chat, _ in deliver_all(user.database)] == [other.account]
        user.continue_session()
        user.complete(user.say(session_id))
        assert [chat for chat, _ in deliver_all(user.database)] == [user.account]

    def test_nothing_goes_anywhere_from_other_sessions(self, user: LinkedUser) -> None:
        stranger = new_user(user.database)
        stranger.answer(stranger.new_session())
        user.answer(user.new_session())
        assert claim(user.database) is None

    def test_texts_that_begin_no_turn_stay_where_they_are(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.append(session_id, "Appended")
        user.run(
            "insert into chat_message_history"
            " (session_id, role, content, client_request_id) values"
            " (%s, 'user', 'Imported', 'r1'), (%s, 'assistant', 'Imported too', null)",
            (session_id, session_id),
        )
        assert claim(user.database) is None

    def test_another_answer_brings_a_question_that_no_chat_has_seen(self, user: LinkedUser) -> None:
        session_id = user.new_session()
        question, answer = ids(user.answer(session_id))
        user.continue_session(chat_id=user.session(session_id)["chat_id"])
        for number in (1, 2):
            again = user.call(
                "begin_answer",
                session_id=session_id,
                message_id=answer,
                client_request_id=f"again {number}",
            )
            user.complete(again)
            sent = [message_id for _, message_id in deliver_all(user.database)]
            assert sent == ([question] if number == 1 else []) + [again["assistant_message"]["id"]]

    def test_nothing_goes_out_after_the_link_was_removed(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        user.answer(session_id)
        user.unlink()
        user.answer(session_id)
        assert claim(user.database) is None

    def test_an_answer_can_be_asked_for_by_another_chat(self, user: LinkedUser) -> None:
        other = linked_user(user.database, user=user)
        turn = user.say(user.continue_session())
        user.call_as_service(
            "upsert_channel_delivery", message_id=ids(turn)[1], link_id=other.link_id
        )
        user.complete(turn)
        assert [chat for chat, _ in deliver_all(user.database)] == [other.account]

    def test_nobody_can_have_a_message_of_somebody_else_sent(self, user: LinkedUser) -> None:
        stranger = linked_user(user.database)
        turn = user.say(user.continue_session())
        for link_id in (user.link_id, stranger.link_id):
            with refused("PT404", "message_not_found"):
                stranger.call_as_service(
                    "upsert_channel_delivery", message_id=ids(turn)[0], link_id=link_id
                )
        with refused("PT404", "link_not_found"):
            user.call_as_service(
                "upsert_channel_delivery",
                message_id=ids(turn)[0],
                link_id=stranger.link_id,
            )

    def test_a_row_that_a_user_forges_holds_nothing_but_an_own_message(
        self, user: LinkedUser
    ) -> None:
        session_id = user.new_session()
        message_id = ids(user.answer(session_id))[0]
        statement = (
            "insert into channel_outbox (user_id, session_id, message_id, link_id, channel, part,"
            " body, status, attempts) values (%s, %s, %s, %s, 'telegram', 5, '{\"text\": \"x\"}',"
            " 'sent', 9) returning part, body, status, attempts"
        )
        values = (user.id, session_id, message_id, user.link_id)
        assert user.run(statement, values) == [(1, None, "pending", 0)]
        stranger = linked_user(user.database)
        for forged in (values, (stranger.id, session_id, message_id, stranger.link_id)):
            with refused("PT404", "message_not_found"):
                stranger.run(statement, forged)
        assert stranger.run("select * from channel_outbox") == []


class TestOrder:
    def test_a_chat_gets_one_part_at_a_time_and_chats_side_by_side(
        self, database: Database
    ) -> None:
        users = [linked_user(database) for _ in range(2)]
        for user in users:
            user.answer(user.continue_session())
        first, second = must_claim(database), must_claim(database)
        assert {first["external_chat_id"], second["external_chat_id"]} == {
            user.account for user in users
        }
        assert claim(database) is None
        send(database, first)
        assert must_claim(database)["external_chat_id"] == first["external_chat_id"]

    def test_what_follows_a_running_answer_waits_for_it(self, user: LinkedUser) -> None:
        session_id = user.continue_session()
        running = user.say(session_id)
        waiting = user.begin(session_id, "From the web")
        assert claim(user.database) is None
        user.complete(running)
        user.complete(waiting)
        sent = [number for _, number in deliver_all(user.database)]
        assert sent == [ids(running)[1], *ids(waiting)]

    def test_a_running_answer_does_not_hold_up_another_session(self, user: LinkedUser) -> None:
        user.say(user.continue_session())
        other = user.continue_session(is_new=True)
        user.complete(user.say(other))
        assert len(deliver_all(user.database)) == 1

    def test_of_many_senders_at_once_one_gets_the_part(self, user: LinkedUser) -> None:
        user.answer(user.continue_session())
        claimed = race([lambda: claim(user.database)] * 6)
        assert len([delivery for delivery in claimed if delivery]) == 1

    def test_what_a_dead_process_held_is_sent_by_another(self, user: LinkedUser) -> None:
        user.complete(user.say(user.continue_session()))
        dead = must_claim(user.database)
        rows(user.database, "update channel_outbox set lease_expires_at = now()")
        alive = must_claim(user.database)
        assert send(user.database, dead) == {"is_held": False}
        assert send(user.database, alive) == {"is_held": True}


class TestParts:
    def test_parts_are_stored_once_and_sent_in_order(self, user: LinkedUser) -> None:
        user.complete(user.say(user.continue_session()))
        first = must_claim(user.database)
        cut = {"parts": [{"text": f"part {number}"} for number in range(12)]}
        serve(user.database, "update_channel_delivery", **held(first), parts=cut)
        again = {"parts": [{"text": "part 0"}, {"text": "cut otherwise"}]}
        serve(user.database, "update_channel_delivery", **held(first), parts=again)
        send(user.database, first)
        bodies = []
        while (delivery := claim(user.database)) is not None:
            bodies.append(delivery["body"]["text"])
            send(user.database, delivery)
        assert bodies == [f"part {number}" for number in range(1, 12)]

    def test_without_the_lease_nothing_is_cut(self, user: LinkedUser) -> None:
        user.complete(user.say(user.continue_session()))
        first = must_claim(user.database)
        rows(user.database, "update channel_outbox set lease_token = gen_random_uuid()")
        answer = serve(
            user.database,
            "update_channel_delivery",
            **held(first),
            parts={"parts": [{}, {}]},
        )
        assert answer == {"is_held": False}
        assert rows(user.database, "select count(*) from channel_outbox") == [(1,)]
