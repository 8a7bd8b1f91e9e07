"""Streams a model's reply to a session's messages through the OpenAI Agents SDK."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from urllib.parse import urlsplit

import openai
from agents import (
    Agent,
    Model,
    OpenAIProvider,
    RawResponsesStreamEvent,
    RunConfig,
    Runner,
    TResponseInputItem,
)

from chatServer.models import Message
from chatServer.services.demo_model import DEMO_MODEL_ID, DemoModel
from chatServer.services.instructions import INSTRUCTIONS
from chatServer.services.model_input import to_items
from chatServer.services.provider_failures import UNREADABLE, describe_failure, explain_failure
from chatServer.services.whole_stream import require_whole_stream

logger = logging.getLogger(__name__)

OPENAI_BASE_URL = "https://api.openai.com/v1"
PROVIDER_TIMEOUT = openai.Timeout(connect=5.0, read=120.0, write=30.0, pool=10.0)
"""`read` is the longest silence between two pieces; a reasoning model thinks before its first."""
PROVIDER_RETRIES = 1

EMPTY = "The model gave an empty answer."
TOO_SLOW = "The model did not answer in time."
NO_MODEL = "No model is connected; the demo model only repeats what it is told."


class ReplyFailed(Exception):
    """No reply, or only a part of one; `reason` is one plain sentence for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reply:
    """One reply being generated; its labels are final once its text has ended."""

    def __init__(self, models: Sequence[Model], names: Sequence[str], provider_id: str) -> None:
        self.model_id = names[0]
        self.provider_id = provider_id
        self.fallback_notice: str | None = None
        self._choices = tuple(zip(names, models, strict=True))

    async def stream_text(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """Yield the text as it is generated; the next model is asked if one fails before any.

        Raises:
            ReplyFailed: The model failed; what was yielded before stays good.
        """
        async with aclosing(self.stream_items(INSTRUCTIONS, to_items(messages))) as pieces:
            async for piece in pieces:
                yield piece

    async def stream_items(
        self, instructions: str, items: list[TResponseInputItem]
    ) -> AsyncGenerator[str, None]:
        """Yield the text that answers these items, as `stream_text` does."""
        reason = UNREADABLE
        for name, model in self._choices:
            if name != self.model_id:
                self.fallback_notice = f"{self.model_id} did not answer, so {name} did. {reason}"
                self.model_id = name
            has_text = False
            try:
                async with aclosing(_run_agent(model, instructions, items)) as pieces:
                    async for piece in pieces:
                        has_text = True
                        yield piece
                if has_text:
                    return
                reason = EMPTY
            except Exception as error:  # noqa: BLE001 nonsense from a provider surfaces as any type
                reason = explain_failure(error)
                logger.warning("model %s failed: %s", name, describe_failure(error))
            if has_text:
                break
        raise ReplyFailed(reason)


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
        self._models: list[Model] = [DemoModel(demo_pace_seconds)]
        self._names = [DEMO_MODEL_ID]
        self._provider_id = DEMO_MODEL_ID
        if model is not None:
            self._client = _make_client(api_key, base_url)
            provider = OpenAIProvider(openai_client=self._client, use_responses=False)
            self._names = list(dict.fromkeys(name for name in (model, fallback_model) if name))
            self._models = [provider.get_model(name) for name in self._names]
            host = urlsplit(base_url or OPENAI_BASE_URL).hostname or "unknown"
            self._provider_id = "openai" if host == "api.openai.com" else host

    def start_reply(self) -> Reply:
        """Prepare one reply; nothing is asked before its text is read."""
        return Reply(self._models, self._names, self._provider_id)

    async def complete_text(
        self, instructions: str, text: str, *, max_length: int, timeout_seconds: float = 30.0
    ) -> str:
        """Ask for a short text that belongs to no session; it is cut after `max_length` characters.

        Raises:
            ReplyFailed: There is no model but the demo, none answered, or not in time.
        """
        if self._client is None:
            raise ReplyFailed(NO_MODEL)
        answer = ""
        try:
            async with (
                asyncio.timeout(timeout_seconds),
                aclosing(
                    self.start_reply().stream_items(
                        instructions, [{"role": "user", "content": text}]
                    )
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


def _make_client(api_key: str | None, base_url: str | None) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        api_key=api_key or "none",  # the SDK wants one, a local server ignores it
        base_url=base_url or OPENAI_BASE_URL,
        max_retries=PROVIDER_RETRIES,
        timeout=PROVIDER_TIMEOUT,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpx2Client(
            timeout=PROVIDER_TIMEOUT, event_hooks={"response": [require_whole_stream]}
        ),
    )


async def _run_agent(
    model: Model, instructions: str, items: list[TResponseInputItem]
) -> AsyncGenerator[str, None]:
    agent = Agent(name="assistant", instructions=instructions, model=model)
    run = Runner.run_streamed(
        agent, items, max_turns=1, run_config=RunConfig(tracing_disabled=True)
    )
    try:
        async for event in run.stream_events():
            if isinstance(event, RawResponsesStreamEvent) and event.data.type in (
                "response.output_text.delta",
                "response.refusal.delta",
            ):
                text = _storable(event.data.delta)
                if text:
                    yield text
    finally:
        run.cancel()


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
