"""What agents can look up: the sessions of the user they answer, and of nobody else."""

import json
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.parameters import SessionFilter
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_search import SessionSearchRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DomainError
from chatServer.limits import QUERY_MAX_LENGTH, SESSION_ID_MAX_LENGTH
from chatServer.models import Message, Session

SEARCH_HITS = 10
OPENED_MESSAGES = 30
MESSAGE_SHOWN_LENGTH = 2000
ANYWHERE = SessionFilter(archived=None)

NOT_FOUND = "There is no such session."


class SessionTools:
    """Searches and opens sessions as the service, for the one user who is named."""

    def __init__(self, registry: SessionRegistry, search: SessionSearchRegistry) -> None:
        self._registry = registry
        self._search = search

    async def search_sessions(self, user_id: UUID, query: str) -> str:
        """Return the newest hits as JSON: where, when, and the passage."""
        found = await self._search.list_matching_sessions(
            Caller.service(user_id),
            query=query.replace("\x00", "")[:QUERY_MAX_LENGTH],
            where=ANYWHERE,
            after=None,
            limit=SEARCH_HITS,
        )
        return _to_json([_to_hit(session) for session in found.sessions])

    async def open_session(self, user_id: UUID, session_id: str, before_id: int | None) -> str:
        """Return a page of a session as JSON, its newest messages or those before one."""
        caller = Caller.service(user_id)
        try:
            session = await self._registry.get_session(
                caller, session_id=session_id[:SESSION_ID_MAX_LENGTH], message_limit=1
            )
            page = await self._registry.list_messages(
                caller,
                session_id=session.session_id,
                limit=OPENED_MESSAGES,
                before_id=before_id or None,
            )
        except DomainError as error:
            if error.status_code >= 500:
                raise
            return NOT_FOUND
        return _to_json(
            {
                "title": session.title,
                "channel": session.channel,
                "messages": [_to_line(m) for m in page.messages if m.content],
                "older_messages_before_id": page.next_before_id,
            }
        )


def _to_hit(session: Session) -> dict[str, JsonValue]:
    match = session.match
    return {
        "session_id": session.session_id,
        "title": session.title,
        "channel": session.channel,
        "last_activity": session.updated_at.isoformat(timespec="minutes"),
        "passage": f"{match.before}{match.text}{match.after}" if match else None,
    }


def _to_line(message: Message) -> dict[str, JsonValue]:
    is_long = len(message.content) > MESSAGE_SHOWN_LENGTH
    text = f"{message.content[:MESSAGE_SHOWN_LENGTH]}…" if is_long else message.content
    return {
        "role": message.role,
        "at": message.created_at.isoformat(timespec="minutes"),
        "text": text,
    }


def _to_json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
