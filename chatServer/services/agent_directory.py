"""The agents of this server, each with its tools, found by the name a session keeps."""

from collections.abc import Mapping, Sequence

from chatServer.models import Session
from chatServer.services.agent_spec import DEFAULT_AGENT, AgentSpec
from chatServer.services.agent_tools import AgentContext, Tool, find_tool
from chatServer.services.provider_failures import ReplyFailed
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyGenerator

UNNAMED = "assistant"
"""What sessions are called that were begun without a choice, on every channel."""


class AgentDirectory:
    """Has the right agent answer; the first declared is the one nobody has to choose."""

    def __init__(
        self,
        generator: ReplyGenerator,
        agents: Sequence[AgentSpec] = (),
        *,
        built_in: Mapping[str, Tool] | None = None,
    ) -> None:
        self._generator = generator
        self._is_declared = bool(agents)
        self.agents = tuple(agents) or (DEFAULT_AGENT,)
        self._by_name = {UNNAMED: self.agents[0]}
        self._by_name |= {old: agent for agent in self.agents for old in agent.former_names}
        self._by_name |= {agent.name: agent for agent in self.agents}
        self._tools = {
            agent.name: [find_tool(name, built_in) for name in agent.tools]
            for agent in self.agents
            if built_in is not None
        }

    @property
    def default_name(self) -> str:
        """The name of the agent that answers where none was chosen."""
        return self.agents[0].name

    def knows(self, name: str) -> bool:
        """Tell whether a name may be chosen; without a declaration any may."""
        return not self._is_declared or name in self._by_name

    def start_reply(self, session: Session) -> Reply:
        """Prepare the reply of the session's agent.

        Raises:
            ReplyFailed: The agent is no longer there.
        """
        agent = self._by_name.get(session.agent_name)
        if agent is None and self._is_declared:
            raise ReplyFailed(
                f"There is no agent named “{session.agent_name}” on this server any more."
                f" Go on in a new session, or have it declared again."
            )
        agent = agent or self.agents[0]
        return self._generator.start_reply(
            agent,
            self._tools.get(agent.name, ()),
            context=AgentContext(user_id=session.user_id, session_id=session.session_id),
        )
