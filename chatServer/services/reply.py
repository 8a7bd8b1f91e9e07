"""One reply being generated: which model, which tools, and what is remembered of it."""

import logging
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

from agents import MaxTurnsExceeded, Model
from pydantic import JsonValue

from chatServer.agent_models import TokenUsage
from chatServer.models import Message
from chatServer.services.agent_items import show_item
from chatServer.services.agent_run import AgentRun
from chatServer.services.agent_spec import AgentSpec
from chatServer.services.agent_tools import AgentContext, ToolObserver, ToolUse
from chatServer.services.file_parts import FilePart
from chatServer.services.file_reader import FileReader
from chatServer.services.model_input import RESULT, Item, keep_newest_half, to_items
from chatServer.services.provider_failures import (
    EMPTY,
    NO_TOOLS,
    UNREADABLE,
    Feature,
    ReplyFailed,
    describe_failure,
    explain_failure,
    find_refused_feature,
    is_too_long,
)
from chatServer.services.refused_sizes import Reader, RefusedSizes

logger = logging.getLogger(__name__)

LEARNED: frozenset[Feature] = frozenset(("tools", "usage"))
"""What a model that refused it is not sent again."""

Refused = dict[tuple[str, str], set[Feature]]
"""What the models turned out not to take, by agent and model: it may be of one agent's tools."""

MakeItems = Callable[[Collection[Feature]], list[Item]]
"""Makes what a model is asked with, without the features that it does not take."""


@dataclass(slots=True)
class Provider:
    """The models that may answer, in order."""

    provider_id: str
    models: Sequence[tuple[str, Model]]
    refused: Refused = field(default_factory=dict)
    too_long: RefusedSizes = field(default_factory=RefusedSizes)


class Reply:
    """One reply; its labels and its memory are final once its text has ended."""

    def __init__(
        self,
        agent: AgentSpec,
        provider: Provider,
        *,
        tools: ToolUse | None = None,
        context: AgentContext | None = None,
        files: FileReader | None = None,
    ) -> None:
        self.agent = agent
        self.model_id = provider.models[0][0]
        self.provider_id = provider.provider_id
        self.fallback_notice: str | None = None
        self.has_text = False
        """Whether any text has come, which then is of the model that is named."""
        self._provider = provider
        self._tools = tools
        self._context = context
        self._files = files
        self._sent_files: set[Feature] = set()
        self._made: list[Item] = []
        self._runs: list[AgentRun] = []

    async def stream_text(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Yield the text as it is generated; the next model is asked if one fails before any.

        Raises:
            ReplyFailed: The model failed; what was yielded before stays good.
        """
        if messages and messages[-1].role == "assistant" and messages[-1].content:
            self._made.append(_say(messages[-1].content))
        files = await self._read_files(messages)
        self._sent_files = {file.feature for file in files.values() if file.feature}

        def make_items(refused: Collection[Feature]) -> list[Item]:
            taken = {at: file for at, file in files.items() if file.feature not in refused}
            return to_items(messages, has_tools="tools" not in refused, files=taken)

        async with aclosing(self.stream_answer(make_items)) as pieces:
            async for piece in pieces:
                yield piece

    async def stream_answer(self, items: MakeItems) -> AsyncGenerator[str, None]:
        """Yield the text that answers these items, as `stream_text` does."""
        reason = UNREADABLE
        for name, model in self._provider.models:
            if name != self.model_id:
                # Without its advice to try again, which nobody has to.
                why = f"{reason.partition(';')[0].removesuffix('.')}."
                self.tell(f"{self.model_id} did not answer, so {name} did. {why}")
                self.model_id = name
            try:
                async with aclosing(self._ask(name, model, items)) as pieces:
                    async for piece in pieces:
                        self.has_text = True
                        yield piece
                if self.has_text:
                    return
                reason = EMPTY
            except MaxTurnsExceeded:
                if self._tools is None:
                    raise ReplyFailed(NO_TOOLS) from None
                limit = self.agent.limits.tool_turns
                raise ReplyFailed(
                    f"The agent used its tools {limit} times without coming to an answer, and was"
                    " stopped there."
                ) from None
            except Exception as error:  # noqa: BLE001 nonsense from a provider surfaces as any type
                reason = explain_failure(error)
                logger.warning("model %s failed: %s", name, describe_failure(error))
            if self.has_text:
                break
        raise ReplyFailed(reason)

    def watch_tools(self, observe: ToolObserver) -> None:
        """Tell an observer of every tool the agent uses from now on."""
        if self._tools is not None:
            self._tools.observe = observe

    def tell(self, notice: str) -> None:
        """Store a sentence with the answer, after those before it, on who gives it."""
        told = self.fallback_notice
        self.fallback_notice = f"{told} {notice}" if told else notice

    @property
    def usage(self) -> TokenUsage | None:
        """What the requests that have ended cost so far; None where their provider counted none."""
        counted = [run.usage for run in self._runs]
        usage = TokenUsage(
            input_tokens=sum(each.input_tokens for each in counted),
            output_tokens=sum(each.output_tokens for each in counted),
            requests=sum(each.requests for each in counted),
        )
        return usage if usage.input_tokens or usage.output_tokens else None

    def memory(self) -> dict[str, JsonValue]:
        """Return what is stored with the answer: shapes as in `complete_turn_v2`."""
        memory: dict[str, JsonValue] = {}
        if self.usage is not None:
            memory["usage"] = self.usage.model_dump(mode="json")
        if any(item.get("type") == RESULT for item in self._made):
            ends_in_words = self._made[-1].get("role") == "assistant"
            *above, last = self._made if ends_in_words else [*self._made, _say("")]
            memory["item"] = last
            memory["items"] = [{"content": show_item(item), "item": item} for item in above]
        return memory

    async def _ask(self, name: str, model: Model, items: MakeItems) -> AsyncGenerator[str, None]:
        """Ask one model, and again without what it refuses to be sent or is too much for it."""
        learned = self._provider.refused.setdefault((self.agent.name, name), set())
        refused = set(learned)
        # An agent without tools says nothing about whether its model takes them.
        not_sent: set[Feature] = set() if self._tools else {"tools"}
        blamed: set[Feature] = set()
        told, is_cut = self._fit(name, items(refused | not_sent))
        while True:
            run = AgentRun(
                self.agent,
                model,
                tools=self._tools.functions if self._tools and "tools" not in refused else (),
                counts_tokens="usage" not in refused,
            )
            self._runs.append(run)
            # What a model that failed had done already, the next one need not do again.
            given = told + [item for item in self._made if "role" not in item]
            has_text = False
            try:
                async with aclosing(run.stream_text(given, self._context)) as pieces:
                    async for piece in pieces:
                        has_text = True
                        yield piece
            except Exception as error:
                newer = keep_newest_half(told) if is_too_long(error) and not has_text else None
                if newer is not None:
                    if given == told and not run.items:
                        self._note_too_long(name, told)
                    told, is_cut = newer, True
                    continue
                if has_text or run.items:
                    raise
                sent = (LEARNED | self._sent_files) - refused - not_sent
                feature = find_refused_feature(error, sent)
                if feature is None:
                    raise
                refused.add(feature)
                if feature == "tools" and any("role" not in item for item in given):
                    blamed.add(feature)
                told, is_cut = self._fit(name, items(refused | not_sent))
                continue
            finally:
                self._made += run.items
            # A broken image is refused as well, or a call that another program has stored; they
            # say nothing about other sessions.
            learned |= (refused & LEARNED) - blamed
            if is_cut:
                self.tell(f"This session is too long for {name}, which was given its newest part.")
            return

    def _fit(self, model_id: str, items: list[Item]) -> tuple[list[Item], bool]:
        """Return what the model is told of the session, and whether that is a part of it."""
        reader = self._reader(model_id)
        fitting = self._provider.too_long.shorten(reader, items) if reader else items
        return fitting, len(fitting) < len(items)

    def _note_too_long(self, model_id: str, items: list[Item]) -> None:
        reader = self._reader(model_id)
        if reader is not None:
            self._provider.too_long.note(reader, items)

    def _reader(self, model_id: str) -> Reader | None:
        # Images and PDFs weigh otherwise than text: with them each turn is tried as a whole.
        if self._context is None or self._sent_files:
            return None
        return Reader(self._context.session_id, self.agent.name, model_id)

    async def _read_files(self, messages: Sequence[Message]) -> dict[UUID, FilePart]:
        if self._files is None or self._context is None:
            return {}
        return await self._files.read_files(self._context.user_id, messages)


def _say(text: str) -> Item:
    return {"role": "assistant", "content": text}
