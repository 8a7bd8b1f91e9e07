"""What a user may not do to their own schedules, runs and runs' sessions, past the server."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.outcomes import refused
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.schedule_user import begin_run, claim, new_schedule


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


@pytest.fixture
def schedule_id(user: RegistryUser) -> str:
    return new_schedule(user)


class TestDirectWrites:
    @pytest.fixture
    def session_id(self, user: RegistryUser, schedule_id: str) -> str:
        begin_run(user, schedule_id)
        session_id: str = claim(user.database)[0]["session_id"]
        return session_id

    @pytest.mark.parametrize(
        "statement",
        [
            "update scheduled_runs set status = 'completed', finished_at = now()"
            " where session_id = %s",
            "update scheduled_runs set failure_reason = 'x' where session_id = %s",
            "update scheduled_runs set available_at = now() where session_id = %s",
        ],
    )
    def test_a_user_does_not_change_a_run(
        self, user: RegistryUser, session_id: str, statement: str
    ) -> None:
        with refused("PT422", "validation_failed", "run_id"):
            user.run(statement, (session_id,))

    @pytest.mark.parametrize(
        "statement",
        [
            "update chat_sessions set schedule_id = null where session_id = %s",
            "update chat_sessions set is_folded = false where session_id = %s",
        ],
    )
    def test_a_user_does_not_change_what_ties_a_session_to_its_run(
        self, user: RegistryUser, session_id: str, statement: str
    ) -> None:
        before = user.session(session_id)
        user.run(statement, (session_id,))
        after = user.session(session_id)
        for name in ("schedule_id", "is_folded"):
            assert after[name] == before[name]

    def test_a_user_makes_no_session_of_a_schedule(
        self, user: RegistryUser, schedule_id: str
    ) -> None:
        [(found, is_folded)] = user.run(
            "insert into chat_sessions (user_id, schedule_id, is_folded) values (%s, %s, true)"
            " returning schedule_id, is_folded",
            (user.id, schedule_id),
        )
        assert (found, is_folded) == (None, False)

    @pytest.mark.parametrize(
        "statement",
        [
            "delete from agent_schedules",
            "insert into agent_schedules default values",
            "delete from scheduled_runs",
            "insert into scheduled_runs default values",
        ],
    )
    def test_a_user_neither_makes_nor_deletes_rows(
        self, user: RegistryUser, statement: str
    ) -> None:
        with refused("42501"):
            user.run(statement)

    def test_a_message_of_the_user_unfolds_the_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.answer(session_id, "Tell me more")
        session = user.session(session_id)
        assert (session["is_folded"], session["is_active"]) == (False, False)
