"""What an agent did on its way to an answer, as the API shows it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AgentModel(BaseModel):
    """A part of a stored row; keys added by a later release are ignored."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


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
