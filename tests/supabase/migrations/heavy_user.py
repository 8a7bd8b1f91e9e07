"""A user with many sessions, one of them long: what pages must not read."""

from tests.stack.database import Database
from tests.supabase.migrations.registry_user import new_user, run

SESSIONS = 6000
MESSAGES = 4000

FILL_SESSIONS = """
insert into chat_sessions (
  user_id, session_id, channel, agent_name, is_folded, archived, pinned, created_at, updated_at
)
select
  %(user)s::uuid, gen_random_uuid()::text, case i %% 3 when 0 then 'telegram' else 'web' end,
  case i %% 11 when 0 then 'librarian' else 'assistant' end, i %% 21 = 3,
  i %% 2 = 0, i %% 15 = 0, '2026-01-01Z', '2026-01-01Z'::timestamptz + i * interval '1 minute'
from generate_series(1, %(count)s) as i
"""
FILL_MESSAGES = """
insert into chat_message_history (session_id, role, content)
select %(session)s, case i %% 2 when 1 then 'user' else 'assistant' end, 'Message ' || i
from generate_series(1, %(count)s) as i
"""


class Heavy:
    """A user with many sessions, one of them long, beside other users."""

    def __init__(self, database: Database) -> None:
        self.user = new_user(database)
        other = new_user(database)
        with database.as_service() as connection:
            # A busy machine must not fail what only prepares.
            connection.execute("set statement_timeout = '10min'")
            for user, count in ((self.user, SESSIONS), (other, 500)):
                connection.execute(FILL_SESSIONS, {"user": user.id, "count": count})
            rows = run(
                connection,
                "select session_id from chat_sessions where user_id = %s and not archived"
                " order by updated_at limit 60",
                (self.user.id,),
            )
            self.sessions = [session_id for (session_id,) in rows]
            self.long = self.sessions[0]
            connection.execute(FILL_MESSAGES, {"session": self.long, "count": MESSAGES})
            rows = run(
                connection,
                "select id from chat_message_history where session_id = %s order by id",
                (self.long,),
            )
            self.messages = [message_id for (message_id,) in rows]
            for session_id in self.sessions[1:]:
                connection.execute(FILL_MESSAGES, {"session": session_id, "count": 40})
        with database.connect() as connection:
            connection.execute("vacuum analyze chat_sessions, chat_message_history")

    def cursor(self, **filters: object) -> dict[str, object]:
        """The cursor after page 99 of 20 sessions."""
        page = self.user.call("list_chat_sessions", offset=1979, limit=20, **filters)["sessions"]
        return {
            "cursor_updated_at": page[-1]["updated_at"],
            "cursor_session_id": page[-1]["session_id"],
        }
