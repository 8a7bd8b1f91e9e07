"""The tools of agents: found by name, and held to their agent's limits whatever they do."""

import asyncio
import dataclasses
import importlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from agents import FunctionTool, function_tool
from agents.tool_context import ToolContext

from chatServer.agent_models import ToolStep
from chatServer.limits import TOOL_ITEMS_MAX_BYTES
from chatServer.services.agent_spec import BUILT_IN_TOOLS, AgentLimits
from chatServer.services.storable import make_storable

logger = logging.getLogger(__name__)

LABEL_MAX_LENGTH = 140
FAILED = "The tool failed."
TOO_SLOW = "The tool did not answer in time."
TOO_OFTEN = "No more tools can be used for this answer. Answer with what you have."
TOO_MUCH = "The result was left out: the tools of this answer have returned too much already."


class UnknownTool(Exception):
    """A name leads to no tool; the message says why in one sentence, without its full stop."""


@dataclasses.dataclass(frozen=True, slots=True)
class AgentContext:
    """For whom an agent works; a tool of one's own gets it as its `RunContextWrapper`'s context."""

    user_id: UUID
    session_id: str


@dataclasses.dataclass(frozen=True, slots=True)
class Tool:
    """A tool, and how its use is told to a reader: from its arguments and its result."""

    function: FunctionTool
    describe: Callable[[Mapping[str, Any], str], str]


class ToolUse:
    """The tools of one answer: limits them, and keeps what was done."""

    def __init__(self, tools: Sequence[Tool], limits: AgentLimits) -> None:
        self.functions = [self._bind(tool) for tool in tools]
        self.steps: list[ToolStep] = []
        self._limits = limits
        self._calls = 0
        self._bytes = 0
        self._abandoned: set[asyncio.Task[Any]] = set()

    def _bind(self, tool: Tool) -> FunctionTool:
        async def invoke(context: ToolContext[Any], arguments: str) -> str:
            self._calls += 1
            if self._calls > self._limits.tool_calls:
                return TOO_OFTEN
            result, is_done = await self._call(tool.function, context, arguments)
            label = _describe(tool, arguments, result if is_done else "")
            self.steps.append(
                ToolStep(
                    name=tool.function.name, label=label, status="done" if is_done else "failed"
                )
            )
            result = self._cut(result)
            self._bytes += len(result.encode())
            return result if self._bytes <= TOOL_ITEMS_MAX_BYTES else TOO_MUCH

        return dataclasses.replace(tool.function, on_invoke_tool=invoke)

    async def _call(
        self, function: FunctionTool, context: ToolContext[Any], arguments: str
    ) -> tuple[str, bool]:
        """Return a result and True, or what the model is told instead of one and False."""
        # A task of its own, so that a tool which holds on to it can be left behind.
        task = asyncio.ensure_future(function.on_invoke_tool(context, arguments))
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        try:
            await asyncio.wait({task}, timeout=self._limits.tool_seconds)
            if not task.done():
                return TOO_SLOW, False
            result = task.result()
            return result if isinstance(result, str) else _to_json(result), True
        except Exception as error:  # noqa: BLE001 a tool may raise anything
            logger.warning("tool %s failed: %s", function.name, type(error).__name__)
            return FAILED, False
        finally:
            task.cancel()

    def _cut(self, text: str) -> str:
        data = text.encode("utf-8", "replace")
        limit = self._limits.tool_result_bytes
        if len(data) <= limit:
            return make_storable(text)
        kept = data[:limit].decode("utf-8", "ignore")
        return f"{make_storable(kept)}\n[Cut here: the result had {len(data)} bytes.]"

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()


def find_tool(name: str, built_in: Mapping[str, Tool]) -> Tool:
    """Return a tool that comes with the server, or one of one's own as `module:function`.

    Raises:
        UnknownTool: There is none.
    """
    if name in built_in:
        return built_in[name]
    module_name, separator, attribute = name.partition(":")
    if not separator:
        known = ", ".join(BUILT_IN_TOOLS)
        raise UnknownTool(f"there is no tool {name!r}; take {known}, or module:function")
    try:
        found = getattr(importlib.import_module(module_name), attribute)
        if not isinstance(found, FunctionTool):
            found = function_tool(found, failure_error_function=None)
    except Exception as error:  # a module may fail with anything while it is imported
        reason = str(error).rstrip(".") or type(error).__name__
        raise UnknownTool(f"the tool {name!r} cannot be used: {reason}") from error
    return Tool(found, lambda _arguments, _result: f"Used {found.name}")


def _describe(tool: Tool, arguments: str, result: str) -> str:
    try:
        label = tool.describe(json.loads(arguments), result)
    except (AttributeError, KeyError, TypeError, ValueError):
        label = f"Used {tool.function.name}"
    line = make_storable(" ".join(label.split()))
    return line if len(line) <= LABEL_MAX_LENGTH else f"{line[: LABEL_MAX_LENGTH - 1]}…"


def _to_json(result: object) -> str:
    return json.dumps(result, ensure_ascii=False, default=str)
