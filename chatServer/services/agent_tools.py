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
from chatServer.limits import TOOL_ARGUMENTS_MAX_BYTES, TOOL_ITEMS_MAX_BYTES
from chatServer.services.agent_spec import BUILT_IN_TOOLS, AgentLimits
from chatServer.services.storable import make_storable
from chatServer.services.tool_threads import run_in_threads
from chatServer.turn_events import ToolCall

logger = logging.getLogger(__name__)

ARGUMENTS_LEFT_OUT = '{"left_out": "The arguments were too long to be kept."}'
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
    """A tool, and how its use is told to a reader: from its arguments and its result.

    The result is None while it is in use, and empty when it failed.
    """

    function: FunctionTool
    describe: Callable[[Mapping[str, Any], str | None], str]


ToolObserver = Callable[[int, ToolStep, ToolCall], None]
"""Is told the place of a use among those of the answer, from 0: when it begins, when it ends."""


class ToolUse:
    """The tools of one answer: limits them, and tells what is done with them."""

    def __init__(self, tools: Sequence[Tool], limits: AgentLimits) -> None:
        self.functions = [self._bind(tool) for tool in tools]
        self.observe: ToolObserver = lambda _place, _step, _call: None
        self._limits = limits
        self._calls = 0
        self._bytes = 0
        self._abandoned: set[asyncio.Task[Any]] = set()

    def _bind(self, tool: Tool) -> FunctionTool:
        async def invoke(context: ToolContext[Any], arguments: str) -> str:
            place, self._calls = self._calls, self._calls + 1
            if self._calls > self._limits.tool_calls:
                return TOO_OFTEN
            self._tell(place, tool, arguments)
            result, is_done = await self._call(tool.function, context, arguments)
            label = _describe(tool, arguments, result if is_done else "")
            told = self._limit(result)
            step = ToolStep(
                name=tool.function.name, label=label, status="done" if is_done else "failed"
            )
            self.observe(place, step, ToolCall(limit_arguments(arguments), told))
            return told

        return dataclasses.replace(tool.function, on_invoke_tool=invoke)

    def _tell(self, place: int, tool: Tool, arguments: str) -> None:
        label = _describe(tool, arguments, None)
        step = ToolStep(name=tool.function.name, label=label, status="running")
        self.observe(place, step, ToolCall(limit_arguments(arguments), None))

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

    def _limit(self, result: str) -> str:
        result = self._cut(result)
        self._bytes += len(result.encode())
        return result if self._bytes <= TOOL_ITEMS_MAX_BYTES else TOO_MUCH

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
        found = _load(module_name, attribute)
    except Exception as error:  # a module may fail with anything while it is imported
        reason = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise UnknownTool(f"the tool {name!r} cannot be used: {reason}") from error
    return Tool(found, lambda _arguments, result: _name_use(found, result))


def _load(module_name: str, attribute: str) -> FunctionTool:
    try:
        module = importlib.import_module(module_name)
    except SystemExit:
        raise ImportError(f"{module_name} ends the program when it is imported") from None
    found = getattr(module, attribute)
    if isinstance(found, FunctionTool):
        return found
    if not callable(found):
        raise TypeError("it is no function")
    return function_tool(run_in_threads(found), failure_error_function=None)


def limit_arguments(arguments: str) -> str:
    """Return what is kept of a call's arguments."""
    kept = make_storable(arguments)
    return ARGUMENTS_LEFT_OUT if len(kept.encode()) > TOOL_ARGUMENTS_MAX_BYTES else kept


def _describe(tool: Tool, arguments: str, result: str | None) -> str:
    try:
        label = tool.describe(json.loads(arguments), result)
    except (AttributeError, KeyError, TypeError, ValueError):
        label = _name_use(tool.function, result)
    line = make_storable(" ".join(label.split()))
    return line if len(line) <= LABEL_MAX_LENGTH else f"{line[: LABEL_MAX_LENGTH - 1]}…"


def _name_use(function: FunctionTool, result: str | None) -> str:
    return f"{'Using' if result is None else 'Used'} {function.name}"


def _to_json(result: object) -> str:
    return json.dumps(result, ensure_ascii=False, default=str)
