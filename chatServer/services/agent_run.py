"""One run of an agent through the OpenAI Agents SDK: its text, and what it did for it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from typing import Any, cast

from agents import (
    Agent,
    FunctionTool,
    ItemHelpers,
    MaxTurnsExceeded,
    MessageOutputItem,
    Model,
    ModelRefusalError,
    ModelResponse,
    ModelSettings,
    RawResponsesStreamEvent,
    RunConfig,
    RunContextWrapper,
    RunHooks,
    RunItem,
    Runner,
    RunResultStreaming,
    ToolCallItem,
    ToolCallOutputItem,
    ToolExecutionConfig,
    TResponseInputItem,
)

from chatServer.agent_models import TokenUsage
from chatServer.limits import TOOLS_AT_ONCE
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agent_tools import AgentContext, limit_arguments
from chatServer.services.model_input import CALL, RESULT, Item
from chatServer.services.storable import make_storable

RUN_CONFIG = RunConfig(
    tracing_disabled=True,
    tool_not_found_behavior="return_error_to_model",
    tool_execution=ToolExecutionConfig(max_function_tool_concurrency=TOOLS_AT_ONCE),
)


class TurnLimit(RunHooks[AgentContext]):
    """Stops a run whose last turn asks for a tool, before the tool is used."""

    def __init__(self, turns: int) -> None:
        self._left = turns

    async def on_llm_end(
        self,
        _context: RunContextWrapper[AgentContext],
        _agent: Agent[AgentContext],
        response: ModelResponse,
    ) -> None:
        """Count an answer of the model.

        Raises:
            MaxTurnsExceeded: It asks for a tool, and there is no turn left to tell it the result.
        """
        self._left -= 1
        if self._left <= 0 and any(item.type == CALL for item in response.output):
            raise MaxTurnsExceeded("the last turn asks for a tool")


class AgentRun:
    """Asks one model until it answers without a tool; `items` and `usage` grow meanwhile."""

    def __init__(
        self,
        agent: AgentSpec,
        model: Model,
        *,
        tools: Sequence[FunctionTool],
        counts_tokens: bool,
    ) -> None:
        self._agent: Agent[AgentContext] = Agent(
            name=agent.name,
            instructions=agent.instructions,
            model=model,
            tools=list(tools),
            model_settings=ModelSettings(include_usage=True if counts_tokens else None),
        )
        self._max_turns = agent.limits.tool_turns + 1 if tools else 1
        self._run: RunResultStreaming | None = None
        self._refusal = ""

    async def stream_text(
        self, items: list[Item], context: AgentContext | None
    ) -> AsyncGenerator[str, None]:
        """Yield the text, a blank line between what was said before and after a tool.

        A model that will not say something says that instead, which is its answer.

        Raises:
            MaxTurnsExceeded: The model only ever asks for tools.
        """
        run = self._run = Runner.run_streamed(
            self._agent,
            cast("list[TResponseInputItem]", items),
            context=context,
            max_turns=self._max_turns,
            hooks=TurnLimit(self._max_turns),
            run_config=RUN_CONFIG,
        )
        ends_with = gap = ""
        try:
            async for event in run.stream_events():
                if not isinstance(event, RawResponsesStreamEvent):
                    continue
                if event.data.type == "response.completed" and ends_with:
                    gap = "" if ends_with == "\n" else "\n\n"
                elif event.data.type in ("response.output_text.delta", "response.refusal.delta"):
                    text = make_storable(event.data.delta)
                    if text:
                        yield gap + text
                        gap, ends_with = "", text[-1]
        except ModelRefusalError as error:
            self._refusal = make_storable(error.refusal)
        finally:
            run.cancel()

    @property
    def items(self) -> list[Item]:
        """What was said and done so far, oldest first; calls without a result are left out."""
        made = [_to_item(item) for item in self._run.new_items] if self._run else []
        items = [item for item in made if item is not None]
        if self._refusal:
            items.append({"role": "assistant", "content": self._refusal})
        answered = {item["call_id"] for item in items if item.get("type") == RESULT}
        return [i for i in items if i.get("type") != CALL or i["call_id"] in answered]

    @property
    def usage(self) -> TokenUsage:
        """What the provider counted; zeros when it counts nothing."""
        if self._run is None:
            return TokenUsage(input_tokens=0, output_tokens=0, requests=0)
        usage = self._run.context_wrapper.usage
        return TokenUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            requests=usage.requests,
        )


def _to_item(made: RunItem) -> Item | None:
    """Return an item with what every provider takes back, and no id of the one that made it."""
    if isinstance(made, MessageOutputItem):
        return {
            "role": "assistant",
            "content": make_storable(ItemHelpers.text_message_output(made)),
        }
    with suppress(AttributeError, KeyError, TypeError):
        if isinstance(made, ToolCallItem):
            call = cast("dict[str, Any]", made.to_input_item())
            return {
                "type": CALL,
                "call_id": make_storable(str(call["call_id"])),
                "name": make_storable(str(call["name"])),
                "arguments": limit_arguments(str(call["arguments"])),
            }
        if isinstance(made, ToolCallOutputItem):
            result = cast("dict[str, Any]", made.to_input_item())
            return {
                "type": RESULT,
                "call_id": make_storable(str(result["call_id"])),
                "output": make_storable(str(made.output)),
            }
    return None
