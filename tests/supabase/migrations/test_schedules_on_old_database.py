"""The migrations of schedules on a database that is in use."""

import uuid

from tests.stack.database import Database, apply_migrations
from tests.supabase.migrations.registry_user import RegistryUser, run
from tests.supabase.migrations.schedule_user import (
    begin_run,
    begin_turn,
    claim,
    new_schedule,
    runs,
)

LAST_FILE_WITHOUT_SCHEDULES = "20261110090400"


def test_sessions_stay_unfolded_and_lose_a_schedule_that_never_was(
    bare_database: Database,
) -> None:
    apply_migrations(bare_database, upto=LAST_FILE_WITHOUT_SCHEDULES)
    user = RegistryUser(bare_database, bare_database.create_user())
    with bare_database.connect() as connection:
        for channel, session_id in (("web", str(uuid.uuid4())), ("scheduled", "scheduled:1")):
            run(
                connection,
                "insert into chat_sessions (user_id, session_id, channel, schedule_id)"
                " values (%s, %s, %s, gen_random_uuid())",
                (user.id, session_id, channel),
            )
    turn = user.begin("scheduled:1", channel="scheduled")
    apply_migrations(bare_database, after=LAST_FILE_WITHOUT_SCHEDULES)
    with bare_database.connect() as connection:
        found = run(connection, "select schedule_id, is_folded from chat_sessions")
    assert found == [(None, False)] * 2
    # An answer that began before ends as it would have.
    user.complete(turn)
    assert user.session("scheduled:1")["messages"][-1]["status"] == "complete"

    schedule_id = new_schedule(user)
    begin_run(user, schedule_id)
    [claimed] = claim(bare_database)
    user.complete(begin_turn(user, claimed))
    assert [found["status"] for found in runs(user, schedule_id)] == ["completed"]
