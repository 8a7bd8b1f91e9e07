"""Everything one user could try on another user's rows, through the tables and the functions."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stack.database import Connection, Database
from tests.supabase.migrations.attachment_user import ATTACHMENT_STATEMENTS, send_attachment
from tests.supabase.migrations.channel_user import linked_user
from tests.supabase.migrations.registry_user import RegistryUser, call, new_user, run
from tests.supabase.migrations.schedule_user import SCHEDULE_STATEMENTS, begin_run, new_schedule
from tests.supabase.migrations.stranger_calls import CALLS

TABLES = (
    "chat_sessions",
    "chat_message_history",
    "channel_links",
    "channel_outbox",
    "agent_schedules",
    "scheduled_runs",
    "chat_attachment_objects",
    "chat_attachments",
    "chat_message_attachments",
    "title_jobs",
)


@dataclass(frozen=True)
class Target:
    """The ids that a stranger aims at: real ones of the victim, or ones that never existed."""

    user_id: uuid.UUID
    session_id: str
    message_id: int
    answer_id: int
    lease_token: uuid.UUID
    link_id: uuid.UUID
    schedule_id: uuid.UUID
    attachment_id: uuid.UUID
    object_id: uuid.UUID

    def hidden(self) -> dict[str, str]:
        """Each id with the name that stands for it when two outcomes are compared."""
        return {
            str(self.user_id): "<user>",
            self.session_id: "<session>",
            f"{self.message_id}": "<message>",
            f"{self.answer_id}": "<answer>",
            str(self.lease_token): "<lease>",
            str(self.link_id): "<link>",
            str(self.schedule_id): "<schedule>",
            str(self.attachment_id): "<attachment>",
            str(self.object_id): "<object>",
        }


@dataclass(frozen=True)
class Scene:
    """A victim with an answer that is streaming, a stranger with a session of their own."""

    victim: RegistryUser
    stranger: RegistryUser
    stranger_session: str
    real: Target
    unreal: Target

    def everything_of_the_victim(self) -> list[tuple[Any, ...]]:
        """The victim's rows, as the owner of the tables sees them."""
        with self.victim.database.connect() as connection:
            return [
                row
                for table in TABLES
                for row in run(
                    connection,
                    f"select to_jsonb(t) from {table} t where user_id = %s order by 1",  # noqa: S608 - names from this file
                    (self.victim.id,),
                )
            ]


def set_scene(database: Database) -> Scene:
    """Signs both up; the ids that never existed lie between the real ones, where a gap would."""
    victim, stranger = new_user(database), new_user(database)
    session_id = victim.new_session(title="Private", metadata={"secret": "yes"})
    stranger_session = stranger.new_session()
    gaps = burn_message_ids(database, 2)
    link_id = linked_user(database, user=victim).link_id
    turn = victim.begin(session_id, "A secret", client_request_id="secret request")
    victim.call_as_service(
        "upsert_channel_delivery", message_id=turn["assistant_message"]["id"], link_id=link_id
    )
    stranger.begin(stranger_session, "Mine")
    attachment_id, object_id = send_attachment(victim, session_id)
    schedule_id = new_schedule(victim, prompt="A secret", cron="0 8 * * *")
    begin_run(victim, schedule_id)
    real = Target(
        user_id=victim.id,
        session_id=session_id,
        message_id=turn["user_message"]["id"],
        answer_id=turn["assistant_message"]["id"],
        lease_token=uuid.UUID(turn["lease_token"]),
        link_id=uuid.UUID(link_id),
        schedule_id=uuid.UUID(schedule_id),
        attachment_id=uuid.UUID(attachment_id),
        object_id=uuid.UUID(object_id),
    )
    unreal = Target(
        user_id=uuid.uuid4(),
        session_id=str(uuid.uuid4()),
        message_id=gaps[0],
        answer_id=gaps[1],
        lease_token=uuid.uuid4(),
        link_id=uuid.uuid4(),
        schedule_id=uuid.uuid4(),
        attachment_id=uuid.uuid4(),
        object_id=uuid.uuid4(),
    )
    return Scene(victim, stranger, stranger_session, real, unreal)


def burn_message_ids(database: Database, count: int) -> list[int]:
    """Draws ids that no message will ever have, far above the small numbers in other texts."""
    with database.connect() as connection:
        connection.execute("select setval('chat_message_history_id_seq', 700000)")
        rows = run(
            connection,
            "select nextval('chat_message_history_id_seq') from generate_series(1, %s)",
            (count,),
        )
    return [number for (number,) in rows]


STATEMENTS = {
    "read the session": "select * from chat_sessions where session_id = %(session_id)s",
    "read by user": "select * from chat_sessions where user_id = %(user_id)s",
    "count the sessions": "select count(*) from chat_sessions where user_id = %(user_id)s",
    "read the messages": "select * from chat_message_history where session_id = %(session_id)s",
    "read a message": "select * from chat_message_history where id = %(message_id)s",
    "lock the session": "select 1 from chat_sessions where session_id = %(session_id)s for update",
    "rename the session": "update chat_sessions set title = 'x' where session_id = %(session_id)s",
    "take the session": (
        "update chat_sessions set user_id = %(me)s where session_id = %(session_id)s"
    ),
    "delete the session": "delete from chat_sessions where session_id = %(session_id)s",
    "delete by user": "delete from chat_sessions where user_id = %(user_id)s",
    "rewrite a message": (
        "update chat_message_history set content = 'x' where id = %(answer_id)s returning *"
    ),
    "take a message": (
        "update chat_message_history set user_id = %(me)s, session_id = %(mine)s"
        " where id = %(message_id)s"
    ),
    "end an answer": ("update chat_message_history set status = 'failed' where id = %(answer_id)s"),
    "delete a message": "delete from chat_message_history where id = %(message_id)s",
    "make a session for them": (
        "insert into chat_sessions (user_id, session_id) values (%(user_id)s, 'new')"
    ),
    "make their session again": (
        "insert into chat_sessions (user_id, session_id) values (%(user_id)s, %(session_id)s)"
    ),
    "upsert their session": (
        "insert into chat_sessions (user_id, session_id) values (%(user_id)s, %(session_id)s)"
        " on conflict (session_id) do update set title = 'x'"
    ),
    "say something as me": (
        "insert into chat_message_history (session_id, user_id, role, content)"
        " values (%(session_id)s, %(me)s, 'user', 'x')"
    ),
    "say something as them": (
        "insert into chat_message_history (session_id, user_id, role, content)"
        " values (%(session_id)s, %(user_id)s, 'user', 'x')"
    ),
    "say something as nobody": (
        "insert into chat_message_history (session_id, role, content)"
        " values (%(session_id)s, 'user', 'x') returning *"
    ),
    "say it in my session as them": (
        "insert into chat_message_history (session_id, user_id, role, content)"
        " values (%(mine)s, %(user_id)s, 'user', 'x')"
    ),
    "upsert a message": (
        "insert into chat_message_history (session_id, role, content, client_request_id)"
        " values (%(session_id)s, 'user', 'x', 'r')"
        " on conflict (user_id, client_request_id) do update set content = 'x'"
    ),
    "follow their message": (
        "insert into chat_message_history (session_id, role, content, parent_id)"
        " values (%(mine)s, 'user', 'x', %(message_id)s)"
    ),
    "make theirs my head": (
        "update chat_sessions set head_message_id = %(message_id)s where session_id = %(mine)s"
    ),
    "move my session onto theirs": (
        "update chat_sessions set session_id = %(session_id)s where session_id = %(mine)s"
    ),
    "read the links": "select * from channel_links where user_id = %(user_id)s",
    "take the link": "delete from channel_links where id = %(link_id)s",
    "read what is sent": "select * from channel_outbox where session_id = %(session_id)s",
    "have a message sent": (
        "insert into channel_outbox (user_id, session_id, message_id, link_id, channel)"
        " values (%(user_id)s, %(session_id)s, %(answer_id)s, %(link_id)s, 'telegram')"
    ),
    "have a message sent to me": (
        "insert into channel_outbox (user_id, session_id, message_id, link_id, channel)"
        " values (%(me)s, %(session_id)s, %(answer_id)s, %(link_id)s, 'telegram')"
    ),
    "read the orphans": "select * from chat_message_history_orphans",
    "empty the table": "truncate chat_message_history",
    **SCHEDULE_STATEMENTS,
    **ATTACHMENT_STATEMENTS,
}


def statement_attempt(
    scene: Scene, name: str, target: Target
) -> Callable[[Connection], list[tuple[Any, ...]]]:
    """One statement aimed at a target; what it returns ends with the number of rows it touched."""
    values = vars(target) | {"me": scene.stranger.id, "mine": scene.stranger_session}

    def attempt(connection: Connection) -> list[tuple[Any, ...]]:
        cursor = connection.execute(STATEMENTS[name], values)
        rows = cursor.fetchall() if cursor.description else []
        return [*rows, (cursor.rowcount,)]

    return attempt


def function_attempt(
    scene: Scene, name: str, target: Target, *, as_the_victim: bool
) -> Callable[[Connection], object]:
    """One function call aimed at a target, in the caller's own name or in the target's."""
    named, values = CALLS[name]
    user_id = target.user_id if as_the_victim else scene.stranger.id
    parameters = {parameter: getattr(target, field) for parameter, field in named.items()} | values
    return lambda connection: call(connection, name, user_id=user_id, **parameters)
