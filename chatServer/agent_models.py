"""The agents one may choose, and what an agent did on its way to an answer, as the API shows it."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)


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
    """What an answer cost at its provider, all requests together that ended."""

    input_tokens: int
    output_tokens: int
    requests: int = Field(description="How often a model was asked and came to its end.")


class ToolStep(AgentModel):
    """One use of a tool; `label` is one plain line for the reader of the answer."""

    name: str
    label: str
    status: Literal["running", "done", "failed"] = Field(
        description="`running` in an answer that is being written, and in no other."
    )
    offset: int = Field(
        default=0, description="Where in the answer it was used, in Unicode code points."
    )


def store_step(step: ToolStep) -> dict[str, JsonValue]:
    """Return a step as an answer that is being written keeps it.

    One that runs is stored as failed, which it is for whoever finds it when the answer has ended.
    """
    stored: dict[str, JsonValue] = step.model_dump(mode="json")
    return {**stored, "status": "failed", "is_running": True} if is_running(step) else stored


def _read_steps(stored: object, info: ValidationInfo) -> object:
    if not isinstance(stored, list) or info.data.get("status") != "streaming":
        return stored
    return [
        {**step, "status": "running"} if isinstance(step, dict) and step.get("is_running") else step
        for step in stored
    ]


def _read_or_pass_over(stored: object, read: ValidatorFunctionWrapHandler) -> object:
    """Read what users can also write past the server; their pages go on without what is wrong."""
    try:
        return read(stored)
    except ValidationError:
        return None


StoredUsage = Annotated[TokenUsage | None, WrapValidator(_read_or_pass_over)]
StoredSteps = Annotated[list[ToolStep] | None, WrapValidator(_read_or_pass_over)]
AnswerSteps = Annotated[StoredSteps, BeforeValidator(_read_steps)]
"""Steps as they are stored, in a model that has the `status` of their answer before them."""


def end_steps(steps: Iterable[ToolStep]) -> list[ToolStep] | None:
    """Return steps as they are in an answer that has ended: what still ran has failed."""
    ended = [s.model_copy(update={"status": "failed"}) if is_running(s) else s for s in steps]
    return ended or None


def is_running(step: ToolStep) -> bool:
    """Tell whether a tool is in use."""
    return step.status == "running"
