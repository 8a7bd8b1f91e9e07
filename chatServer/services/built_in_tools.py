"""The tools that come with the server, as the model is told of them."""

import json
from collections.abc import Mapping
from typing import Any

from agents import RunContextWrapper, function_tool

from chatServer.services.agent_spec import OPEN_SESSION, SEARCH_SESSIONS
from chatServer.services.agent_tools import AgentContext, Tool
from chatServer.services.session_tools import SessionTools


def build_tools(sessions: SessionTools) -> dict[str, Tool]:
    """Return the tools by name."""

    async def search_sessions(context: RunContextWrapper[AgentContext], query: str) -> str:
        """Find the user's earlier sessions by words in their title or in one of their messages.

        Args:
            context: For whom.
            query: What to look for, as it was written; every word must be there, so one to three
                find most.
        """
        return await sessions.search_sessions(context.context.user_id, query)

    async def open_session(
        context: RunContextWrapper[AgentContext], session_id: str, before_id: int | None
    ) -> str:
        """Read one of the user's sessions, its newest messages first of all.

        Args:
            context: For whom.
            session_id: As `search_sessions` gives it.
            before_id: For older messages what the page before names, else null.
        """
        return await sessions.open_session(context.context.user_id, session_id, before_id)

    return {
        SEARCH_SESSIONS: Tool(
            function_tool(search_sessions, failure_error_function=None), _describe_search
        ),
        OPEN_SESSION: Tool(
            function_tool(open_session, failure_error_function=None), _describe_opening
        ),
    }


def _describe_search(arguments: Mapping[str, Any], result: str | None) -> str:
    done = "Searching" if result is None else "Searched"
    return f"{done} sessions: {arguments['query']}"


def _describe_opening(arguments: Mapping[str, Any], result: str | None) -> str:
    """Name the session as its user knows it; without a result there is only its id."""
    if result is None:
        return "Opening a session"
    title = json.loads(result).get("title") if result.startswith("{") else None
    return f"Opened session: {title or arguments['session_id']}"
