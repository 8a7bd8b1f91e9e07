"""fail_turn_v2: an answer that is not complete ends with all that is kept of it, or not at all."""

import uuid

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import (
    Json,
    RegistryUser,
    checkpoint_of,
    lease,
    new_user,
)
from tests.supabase.migrations.schedule_user import serve

KEPT = "So far, so good"
USAGE = {"input_tokens": 7, "output_tokens": 3, "requests": 2}
STEPS = [{"name": "search", "label": "Searched", "status": "done", "offset": 0}]


@pytest.fixture
def user(shared_database: Database) -> RegistryUser:
    return new_user(shared_database)


@pytest.fixture
def session_id(user: RegistryUser) -> str:
    return user.new_session()


def fail(user: RegistryUser, turn: Json, status: str | None, **parameters: object) -> Json:
    return user.call_as_service("fail_turn_v2", **lease(turn), status=status, **parameters)


@pytest.mark.parametrize("status", ["failed", "interrupted", "cancelled"])
def test_stores_all_that_is_kept_of_the_answer_and_nothing_of_its_memory(
    user: RegistryUser, session_id: str, status: str
) -> None:
    turn = user.begin(session_id)
    ended = fail(
        user,
        turn,
        status,
        content="Half",
        failure_reason="r" * 1001,
        model_id="small",
        provider_id="demo",
        fallback_notice="The first model was busy.",
        memory={"usage": USAGE, "tool_steps": STEPS, "items": [{"item": {"type": "x"}}]},
    )
    assert ended["is_held"] is True
    expected = {
        "status": status,
        "content": "Half",
        "failure_reason": "r" * 1000,
        "model_id": "small",
        "provider_id": "demo",
        "fallback_notice": "The first model was busy.",
        "usage": USAGE,
        "tool_steps": STEPS,
        "item": None,
    }
    assert ended["message"].items() >= expected.items()
    items = user.call("list_session_items", session_id=session_id)["messages"]
    assert [item["role"] for item in items] == ["user", "assistant"]


@pytest.mark.parametrize("memory", [None, {}, {"usage": None, "tool_steps": None}])
def test_keeps_what_was_checkpointed_where_nothing_newer_is_given(
    user: RegistryUser, session_id: str, memory: Json | None
) -> None:
    turn = user.begin(session_id)
    given = checkpoint_of(user, turn, KEPT, usage=USAGE, tool_steps=STEPS)
    serve(user.database, "checkpoint_turns", checkpoints={"checkpoints": [given]})
    message = fail(user, turn, "failed", memory=memory)["message"]
    kept = (message["content"], message["usage"], message["tool_steps"])
    assert kept == (KEPT, USAGE, STEPS)


def test_needs_the_lease_and_a_kind_of_failure(user: RegistryUser, session_id: str) -> None:
    turn = user.begin(session_id)
    for other in [turn | {"lease_token": token} for token in (str(uuid.uuid4()), None)]:
        ended = fail(user, other, "cancelled", memory={"usage": USAGE})
        assert (ended["is_held"], ended["message"]["usage"]) == (False, None)
        assert ended["message"]["status"] == "streaming"
    for status in ("complete", "streaming", None):
        with refused("PT422", "validation_failed", "status"):
            fail(user, turn, status)
    with refused("PT404", "message_not_found", "message_id"):
        fail(new_user(user.database), turn, "failed")
