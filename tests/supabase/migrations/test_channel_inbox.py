"""What came in: stored once, handed out in order per chat, done or dead, never forgotten."""

import uuid
from typing import Any

from tests.stack.database import Database
from tests.supabase.migrations.channel_user import rows, serve
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json

BOT = 42


def store(database: Database, *updates: tuple[int, str], bot_id: int = BOT) -> int:
    """Stores updates given as (update id, chat); returns how many were new."""
    given = {
        "updates": [
            {"update_id": number, "chat_key": chat, "payload": {"number": number}}
            for number, chat in updates
        ]
    }
    count: int = serve(database, "upsert_channel_updates", bot_id=bot_id, updates=given)["count"]
    return count


def claim(database: Database, *, bot_id: int = BOT) -> Json | None:
    update: Json | None = serve(database, "claim_channel_update", bot_id=bot_id)["update"]
    return update


def must_claim(database: Database) -> Json:
    update = claim(database)
    assert update is not None
    return update


def lease_of(update: Json) -> dict[str, Any]:
    return {"id": update["id"], "lease_token": update["lease_token"]}


def complete(database: Database, update: Json) -> bool:
    is_held: bool = serve(database, "complete_channel_update", **lease_of(update))["is_held"]
    return is_held


def fail(database: Database, update: Json, **parameters: object) -> Json:
    given = {"error": "broke", "retry_seconds": 0} | parameters
    return serve(database, "fail_channel_update", **lease_of(update), **given)


def expire(database: Database) -> None:
    rows(
        database,
        "update channel_inbox set lease_expires_at = now() where lease_token is not null",
    )


class TestUpsertUpdates:
    def test_an_update_is_stored_once_however_often_it_comes(self, database: Database) -> None:
        assert store(database, (1, "a"), (1, "a"), (2, "a")) == 2
        assert store(database, (1, "a"), (3, "a")) == 1
        [(count,)] = rows(database, "select count(*) from channel_inbox")
        assert count == 3

    def test_many_that_store_the_same_update_at_once_store_one(self, database: Database) -> None:
        counts = race([lambda: store(database, (1, "a"))] * 6)
        assert sorted(counts) == [0, 0, 0, 0, 0, 1]

    def test_one_that_is_done_is_not_stored_again(self, database: Database) -> None:
        store(database, (1, "a"))
        complete(database, must_claim(database))
        assert store(database, (1, "a")) == 0
        assert claim(database) is None

    def test_bots_do_not_share_numbers(self, database: Database) -> None:
        assert store(database, (1, "a")) == 1
        assert store(database, (1, "a"), bot_id=BOT + 1) == 1

    def test_an_argument_wrapped_in_a_string_is_unwrapped(self, database: Database) -> None:
        with database.as_service() as connection:
            row = connection.execute(
                "select public.upsert_channel_updates(1, to_jsonb(%s::text))",
                ('{"updates": [{"update_id": 1, "chat_key": "a", "payload": {}}]}',),
            ).fetchone()
        assert row == ({"count": 1},)

    def test_what_was_done_long_ago_goes(self, database: Database) -> None:
        store(database, (1, "a"), (2, "a"))
        complete(database, must_claim(database))
        rows(database, "update channel_inbox set ended_at = now() - interval '8 days'")
        store(database, (3, "a"))
        assert rows(database, "select update_id from channel_inbox order by 1") == [
            (2,),
            (3,),
        ]

    def test_what_is_dead_stays_for_a_month(self, database: Database) -> None:
        store(database, (1, "a"), (2, "b"))
        for days in (29, 31):
            fail(database, must_claim(database), max_attempts=1)
            age = "update channel_inbox set ended_at = now() - %s * interval '1 day'"
            rows(database, f"{age} where ended_at > now() - interval '1 day'", days)
        store(database, (3, "a"))
        assert rows(database, "select update_id, status from channel_inbox order by 1") == [
            (1, "dead"),
            (3, "pending"),
        ]


class TestClaimUpdate:
    def test_hands_out_the_oldest_of_a_chat_whatever_came_first(self, database: Database) -> None:
        store(database, (7, "a"), (9, "a"))
        store(database, (8, "a"))
        seen = []
        while (update := claim(database)) is not None:
            seen.append(update["payload"]["number"])
            complete(database, update)
        assert seen == [7, 8, 9]

    def test_a_chat_is_worked_on_once_at_a_time_and_chats_side_by_side(
        self, database: Database
    ) -> None:
        store(database, (1, "a"), (2, "a"), (3, "b"))
        first, second = must_claim(database), must_claim(database)
        assert (first["update_id"], second["update_id"]) == (1, 3)
        assert claim(database) is None
        complete(database, first)
        assert must_claim(database)["update_id"] == 2

    def test_of_many_that_ask_at_once_one_gets_it(self, database: Database) -> None:
        store(database, (1, "a"), (2, "a"))
        claimed = race([lambda: claim(database)] * 6)
        assert [update["update_id"] for update in claimed if update] == [1]

    def test_what_a_dead_process_held_is_handed_out_again(self, database: Database) -> None:
        store(database, (1, "a"))
        dead = must_claim(database)
        expire(database)
        alive = must_claim(database)
        assert alive["id"] == dead["id"]
        assert complete(database, dead) is False
        assert complete(database, alive) is True

    def test_one_that_kills_every_process_is_set_aside(self, database: Database) -> None:
        store(database, (1, "a"), (2, "a"))
        for _ in range(10):
            assert must_claim(database)["update_id"] == 1
            expire(database)
        assert must_claim(database)["update_id"] == 2
        [(status, error)] = rows(
            database, "select status, error from channel_inbox where update_id = 1"
        )
        assert status == "dead"
        assert error


class TestEndOfAnUpdate:
    def test_a_done_one_keeps_nothing_of_what_was_said(self, database: Database) -> None:
        store(database, (1, "a"))
        complete(database, must_claim(database))
        [row] = rows(database, "select status, payload, ended_at is not null from channel_inbox")
        assert row == ("done", None, True)

    def test_a_failed_one_comes_again_and_holds_its_chat_up_until_then(
        self, database: Database
    ) -> None:
        store(database, (1, "a"), (2, "a"))
        fail(database, must_claim(database), retry_seconds=60)
        assert claim(database) is None
        rows(database, "update channel_inbox set available_at = now()")
        assert must_claim(database)["update_id"] == 1

    def test_after_its_last_attempt_it_is_dead_and_lets_the_next_one_pass(
        self, database: Database
    ) -> None:
        store(database, (1, "a"), (2, "a"))
        first = fail(database, must_claim(database), max_attempts=2)
        second = fail(database, must_claim(database), max_attempts=2)
        assert (first["status"], second["status"]) == ("pending", "dead")
        assert must_claim(database)["update_id"] == 2
        [row] = rows(database, "select error, payload from channel_inbox where status = 'dead'")
        assert row == ("broke", {"number": 1})

    def test_an_attempt_that_says_nothing_of_the_update_does_not_count(
        self, database: Database
    ) -> None:
        store(database, (1, "a"))
        for _ in range(12):
            assert fail(database, must_claim(database))["status"] == "pending"
        assert must_claim(database)["attempts"] == 1

    def test_without_the_lease_nothing_is_failed(self, database: Database) -> None:
        store(database, (1, "a"))
        update = must_claim(database) | {"lease_token": uuid.uuid4()}
        assert fail(database, update) == {"is_held": False, "status": None}


class TestClaimPoller:
    def test_one_holds_it_until_it_is_late(self, database: Database) -> None:
        one, other = uuid.uuid4(), uuid.uuid4()

        def ask(holder: uuid.UUID) -> bool:
            answer = serve(database, "claim_channel_poller", bot_id=BOT, holder=holder)
            is_held: bool = answer["is_held"]
            return is_held

        assert [ask(one), ask(other), ask(one)] == [True, False, True]
        rows(
            database,
            "update channel_pollers set lease_expires_at = now() - interval '1 s'",
        )
        assert [ask(other), ask(one)] == [True, False]

    def test_of_many_that_ask_at_once_one_holds_it(self, database: Database) -> None:
        answers = race(
            [
                lambda: serve(database, "claim_channel_poller", bot_id=BOT, holder=uuid.uuid4())
                for _ in range(6)
            ]
        )
        assert [answer["is_held"] for answer in answers].count(True) == 1
