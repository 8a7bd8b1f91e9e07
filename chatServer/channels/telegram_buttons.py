"""The buttons below what the bot says, and what they hold; at most 64 bytes are allowed."""

from collections.abc import Sequence
from typing import Final

from chatServer.agent_models import ListedAgent
from chatServer.channels.telegram_api import Button
from chatServer.channels.telegram_message import MARK, name_session, open_session_data
from chatServer.models import Session

CHOOSE_AGENT: Final = "agent"
SWITCH_AGENT: Final = "switch"


def session_buttons(sessions: Sequence[Session], *, current_id: str | None) -> list[Button]:
    """Name each session with its channel, and mark the one the chat continues."""
    return [
        Button(
            f"{MARK if session.session_id == current_id else ''}"
            f"{name_session(session)} · {session.channel.capitalize()}",
            open_session_data(session.chat_id),
        )
        for session in sessions
    ]


def agent_buttons(
    agents: Sequence[ListedAgent], *, current: str, kind: str = CHOOSE_AGENT
) -> list[Button]:
    """Name each agent and mark the one that answers; none where there is no choice.

    `CHOOSE_AGENT` is for a new session, `SWITCH_AGENT` for the one the chat writes into.
    """
    if len(agents) < 2:
        return []
    return [
        Button(
            f"{MARK if agent.title == current else ''}{agent.title}",
            f"{kind}:{agent.name}",
        )
        for agent in agents
    ]
