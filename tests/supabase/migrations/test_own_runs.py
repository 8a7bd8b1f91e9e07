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
        "change_of",
        [
            "status = 'completed', finished_at = now()",
            "failure_reason = 'x'",
            "available_at = now()",
        ],
    )
    def test_a_user_does_not_change_a_run(
        self, user: RegistryUser, session_id: str, change_of: str
    ) -> None:
        statement = f"update scheduled_runs set {change_of} where session_id = %s"  # noqa: S608 - from above
        with refused("PT422", "validation_failed", "run_id"):
            user.run(statement, (session_id,))

    @pytest.mark.parametrize("column", ["schedule_id = null", "is_folded = false"])
    def test_a_user_does_not_change_what_ties_a_session_to_its_run(
        self, user: RegistryUser, session_id: str, column: str
    ) -> None:
        before = user.session(session_id)
        user.run(f"update chat_sessions set {column} where session_id = %s", (session_id,))  # noqa: S608 - from above
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

    @pytest.mark.parametrize("table", ["agent_schedules", "scheduled_runs"])
    def test_a_user_neither_makes_nor_deletes_rows(self, user: RegistryUser, table: str) -> None:
        for statement in (f"delete from {table}", f"insert into {table} default values"):  # noqa: S608 - from above
            with refused("42501"):
                user.run(statement)

    def test_a_message_of_the_user_unfolds_the_session(
        self, user: RegistryUser, session_id: str
    ) -> None:
        user.answer(session_id, "Tell me more")
        session = user.session(session_id)
        assert (session["is_folded"], session["is_active"]) == (False, False)
