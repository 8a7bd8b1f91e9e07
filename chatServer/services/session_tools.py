"""What agents can look up: the sessions of the user they answer, and of nobody else."""

import json
from collections.abc import Sequence
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.parameters import SessionFilter
from chatServer.database.session_registry import SessionRegistry
from chatServer.database.session_search import SessionSearchRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DomainError
from chatServer.limits import (
    QUERY_MAX_LENGTH,
    SESSION_ID_MAX_LENGTH,
    TOOL_RESULT_BYTES_DEFAULT,
)
from chatServer.models import Message, Session
from chatServer.services.model_input import text_of

SEARCH_HITS = 10
OPENED_MESSAGES = 30
OPENED_MAX_BYTES = TOOL_RESULT_BYTES_DEFAULT - 4096
"""Below what an agent's tools may return, which is cut at its end: there the newest stands."""
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
        said = [message for message in page.messages if text_of(message)]
        shown = _take_newest(said)
        is_cut = len(shown) < len(said)
        return _to_json(
            {
                "title": session.title,
                "channel": session.channel,
                "older_messages_before_id": shown[0].id if is_cut else page.next_before_id,
                "messages": [_to_line(message) for message in shown],
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


def _take_newest(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the newest messages that a tool's result has room for; one at least."""
    size_bytes = 0
    for count, message in enumerate(reversed(messages)):
        size_bytes += len(_to_json(_to_line(message)).encode())
        if count > 0 and size_bytes > OPENED_MAX_BYTES:
            return messages[-count:]
    return messages


def _to_line(message: Message) -> dict[str, JsonValue]:
    text = text_of(message)
    if len(text) > MESSAGE_SHOWN_LENGTH:
        text = f"{text[:MESSAGE_SHOWN_LENGTH]}…"
    return {
        "role": message.role,
        "at": message.created_at.isoformat(timespec="minutes"),
        "text": text,
    }


def _to_json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
