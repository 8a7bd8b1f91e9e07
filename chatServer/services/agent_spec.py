"""What an agent is: a name, what it is told, which models and tools it has, and its limits."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chatServer.fields import AgentName, Text, check_line, check_not_blank
from chatServer.limits import (
    AGENT_TITLE_MAX_LENGTH,
    CONTEXT_ITEMS_DEFAULT,
    CONTEXT_ITEMS_MAX,
    DECLARED_NAME_MAX_LENGTH,
    REPLY_MAX_SECONDS,
    TOOL_CALLS_MAX,
    TOOL_RESULT_BYTES_DEFAULT,
    TOOL_RESULT_BYTES_MAX,
    TOOL_SECONDS_DEFAULT,
    TOOL_SECONDS_MAX,
    TOOL_TURNS_DEFAULT,
    TOOL_TURNS_MAX,
)
from chatServer.services.instructions import INSTRUCTIONS

SEARCH_SESSIONS = "search_sessions"
OPEN_SESSION = "open_session"
BUILT_IN_TOOLS = (SEARCH_SESSIONS, OPEN_SESSION)

UNNAMED = "assistant"
"""What sessions are called that were begun without a choice, on every channel."""

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"

Count = Annotated[int, Field(strict=True)]
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]
DeclaredName = Annotated[str, Field(pattern=NAME_PATTERN, max_length=DECLARED_NAME_MAX_LENGTH)]
Line = Annotated[Text, AfterValidator(check_line)]
ModelName = Annotated[Line, Field(min_length=1, max_length=200)]


class Declared(BaseModel):
    """A table of the agents' file; an unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class AgentLimits(Declared):
    """How far one answer of an agent may go."""

    history_items: Count = Field(default=CONTEXT_ITEMS_DEFAULT, ge=1, le=CONTEXT_ITEMS_MAX)
    answer_seconds: Seconds = Field(default=REPLY_MAX_SECONDS, gt=0, le=REPLY_MAX_SECONDS)
    tool_turns: Count = Field(default=TOOL_TURNS_DEFAULT, ge=1, le=TOOL_TURNS_MAX)
    tool_calls: Count = Field(default=TOOL_CALLS_MAX, ge=1, le=TOOL_CALLS_MAX)
    tool_seconds: Seconds = Field(default=TOOL_SECONDS_DEFAULT, gt=0, le=TOOL_SECONDS_MAX)
    tool_result_bytes: Count = Field(
        default=TOOL_RESULT_BYTES_DEFAULT, ge=1000, le=TOOL_RESULT_BYTES_MAX
    )


class AgentSpec(Declared):
    """One agent; without a model of its own it has the server's."""

    name: DeclaredName
    title: Annotated[Line, Field(max_length=AGENT_TITLE_MAX_LENGTH)] = ""
    description: Annotated[Line, Field(max_length=500)] = ""
    instructions: Annotated[
        Text, AfterValidator(check_not_blank), Field(min_length=1, max_length=100_000)
    ] = INSTRUCTIONS
    model: ModelName | None = None
    fallback_model: ModelName | None = None
    tools: tuple[Text, ...] = ()
    former_names: tuple[Annotated[AgentName, AfterValidator(check_not_blank)], ...] = ()
    limits: AgentLimits = AgentLimits()

    @property
    def shown_title(self) -> str:
        """What people read; without a title of its own the name, spelled out."""
        return self.title or re.sub(r"[-_]+", " ", self.name).strip().capitalize()


DEFAULT_AGENT = AgentSpec(
    name=UNNAMED,
    description="Answers, and finds what was said in your other sessions.",
    tools=BUILT_IN_TOOLS,
)
