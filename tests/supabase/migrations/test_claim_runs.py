"""claim_scheduled_runs: whose run comes next, and the session that it gets."""

import pytest

from tests.stack.database import Database
from tests.supabase.migrations.racing import race
from tests.supabase.migrations.registry_user import RegistryUser, new_user
from tests.supabase.migrations.schedule_user import (
    begin_run,
    begin_turn,
    change,
    claim,
    new_schedule,
    runs,
)


@pytest.fixture
def user(database: Database) -> RegistryUser:
    return new_user(database)


def test_makes_a_folded_session_of_the_schedule(user: RegistryUser) -> None:
    schedule_id = new_schedule(user)
    begin_run(user, schedule_id)
    [claimed] = claim(user.database)
    assert claimed["session_id"] == f"scheduled:{claimed['run_id']}"
    assert (claimed["prompt"], claimed["attempt"]) == ("What is new?", 1)
    session = user.session(claimed["session_id"])
    assert (session["channel"], session["schedule_id"]) == ("scheduled", schedule_id)
    assert (session["is_active"], session["is_folded"]) == (True, True)
    assert session["title"] == "Daily digest · now"
    [run] = runs(user, schedule_id)
    assert (run["status"], run["session_id"]) == ("running", claimed["session_id"])


def test_workers_that_race_take_each_run_once(database: Database) -> None:
    users = [new_user(database) for _ in range(20)]
    for someone in users:
        begin_run(someone, new_schedule(someone))
    batches = race([lambda: claim(database, limit=7) for _ in range(6)])
    taken = [claimed["run_id"] for batch in batches for claimed in batch]
    assert len(taken) == len(set(taken)) == 20


def test_a_user_with_many_comes_after_the_others_first(database: Database) -> None:
    heavy, light = new_user(database), new_user(database)
    for someone, count in ((heavy, 10), (light, 1)):
        for _ in range(count):
            begin_run(someone, new_schedule(someone))
    taken = [claimed["user_id"] for claimed in claim(database, limit=2)]
    assert sorted(taken) == sorted([str(heavy.id), str(light.id)])


def test_no_user_has_more_than_their_limit_at_once_however_workers_race(database: Database) -> None:
    heavy = new_user(database)
    for _ in range(10):
        begin_run(heavy, new_schedule(heavy))
    batches = race([lambda: claim(database, limit=8, user_limit=3) for _ in range(4)])
    taken = [claimed for batch in batches for claimed in batch]
    assert len(taken) == 3
    heavy.complete(begin_turn(heavy, taken[0]))
    assert len(claim(database, limit=8, user_limit=3)) == 1


def test_a_planned_run_that_waited_for_a_day_is_missed_and_its_schedule_is_free(
    user: RegistryUser,
) -> None:
    schedule_id = new_schedule(user)
    begin_run(user, schedule_id)
    change(
        user.database,
        "update scheduled_runs set trigger = 'planned',"
        " scheduled_for = now() - interval '25 hours'",
    )
    assert claim(user.database) == []
    [run] = runs(user, schedule_id)
    assert (run["status"], run["failure_reason"]) == ("missed", "It waited for more than a day.")
    begin_run(user, schedule_id)
    assert len(claim(user.database)) == 1
