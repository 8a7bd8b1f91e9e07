"""Answers that end in several ways at the same instant: one way wins, and nobody waits for ever."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count

import psycopg
import pytest

from tests.stack.database import Connection, Database
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    call,
    lease,
    new_user,
    run,
)

ROUNDS = 100
THREADS = 8
STEPS = 25
USAGE = {"input_tokens": 7, "output_tokens": 3, "requests": 2}
FAILED: Json = {"status": "failed", "content": "Half", "memory": {"usage": USAGE}}
TEXTS = {
    "complete": {"Done"},
    "failed": {"Half"},
    "cancelled": {"", "So far"},
    "interrupted": {"", "So far"},
}


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


@pytest.fixture
def services(database: Database) -> Iterator[list[Connection]]:
    """Connections that the secret key's requests come on, one transaction each."""
    with ExitStack() as stack:
        connections = [
            stack.enter_context(psycopg.connect(database.authenticator_url, autocommit=True))
            for _ in range(THREADS)
        ]
        for connection in connections:
            connection.execute("set role service_role")
        yield connections


class TestOneAnswer:
    def test_completed_failed_cancelled_and_swept_at_once_ends_one_way(
        self, user: RegistryUser, services: list[Connection]
    ) -> None:
        ways = set()
        for number in range(ROUNDS):
            turn = lost_turn(services[-1], user)
            named = {"user_id": user.id, "message_id": turn["assistant_message"]["id"]}
            held = {"user_id": user.id} | lease(turn)
            actions = [
                partial(call, services[0], "complete_turn_v2", **held, content="Done"),
                partial(call, services[1], "fail_turn", **named, status="cancelled"),
                partial(call, services[2], "fail_expired_turns"),
                partial(call, services[3], "checkpoint_turn", **held, content="So far"),
                partial(call, services[4], "fail_turn_v2", **held, **FAILED),
            ]
            # Each is the first to be let go in its turn.
            order = [(number + place) % len(actions) for place in range(len(actions))]
            answers = race([actions[place] for place in order])
            completed, cancelled, swept, checked, failed = (
                answers[order.index(n)] for n in range(5)
            )
            wins = [answer.get("is_held", answer.get("count") == 1) for answer in
                    (completed, cancelled, swept, failed)]  # fmt: skip
            assert sum(wins) == 1
            way = ("complete", "cancelled", "interrupted", "failed")[wins.index(True)]
            [(status, content, usage)] = run(
                services[-1],
                "select status, content, usage from chat_message_history where id = %s",
                (named["message_id"],),
            )
            assert status == way
            assert content in TEXTS[way]
            assert usage == (USAGE if way == "failed" else None)
            assert checked["status"] in {"streaming", way}
            for answer in (completed, cancelled, failed):
                assert answer["message"]["status"] == way
            ways.add(way)
        assert len(ways) > 1


class TestOneSession:
    def test_turns_that_live_side_by_side_never_block_each_other_for_good(
        self, user: RegistryUser, services: list[Connection]
    ) -> None:
        session_id = user.new_session()
        request = count()

        def live(connection: Connection, seed: int) -> int:
            choose = random.Random(seed)
            ended = 0
            for _ in range(STEPS):
                turn = call(
                    connection,
                    "begin_turn",
                    user_id=user.id,
                    session_id=session_id,
                    content="Hello",
                    client_request_id=f"request-{next(request)}",
                )
                held = {"user_id": user.id} | lease(turn)
                for _ in range(choose.randint(0, 2)):
                    call(connection, "checkpoint_turn", **held, content="So far")
                    call(connection, "claim_turn", **held)
                ended += end(connection, held, choose)["is_held"]
            return ended

        ended = race([partial(live, services[n], n) for n in range(THREADS)])
        assert ended == [STEPS] * THREADS
        session = user.session(session_id)
        assert session["message_count"] == 2 * THREADS * STEPS
        assert session["is_answering"] is False

    def test_deleted_while_turns_run_leaves_nothing_behind(
        self, user: RegistryUser, services: list[Connection]
    ) -> None:
        for _ in range(ROUNDS // 5):
            session_id = user.new_session()
            turn = user.begin(session_id)
            held = {"user_id": user.id, "content": "x"} | lease(turn)
            begun = {"user_id": user.id, "content": "x", "session_id": session_id}
            delete = "delete from chat_sessions where session_id = %s"
            actions: list[Callable[[], object]] = [
                partial(call, services[0], "complete_turn", **held),
                partial(call, services[1], "checkpoint_turn", **held),
                partial(call, services[2], "begin_turn", **begun, client_request_id=session_id),
                partial(services[3].execute, delete, (session_id,)),
            ]
            race([partial(not_found_or, action) for action in actions])
        assert user.run("select id from chat_message_history") == []


def lost_turn(connection: Connection, user: RegistryUser) -> Json:
    """Begins a turn in a session of its own and lets its lease run out."""
    session = call(connection, "upsert_chat_session", user_id=user.id)["session"]
    turn = call(
        connection,
        "begin_turn",
        user_id=user.id,
        session_id=session["session_id"],
        content="Hello",
        client_request_id=session["session_id"],
    )
    run(
        connection,
        "update chat_message_history set lease_expires_at = now() - interval '1 minute'"
        " where id = %s",
        (turn["assistant_message"]["id"],),
    )
    return turn


def end(connection: Connection, held: Json, choose: random.Random) -> Json:
    """Ends a turn one way or another."""
    if choose.random() < 0.5:
        return call(connection, "complete_turn", **held, content="Done")
    return call(connection, "fail_turn", **held, status="failed")


def not_found_or(action: Callable[[], object]) -> object:
    """Runs the action; that its session or message is gone is no error."""
    try:
        return action()
    except psycopg.DatabaseError as error:
        if error.sqlstate != "PT404":
            raise
    return None
