"""Reads the file that declares the agents; what is wrong with it is told in one sentence."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chatServer.services.agent_spec import BUILT_IN_TOOLS, UNNAMED, AgentSpec
from chatServer.services.agent_tools import UnknownTool, find_tool
from chatServer.settings import SettingsError

NOTHING_DECLARED = "declares no agent; an agent is a table like [agents.assistant]"
TOO_LONG = "must be at most {max_length} characters long"
REASONS = {
    "string_pattern_mismatch": "must hold only small letters, digits, - and _",
    "string_type": "must be text in quotes",
    "string_too_long": TOO_LONG,
    "too_long": TOO_LONG,
    "too_short": "must not be empty",
    "int_type": "must be a whole number, without quotes and point",
    "float_type": "must be a number, without quotes",
    "tuple_type": 'must be a list, like ["a", "b"]',
    "model_type": "must be a table",
}
"""What Pydantic says of these kinds of problem takes its own words to be known."""


def read_agents(path: Path, *, has_model: bool) -> tuple[AgentSpec, ...]:
    """Return the agents in the order of the file; without a model of the server none has its own.

    Raises:
        SettingsError: The file, an agent or one of its fields cannot be used.
    """
    tables = _read_tables(path)
    agents = tuple(_read_agent(path, name, table) for name, table in tables.items())
    for agent in agents:
        _check_models(path, agent, has_model=has_model)
        _check_tools(path, agent)
    _check_names(path, agents)
    return agents


def _read_tables(path: Path) -> dict[str, object]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"AGENTS_FILE {path} cannot be read: {error.strerror}.") from None
    except RecursionError:
        raise SettingsError(
            f"{path} is not TOML that can be read: it is nested too deep."
        ) from None
    except ValueError as error:
        raise SettingsError(f"{path} is not TOML that can be read: {error}.") from None
    tables = content.pop("agents", None)
    if content:
        raise SettingsError(f"{path}: {next(iter(content))!r} belongs to no agent.")
    if not isinstance(tables, dict) or not tables:
        raise SettingsError(f"{path} {NOTHING_DECLARED}.")
    return tables


def _read_agent(path: Path, name: str, table: object) -> AgentSpec:
    if not isinstance(table, dict):
        raise SettingsError(f"{path} {NOTHING_DECLARED}.")
    if "name" in table:
        raise _refuse(path, name, field="name", reason="stands in the table's heading alone")
    try:
        return AgentSpec.model_validate({**table, "name": name})
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in problem["loc"]]
    field = ".".join(place)
    if problem["type"] == "extra_forbidden":
        known = _fields_beside(place)
        raise _refuse(path, name, field=field, reason=f"is unknown; there are {known}")
    said = problem["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    reason = REASONS.get(problem["type"], "").format_map(problem.get("ctx", {})) or said
    raise _refuse(path, name, field=field, reason=reason)


def _fields_beside(place: Sequence[str]) -> str:
    model: Any = AgentSpec
    for part in place[:-1]:
        model = model.model_fields[part].annotation
    return ", ".join(name for name in model.model_fields if name != "name")


def _check_models(path: Path, agent: AgentSpec, *, has_model: bool) -> None:
    for field in ("model", "fallback_model"):
        if getattr(agent, field) is not None and not has_model:
            reason = "needs OPENAI_API_KEY or OPENAI_BASE_URL in the settings"
            raise _refuse(path, agent.name, field=field, reason=reason)


def _check_tools(path: Path, agent: AgentSpec) -> None:
    functions: set[str] = set()
    for name in agent.tools:
        try:
            function = name if name in BUILT_IN_TOOLS else find_tool(name, {}).function.name
        except UnknownTool as error:
            raise _refuse(path, agent.name, field="tools", reason=str(error)) from None
        if function in functions:
            reason = f"hold {function!r} twice, and a model would not know which is meant"
            raise _refuse(path, agent.name, field="tools", reason=reason)
        functions.add(function)


def _check_names(path: Path, agents: Sequence[AgentSpec]) -> None:
    owners = {agent.name: agent for agent in agents}
    for agent in agents:
        for former in agent.former_names:
            if former in owners:
                reason = f"has {former!r}, which {owners[former].name!r} has already"
                raise _refuse(path, agent.name, field="former_names", reason=reason)
            owners[former] = agent
    if owners.get(UNNAMED, agents[0]) is not agents[0]:
        raise SettingsError(
            f"{path}: the agent {UNNAMED!r} must stand first, because sessions in which nobody"
            " has chosen have that name."
        )


def _refuse(path: Path, name: str, *, field: str, reason: str) -> SettingsError:
    # One line, also where a key or what a module of one's own says has several.
    told = " ".join(f"agent {name!r}, {field}: {reason}".split())
    return SettingsError(f"{path}: {told}.")
