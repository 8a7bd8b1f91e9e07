"""What the server does about schedules and runs with the secret key."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, call, run

LAST_HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def serve(database: Database, function: str, /, **parameters: object) -> Json:
    """Calls a function with the secret key; a parameter's name is given without its p_."""
    with database.as_service() as connection:
        return call(connection, function, **parameters)


def new_schedule(user: RegistryUser, **fields: object) -> str:
    """Makes a schedule of this user and returns its id."""
    given = {
        "schedule_id": None,
        "title": "Daily digest",
        "agent_name": "assistant",
        "prompt": "What is new?",
        "cron": "0 12 * * *",
        "timezone": "UTC",
    } | fields
    made = user.call_as_service("upsert_agent_schedule", **given)
    schedule_id: str = made["schedule"]["schedule_id"]
    return schedule_id


def schedule(user: RegistryUser, schedule_id: str) -> Json:
    """A schedule as its user sees it."""
    found: Json = user.call("get_agent_schedule", schedule_id=schedule_id)["schedule"]
    return found


def begin_run(user: RegistryUser, schedule_id: str, title: str = "Daily digest · now") -> Json:
    """Has a schedule run now."""
    begun: Json = user.call_as_service("begin_scheduled_run", schedule_id=schedule_id, title=title)[
        "run"
    ]
    return begun


def runs(user: RegistryUser, schedule_id: str) -> list[Json]:
    """The newest runs of a schedule as its user sees them."""
    page = user.call("list_scheduled_runs", schedule_id=schedule_id, limit=200)
    found: list[Json] = page["runs"]
    return found


def planned(time: datetime = LAST_HOUR, status: str = "waiting") -> Json:
    """A run as the planner stores it."""
    return {
        "title": f"Daily digest · {time:%d %b, %H:%M}",
        "scheduled_for": time.isoformat(),
        "status": status,
        "failure_reason": None if status == "waiting" else "The server was away at this time.",
    }


def plan(due: Json, *planned_runs: Json, next_run_at: datetime | None = None) -> Json:
    """What becomes of a due schedule: by default it runs and is due again a day later."""
    time = datetime.fromisoformat(due["next_run_at"])
    following = next_run_at or time + timedelta(days=1)
    return {
        "schedule_id": due["schedule_id"],
        "version": due["version"],
        "planned_for": due["next_run_at"],
        "next_run_at": following.isoformat(),
        "runs": list(planned_runs) or [planned(time)],
    }


def store(database: Database, *plans: Json) -> Json:
    """Stores plans."""
    return serve(database, "upsert_scheduled_runs", plans={"plans": list(plans)})


def claim_due(database: Database, **parameters: object) -> list[Json]:
    """Takes schedules that are due."""
    found: list[Json] = serve(database, "claim_due_schedules", **parameters)["schedules"]
    return found


def claim(database: Database, **parameters: object) -> list[Json]:
    """Takes runs that wait."""
    found: list[Json] = serve(database, "claim_scheduled_runs", **parameters)["runs"]
    return found


def begin_turn(user: RegistryUser, claimed: Json, **parameters: object) -> Json:
    """Begins the turn of a run as a worker does."""
    given = {
        "session_id": claimed["session_id"],
        "content": claimed["prompt"],
        "client_request_id": claimed["client_request_id"],
        "parent_id": 0,
        "channel": "scheduled",
    } | parameters
    return user.call_as_service("begin_turn", **given)


def change(database: Database, statement: str, *values: object) -> Sequence[object]:
    """Runs one statement as the owner of the tables."""
    with database.connect() as connection:
        return run(connection, statement, values)


def lose(database: Database, run_id: str) -> None:
    """Lets the lease of a claimed run end, as when its process has died."""
    change(
        database,
        "update scheduled_runs set lease_expires_at = now() - interval '1 second'"
        " where run_id = %s",
        uuid.UUID(run_id),
    )


def let_pass(database: Database) -> None:
    """Lets every wait between two attempts end."""
    change(database, "update scheduled_runs set available_at = now() where status = 'waiting'")


SCHEDULE_STATEMENTS = {
    "read the schedules": "select * from agent_schedules where user_id = %(user_id)s",
    "read a schedule": "select * from agent_schedules where schedule_id = %(schedule_id)s",
    "read the runs": "select * from scheduled_runs where schedule_id = %(schedule_id)s",
    "end a run": (
        "update scheduled_runs set status = 'failed', finished_at = now()"
        " where schedule_id = %(schedule_id)s"
    ),
    "change a schedule": (
        "update agent_schedules set prompt = 'x' where schedule_id = %(schedule_id)s"
    ),
    "put a session under a schedule": (
        "update chat_sessions set schedule_id = %(schedule_id)s where session_id = %(mine)s"
        " returning schedule_id"
    ),
}
"""What a stranger could try; see strangers.py."""
