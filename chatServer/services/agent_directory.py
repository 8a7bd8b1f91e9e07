"""The agents of this server, each with its tools, found by the name a session keeps."""

from collections.abc import Mapping, Sequence

from chatServer.agent_errors import AgentNotFound
from chatServer.agent_models import AgentList, ListedAgent
from chatServer.models import Session
from chatServer.services.agent_spec import DEFAULT_AGENT, UNNAMED, AgentSpec
from chatServer.services.agent_tools import AgentContext, Tool, find_tool
from chatServer.services.file_reader import FileReader
from chatServer.services.reply import Reply
from chatServer.services.reply_generator import ReplyGenerator


class AgentDirectory:
    """Has the right agent answer; the first declared is the one nobody has to choose."""

    def __init__(
        self,
        generator: ReplyGenerator,
        agents: Sequence[AgentSpec] = (),
        *,
        built_in: Mapping[str, Tool] | None = None,
        files: FileReader | None = None,
    ) -> None:
        self._generator = generator
        self._files = files
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
    def default(self) -> AgentSpec:
        """The agent that answers where none was chosen."""
        return self.agents[0]

    def find(self, name: str) -> AgentSpec | None:
        """Return the agent of a name, also of one that it had before."""
        return self._by_name.get(name)

    def check(self, name: str | None) -> None:
        """Return when a name may be chosen, or none was.

        Raises:
            AgentNotFound: No agent has it.
        """
        if name is not None and name not in self._by_name:
            raise AgentNotFound([agent.name for agent in self.agents])

    def list_agents(self) -> AgentList:
        """Return what people choose from."""
        return AgentList(
            agents=[
                ListedAgent(
                    name=agent.name,
                    title=agent.shown_title,
                    description=agent.description,
                    is_default=agent is self.default,
                    former_names=list(agent.former_names),
                )
                for agent in self.agents
            ]
        )

    def name(self, session: Session) -> str:
        """Return how the agent that answers in a session is called."""
        return (self.find(session.agent_name) or self.default).shown_title

    def start_reply(self, session: Session) -> Reply:
        """Prepare the reply of the session's agent, or of the default one, with a notice."""
        agent = self.find(session.agent_name) or self.default
        reply = self._generator.start_reply(
            agent,
            self._tools.get(agent.name, ()),
            context=AgentContext(user_id=session.user_id, session_id=session.session_id),
            files=self._files,
        )
        if self.find(session.agent_name) is None:
            reply.tell(
                f"There is no agent “{session.agent_name}” on this server, so"
                f" {agent.shown_title} answered."
            )
        return reply
