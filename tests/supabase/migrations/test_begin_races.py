"""Sessions and messages that arrive at the same instant, on connections of their own."""

import uuid
from collections.abc import Callable
from functools import partial

import psycopg
import pytest

from tests.stack.database import Database
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import Json, RegistryUser, new_user

AT_ONCE = 50
ROUNDS = 20


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


def code_or(action: Callable[[], object]) -> object:
    """What the action returns, or the message of its refusal."""
    try:
        return action()
    except psycopg.DatabaseError as error:
        return str(error.diag.message_primary)


class TestOneRequest:
    def test_sent_fifty_times_at_once_is_one_message_and_one_answer(
        self, user: RegistryUser
    ) -> None:
        session_id = user.new_session()
        send = partial(user.begin, session_id, "Hello", client_request_id="r1")
        turns = race([send] * AT_ONCE)
        assert sorted(turn["is_replay"] for turn in turns) == [False] + [True] * (AT_ONCE - 1)
        assert len({turn["user_message"]["id"] for turn in turns}) == 1
        assert len({turn["assistant_message"]["id"] for turn in turns}) == 1
        assert sum(turn["lease_token"] is not None for turn in turns) == 1
        session = user.session(session_id)
        assert (len(session["messages"]), session["message_count"]) == (2, 2)

    def test_sent_to_two_sessions_at_once_begins_one_turn(self, user: RegistryUser) -> None:
        sessions = [user.new_session(), user.new_session()]
        for number in range(ROUNDS):
            request_id = f"round-{number}"
            answers = race(
                [
                    partial(code_or, partial(user.begin, s, "Hello", client_request_id=request_id))
                    for s in sessions
                ]
            )
            refused = [answer for answer in answers if isinstance(answer, str)]
            assert refused == ["request_id_reused"]
        counts = [user.session(session_id)["message_count"] for session_id in sessions]
        assert sum(counts) == 2 * ROUNDS

    def test_with_other_content_at_once_is_one_turn(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        for number in range(ROUNDS):
            answers = race(
                [
                    partial(
                        code_or,
                        partial(user.begin, session_id, content, client_request_id=f"r{number}"),
                    )
                    for content in ("Hello", "Bye")
                ]
            )
            assert [a for a in answers if isinstance(a, str)] == ["request_id_reused"]


class TestManyRequests:
    def test_at_once_in_one_session_are_one_chain_in_order(self, user: RegistryUser) -> None:
        session_id = user.new_session()
        turns = race([partial(user.begin, session_id)] * AT_ONCE)
        turns.sort(key=lambda turn: int(turn["user_message"]["id"]))
        chain = [turn[key]["id"] for turn in turns for key in ("user_message", "assistant_message")]
        assert chain == sorted(chain)
        assert user.branch(session_id) == chain
        assert [turn["turns_ahead"] for turn in turns] == list(range(AT_ONCE))
        session = user.session(session_id)
        assert session["message_count"] == 2 * AT_ONCE
        times = [message["created_at"] for message in session["messages"]]
        assert times == sorted(times)

    def test_of_two_users_at_once_stay_apart(self, user: RegistryUser) -> None:
        users = [user, new_user(user.database)]
        sessions = {person.id: person.new_session() for person in users}
        race([partial(p.begin, sessions[p.id], str(p.id)) for p in users * 20])
        for person in users:
            messages = person.session(sessions[person.id])["messages"]
            said = {m["content"] for m in messages if m["role"] == "user"}
            assert (said, len(messages)) == ({str(person.id)}, 40)

    def test_begun_and_appended_at_once_are_one_chain(self, user: RegistryUser) -> None:
        session_id = user.new_session()

        def begin() -> list[int]:
            turn = user.begin(session_id)
            return [turn["user_message"]["id"], turn["assistant_message"]["id"]]

        actions: list[Callable[[], list[int]]] = [
            begin,
            partial(user.append, session_id, "1", "2", "3"),
        ]
        added = race(actions * 8)
        branch = user.branch(session_id)
        assert sorted(branch) == branch == sorted(number for ids in added for number in ids)
        for ids in added:
            place = branch.index(ids[0])
            assert branch[place : place + len(ids)] == ids


class TestDirectInserts:
    def test_at_once_keep_the_count_exact_and_the_chain_whole(self, user: RegistryUser) -> None:
        session_id = user.new_session()

        def append_some() -> list[int]:
            return [i for n in range(10) for i in user.append(session_id, str(n))]

        added = race([append_some] * 16)
        session = user.session(session_id)
        assert session["message_count"] == 160
        branch = [message["id"] for message in session["messages"]]
        assert branch == sorted(number for ids in added for number in ids)
        times = [message["created_at"] for message in session["messages"]]
        assert times == sorted(times)

    def test_at_once_to_many_sessions_keep_every_count_exact(self, user: RegistryUser) -> None:
        sessions = [user.new_session() for _ in range(4)]
        race([partial(user.append, sessions[n % 4], "1", "2") for n in range(24)])
        assert [user.session(session_id)["message_count"] for session_id in sessions] == [12] * 4


class TestNewSessions:
    def test_of_one_id_and_user_at_once_are_one(self, user: RegistryUser) -> None:
        for _ in range(ROUNDS):
            upsert = partial(user.call, "upsert_chat_session", session_id=str(uuid.uuid4()))
            answers: list[Json] = race([upsert] * 10)
            assert sum(answer["created"] for answer in answers) == 1
            assert len({answer["session"]["chat_id"] for answer in answers}) == 1

    def test_of_one_id_by_many_users_at_once_are_the_firsts(self, user: RegistryUser) -> None:
        session_id = str(uuid.uuid4())
        users = [user] + [new_user(user.database) for _ in range(9)]
        answers = race(
            [partial(code_or, partial(u.new_session, session_id=session_id)) for u in users]
        )
        assert sorted(map(str, answers)) == sorted([session_id] + ["session_id_taken"] * 9)
