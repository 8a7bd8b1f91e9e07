"""Claims, checkpoints and endings of a turn: what follows on begin_turn."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import Json, RegistryUser, expire, lease, new_user

KEPT = "So far, so good"


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def checkpoint(user: RegistryUser, turn: Json, content: str | None = KEPT) -> Json:
    return user.call_as_service("checkpoint_turn", **lease(turn), content=content)


def fail(user: RegistryUser, turn: Json, status: str, **parameters: object) -> Json:
    return user.call_as_service("fail_turn", **lease(turn), status=status, **parameters)


def cancel(user: RegistryUser, session_id: str, turn: Json) -> Json:
    message_id = turn["assistant_message"]["id"]
    return user.call("fail_turn", message_id=message_id, session_id=session_id, status="cancelled")


def without_the_lease(turn: Json) -> Json:
    return turn | {"lease_token": str(uuid.uuid4())}


def seconds_left(user: RegistryUser, turn: Json) -> int:
    [(seconds,)] = user.run(
        "select round(extract(epoch from lease_expires_at - updated_at))::integer"
        " from chat_message_history where id = %s",
        (turn["assistant_message"]["id"],),
    )
    assert isinstance(seconds, int)
    return seconds


class TestClaim:
    def test_tells_how_many_are_ahead_until_it_is_next(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first, second = user.begin(session_id), user.begin(session_id)
        waiting = {"is_held": True, "turns_ahead": 1}
        assert user.call_as_service("claim_turn", **lease(second)) == waiting
        user.complete(first)
        assert user.call_as_service("claim_turn", **lease(second)) == {
            "is_held": True,
            "turns_ahead": 0,
        }

    def test_passes_over_a_turn_whose_lease_ran_out(
        self, user: RegistryUser, session_id: str
    ) -> None:
        first, second = user.begin(session_id), user.begin(session_id)
        expire(user.database, first["assistant_message"]["id"])
        assert user.call_as_service("claim_turn", **lease(second))["turns_ahead"] == 0

    @pytest.mark.parametrize(("asked", "given"), [(30, 30), (0, 1), (10_000, 600)])
    def test_renews_the_lease_within_bounds(
        self, user: RegistryUser, session_id: str, asked: int, given: int
    ) -> None:
        turn = user.begin(session_id)
        user.call_as_service("claim_turn", **lease(turn), lease_seconds=asked)
        assert seconds_left(user, turn) == given

    def test_saves_a_turn_whose_own_lease_ran_out_unnoticed(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        expire(user.database, turn["assistant_message"]["id"])
        assert user.call_as_service("claim_turn", **lease(turn))["is_held"] is True

    def test_is_not_held_after_a_cancel(self, user: RegistryUser, session_id: str) -> None:
        turn = user.begin(session_id)
        cancel(user, session_id, turn)
        assert user.call_as_service("claim_turn", **lease(turn))["is_held"] is False


class TestCheckpoint:
    def test_stores_the_text_and_renews_the_lease(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        expire(user.database, turn["assistant_message"]["id"])
        assert checkpoint(user, turn) == {"is_held": True, "status": "streaming"}
        assert user.session(session_id)["messages"][-1]["content"] == KEPT
        assert seconds_left(user, turn) == 30

    def test_without_a_text_keeps_what_is_stored(self, user: RegistryUser, session_id: str) -> None:
        turn = user.begin(session_id)
        checkpoint(user, turn)
        assert checkpoint(user, turn, None)["is_held"] is True
        assert user.session(session_id)["messages"][-1]["content"] == KEPT

    def test_tells_how_the_answer_ended_meanwhile(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        cancel(user, session_id, turn)
        assert checkpoint(user, turn) == {"is_held": False, "status": "cancelled"}
        assert user.session(session_id)["messages"][-1]["content"] == ""


class TestComplete:
    def test_stores_the_answer_as_it_was_given(self, user: RegistryUser, session_id: str) -> None:
        turn = user.begin(session_id)
        given = {
            "model_id": "demo",
            "provider_id": "demo",
            "fallback_notice": "The first model was busy.",
            "item": {"type": "message"},
        }
        ended = user.complete(turn, "Hi", **given)
        assert ended["is_held"] is True
        expected = given | {"status": "complete", "content": "Hi", "failure_reason": None}
        assert ended["message"].items() >= expected.items()
        assert ended["session"]["last_message_preview"] == "Hi"
        assert (ended["session"]["is_answering"], ended["session"]["message_count"]) == (False, 2)

    def test_shortens_a_notice_that_is_too_long(self, user: RegistryUser, session_id: str) -> None:
        ended = user.complete(user.begin(session_id), fallback_notice="n" * 1001)
        assert ended["message"]["fallback_notice"] == "n" * 1000

    def test_of_a_session_that_is_gone_is_not_found(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        user.run("delete from chat_sessions where session_id = %s", (session_id,))
        with refused("PT404", "message_not_found", "message_id"):
            user.complete(turn)


class TestFail:
    @pytest.mark.parametrize("status", ["failed", "interrupted", "cancelled"])
    def test_ends_the_answer_and_keeps_the_text_so_far(
        self, user: RegistryUser, session_id: str, status: str
    ) -> None:
        turn = user.begin(session_id)
        checkpoint(user, turn)
        ended = fail(user, turn, status, failure_reason="Why not", model_id="demo")
        assert ended["is_held"] is True
        message = ended["message"]
        assert (message["status"], message["content"]) == (status, KEPT)
        assert (message["failure_reason"], message["model_id"]) == ("Why not", "demo")
        assert ended["session"]["last_message_preview"] == KEPT

    def test_stores_a_last_text_when_one_is_given(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        checkpoint(user, turn)
        assert fail(user, turn, "failed", content="More")["message"]["content"] == "More"

    @pytest.mark.parametrize(("reason", "kept"), [("r" * 1001, "r" * 1000), ("", None)])
    def test_never_fails_for_its_reason(
        self, user: RegistryUser, session_id: str, reason: str, kept: str | None
    ) -> None:
        ended = fail(user, user.begin(session_id), "failed", failure_reason=reason)
        assert ended["message"]["failure_reason"] == kept

    def test_as_a_cancel_needs_no_lease(self, user: RegistryUser, session_id: str) -> None:
        turn = user.begin(session_id)
        ended = cancel(user, session_id, turn)
        assert (ended["is_held"], ended["message"]["status"]) == (True, "cancelled")

    @pytest.mark.parametrize("status", ["failed", "interrupted"])
    def test_as_anything_else_needs_the_lease(
        self, user: RegistryUser, session_id: str, status: str
    ) -> None:
        message_id = user.begin(session_id)["assistant_message"]["id"]
        with refused("PT422", "validation_failed", "lease_token"):
            user.call("fail_turn", message_id=message_id, status=status)

    @pytest.mark.parametrize("status", ["complete", "streaming", "done", None])
    def test_as_no_kind_of_failure_is_refused(
        self, user: RegistryUser, session_id: str, status: str
    ) -> None:
        with refused("PT422", "validation_failed", "status"):
            fail(user, user.begin(session_id), status)

    def test_in_another_session_or_of_a_users_message_is_not_found(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        with refused("PT404", "message_not_found", "message_id"):
            cancel(user, user.new_session(), turn)
        with refused("PT404", "message_not_found", "message_id"):
            fail(user, turn | {"assistant_message": turn["user_message"]}, "cancelled")


class TestFence:
    @pytest.mark.parametrize("status", ["complete", "failed", "interrupted", "cancelled"])
    def test_what_has_ended_is_answered_as_it_is_whoever_asks(
        self, user: RegistryUser, session_id: str, status: str
    ) -> None:
        turn = user.begin(session_id)
        end = user.complete(turn) if status == "complete" else fail(user, turn, status)
        later = [
            user.complete(turn, "Late"),
            fail(user, turn, "failed", content="Late"),
            user.call_as_service("fail_turn_v2", **lease(turn), status="failed", content="Late"),
            cancel(user, session_id, turn),
        ]
        assert later == [end | {"is_held": False}] * 4
        assert checkpoint(user, turn) == {"is_held": False, "status": status}

    def test_without_the_lease_nothing_is_written(
        self, user: RegistryUser, session_id: str
    ) -> None:
        turn = user.begin(session_id)
        before = user.session(session_id)
        other = without_the_lease(turn)
        assert checkpoint(user, other) == {"is_held": False, "status": "streaming"}
        assert user.call_as_service("claim_turn", **lease(other))["is_held"] is False
        assert user.complete(other, "Not mine")["is_held"] is False
        assert user.complete(turn | {"lease_token": None}, "Not mine")["is_held"] is False
        assert fail(user, other, "failed")["is_held"] is False
        assert user.session(session_id) == before
