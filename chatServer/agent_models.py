"""The agents one may choose, and what an agent did on its way to an answer, as the API shows it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AgentModel(BaseModel):
    """A part of a stored row; keys added by a later release are ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class ListedAgent(AgentModel):
    """An agent that sessions and schedules may name; what it is told is not shown."""

    name: str
    title: str
    description: str
    is_default: bool = Field(description="It answers where nobody has chosen.")
    former_names: list[str] = Field(description="What older sessions may call it.")


class AgentList(AgentModel):
    """The agents in the order in which they are declared, the default one first."""

    agents: list[ListedAgent]


class TokenUsage(AgentModel):
    """What an answer cost at its provider, all requests together."""

    input_tokens: int
    output_tokens: int
    requests: int = Field(description="How often a model was asked.")


class ToolStep(AgentModel):
    """One use of a tool; `label` is one plain line for the reader of the answer."""

    name: str
    label: str
    status: Literal["done", "failed"]
