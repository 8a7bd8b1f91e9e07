"""Knows the configured models, and has agents answer with them."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from urllib.parse import urlsplit

import openai
from agents import Model, OpenAIProvider

from chatServer.services.agent_spec import DEFAULT_AGENT, AgentSpec
from chatServer.services.agent_tools import AgentContext, Tool, ToolUse
from chatServer.services.demo_model import DEMO_MODEL_ID, DemoModel
from chatServer.services.file_reader import FileReader
from chatServer.services.provider_client import OPENAI_BASE_URL, open_client
from chatServer.services.provider_failures import NO_MODEL, TOO_SLOW
from chatServer.services.provider_failures import ReplyFailed as ReplyFailed
from chatServer.services.refused_sizes import RefusedSizes
from chatServer.services.reply import Provider, Refused, Reply


class ReplyGenerator:
    """Knows the configured models, or the demo model when `model` is not given."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        model: str | None = None,
        fallback_model: str | None = None,
        demo_pace_seconds: float = 0.02,
    ) -> None:
        self._client: openai.AsyncOpenAI | None = None
        self._provider: OpenAIProvider | None = None
        self._provider_id = DEMO_MODEL_ID
        self._demo = DemoModel(demo_pace_seconds)
        self._names = [name for name in (model, fallback_model) if name]
        self._models: dict[str, Model] = {}
        self._refused: Refused = {}
        self._too_long = RefusedSizes()
        if model is not None:
            self._client = open_client(api_key, base_url)
            self._provider = OpenAIProvider(openai_client=self._client, use_responses=False)
            host = urlsplit(base_url or OPENAI_BASE_URL).hostname or "unknown"
            self._provider_id = "openai" if host == "api.openai.com" else host

    def start_reply(
        self,
        agent: AgentSpec = DEFAULT_AGENT,
        tools: Sequence[Tool] = (),
        *,
        context: AgentContext | None = None,
        files: FileReader | None = None,
    ) -> Reply:
        """Prepare one reply; nothing is asked before its text is read."""
        return Reply(
            agent,
            Provider(self._provider_id, self._find_models(agent), self._refused, self._too_long),
            tools=ToolUse(tools, agent.limits) if tools else None,
            context=context,
            files=files,
        )

    async def complete_text(
        self, instructions: str, text: str, *, max_length: int, timeout_seconds: float = 30.0
    ) -> str:
        """Ask for a short text that belongs to no session; it is cut after `max_length` characters.

        Raises:
            ReplyFailed: There is no model but the demo, none answered, or not in time.
        """
        if self._client is None:
            raise ReplyFailed(NO_MODEL)
        reply = self.start_reply(DEFAULT_AGENT.model_copy(update={"instructions": instructions}))
        answer = ""
        try:
            async with (
                asyncio.timeout(timeout_seconds),
                aclosing(
                    reply.stream_answer(lambda _: [{"role": "user", "content": text}])
                ) as pieces,
            ):
                async for piece in pieces:
                    answer += piece
                    if len(answer) >= max_length:
                        break
        except TimeoutError:
            raise ReplyFailed(TOO_SLOW) from None
        return answer[:max_length]

    async def aclose(self) -> None:
        """Close the connections to the provider."""
        if self._client is not None:
            await self._client.close()

    def _find_models(self, agent: AgentSpec) -> list[tuple[str, Model]]:
        """Return the agent's models by name, its own before the server's; the fallback second."""
        if self._provider is None:
            return [(DEMO_MODEL_ID, self._demo)]
        names = [agent.model or self._names[0]]
        names += [agent.fallback_model] if agent.fallback_model else self._names[1:]
        for name in names:
            if name not in self._models:
                self._models[name] = self._provider.get_model(name)
        return [(name, self._models[name]) for name in dict.fromkeys(names)]
