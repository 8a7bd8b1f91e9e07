"""The domain's errors about agents."""

from collections.abc import Sequence

from chatServer.errors import DomainError


class AgentNotFound(DomainError):
    """No agent has this name; the message names those there are."""

    status_code = 422
    code = "agent_not_found"
    title = "Agent not found"
    default_detail = "There is no such agent on this server."

    def __init__(self, known: Sequence[str] = ()) -> None:
        names = ", ".join(known)
        super().__init__(f"There is no such agent on this server; there are: {names}.")
        self.errors = (("agent_name", f"must be one of {names}"),)
