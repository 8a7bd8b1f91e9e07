"""A user whose sessions get titles, and the workers that make them."""

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import Json, RegistryUser, run
from tests.supabase.migrations.schedule_user import serve


def grow(user: RegistryUser, count: int = 11) -> str:
    """A session of so many messages."""
    session_id = user.new_session()
    user.append(session_id, *(f"Message {n}" for n in range(count)))
    return session_id


def claim(database: Database, **parameters: object) -> Json | None:
    """The job that is due, if there is one."""
    job: Json | None = serve(database, "claim_title_job", **parameters)["job"]
    return job


def take(database: Database) -> Json:
    """The job that is due."""
    job = claim(database)
    assert job is not None
    return job


def complete(user: RegistryUser, job: Json, title: str = "Tomatoes in May") -> bool:
    """Ends a job with a title; False when it is another's."""
    named = {"session_id": job["session_id"], "attempt": job["attempt"], "title": title}
    return bool(serve(user.database, "complete_title_job", **named)["is_held"])


def fail(user: RegistryUser, job: Json, retry_seconds: float = 0) -> bool:
    """Ends a try; False when the job is another's."""
    named = {"session_id": job["session_id"], "attempt": job["attempt"], "reason": "Away."}
    answer = serve(user.database, "fail_title_job", **named, retry_seconds=retry_seconds)
    return bool(answer["is_held"])


def ask(user: RegistryUser, session_id: str) -> Json:
    """Asks for a title."""
    return user.call("begin_title_job", session_id=session_id)


def rename(user: RegistryUser, session_id: str, title: str | None) -> Json:
    """Gives the title of a user."""
    return user.call("update_chat_session", session_id=session_id, changes={"title": title})


def shown(user: RegistryUser, session_id: str) -> tuple[str | None, str | None, str | None]:
    """Title, whose it is, and how a new one stands."""
    session = user.session(session_id)
    return session["title"], session["title_source"], session["title_status"]


def let_lease_end(database: Database) -> None:
    """Lets the lease of every worker run out."""
    with database.connect() as connection:
        run(connection, "update title_jobs set available_at = now() where status = 'running'")
