"""Streams a model's reply to a session's messages through the OpenAI Agents SDK."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from urllib.parse import urlsplit

import openai
from agents import (
    Agent,
    Model,
    ModelBehaviorError,
    OpenAIProvider,
    RawResponsesStreamEvent,
    RunConfig,
    Runner,
    TResponseInputItem,
)
from agents.items import ModelResponse, TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
)

from chatServer.models import Message
from chatServer.services.demo_reply import compose_demo_reply, split_words
from chatServer.services.instructions import GO_ON, INSTRUCTIONS
from chatServer.services.whole_stream import require_whole_stream

logger = logging.getLogger(__name__)

DEMO_MODEL_ID = "demo"
OPENAI_BASE_URL = "https://api.openai.com/v1"
PROVIDER_TIMEOUT = openai.Timeout(connect=5.0, read=120.0, write=30.0, pool=10.0)
"""`read` is the longest silence between two pieces; a reasoning model thinks before its first."""
PROVIDER_RETRIES = 1

PLAIN_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (openai.AuthenticationError, "The model's provider refused this server's API key."),
    (openai.PermissionDeniedError, "The model's provider refused this server's API key."),
    (openai.NotFoundError, "The provider does not know this model."),
    (openai.RateLimitError, "The model is over its limit right now; try again in a while."),
    (openai.InternalServerError, "The model's provider has a fault right now; try again later."),
    (openai.APIStatusError, "The model's provider refused this request."),
    (openai.APITimeoutError, "The model did not answer in time."),
    (openai.APIConnectionError, "The model could not be reached, or the connection broke off."),
)
UNREADABLE = "The model's answer could not be understood."


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
        reason = UNREADABLE
        for name, model in self._choices:
            if name != self.model_id:
                self.fallback_notice = f"{self.model_id} did not answer, so {name} did. {reason}"
                self.model_id = name
            has_text = False
            try:
                async with aclosing(_run_agent(model, _to_items(messages))) as pieces:
                    async for piece in pieces:
                        has_text = True
                        yield piece
                if has_text:
                    return
                reason = "The model gave an empty answer."
            except Exception as error:  # noqa: BLE001 nonsense from a provider surfaces as any type
                reason = _explain(error)
                logger.warning("model %s failed: %s", name, _describe(error))
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
        self._models: list[Model] = [_DemoModel(demo_pace_seconds)]
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


async def _run_agent(model: Model, items: list[TResponseInputItem]) -> AsyncGenerator[str, None]:
    agent = Agent(name="assistant", instructions=INSTRUCTIONS, model=model)
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


def _to_items(messages: Sequence[Message]) -> list[TResponseInputItem]:
    items: list[TResponseInputItem] = [
        {"role": message.role, "content": message.content}
        for message in messages
        if message.role != "tool" and message.content
    ]
    if messages and messages[-1].role == "assistant":
        items.append({"role": "user", "content": GO_ON})
    return items


def _explain(error: Exception) -> str:
    if isinstance(error, openai.APIError) and error.code == "context_length_exceeded":
        return "This session has grown too long for the model."
    return next((text for kind, text in PLAIN_REASONS if isinstance(error, kind)), UNREADABLE)


def _describe(error: Exception) -> str:
    """Name an error for the log without its message: providers echo keys and prompts in it."""
    status = getattr(error, "status_code", "no status")
    return f"{type(error).__name__}, {status}"


class _DemoModel(Model):
    """Answers without a provider, word by word, so that the registry can be tried without a key."""

    def __init__(self, pace_seconds: float) -> None:
        self._pace_seconds = pace_seconds

    async def get_response(self, *_: object, **__: object) -> ModelResponse:
        """Refuse: replies are always streamed."""
        raise ModelBehaviorError("The demo model only streams.")

    async def stream_response(
        self,
        system_instructions: str | None,  # noqa: ARG002 the signature is the SDK's
        input: str | list[TResponseInputItem],
        *_: object,
        **__: object,
    ) -> AsyncGenerator[TResponseStreamEvent, None]:
        """Yield the answer to the last item as response events."""
        items = [input] if isinstance(input, str) else input
        texts = [item if isinstance(item, str) else str(item.get("content", "")) for item in items]
        text = compose_demo_reply(texts)
        number = 0
        for number, word in enumerate(split_words(text)):
            yield ResponseTextDeltaEvent(
                type="response.output_text.delta",
                item_id=DEMO_MODEL_ID,
                output_index=0,
                content_index=0,
                delta=word,
                logprobs=[],
                sequence_number=number,
            )
            await asyncio.sleep(self._pace_seconds)
        yield ResponseCompletedEvent(
            type="response.completed", response=_whole_response(text), sequence_number=number + 1
        )


def _whole_response(text: str) -> Response:
    message = ResponseOutputMessage(
        id=DEMO_MODEL_ID,
        type="message",
        role="assistant",
        status="completed",
        content=[ResponseOutputText(type="output_text", text=text, annotations=[])],
    )
    return Response(
        id=DEMO_MODEL_ID,
        created_at=time.time(),
        model=DEMO_MODEL_ID,
        object="response",
        output=[message],
        tool_choice="auto",
        tools=[],
        parallel_tool_calls=False,
    )
