"""The model that answers when none is configured."""

import asyncio
import time
from collections.abc import AsyncGenerator

from agents import Model, TResponseInputItem, Usage
from agents.items import ModelResponse, TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseTextDeltaEvent,
)

from chatServer.services.demo_reply import compose_demo_reply, split_words

DEMO_MODEL_ID = "demo"


class DemoModel(Model):
    """Answers without a provider, word by word, so that the registry can be tried without a key."""

    def __init__(self, pace_seconds: float) -> None:
        self._pace_seconds = pace_seconds

    async def get_response(
        self,
        system_instructions: str | None,  # noqa: ARG002 the signature is the SDK's
        input: str | list[TResponseInputItem],
        *_: object,
        **__: object,
    ) -> ModelResponse:
        """Return the answer to the last item at once."""
        text = compose_demo_reply(_texts_of(input))
        return ModelResponse(output=_whole_response(text).output, usage=Usage(), response_id=None)

    async def stream_response(
        self,
        system_instructions: str | None,  # noqa: ARG002 the signature is the SDK's
        input: str | list[TResponseInputItem],
        *_: object,
        **__: object,
    ) -> AsyncGenerator[TResponseStreamEvent, None]:
        """Yield the answer to the last item as response events."""
        text = compose_demo_reply(_texts_of(input))
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


def _text_of(content: object) -> str:
    """Return what was written; a part that is a file is named there."""
    if not isinstance(content, list):
        return str(content or "")
    return "\n\n".join(part["text"] for part in content if "text" in part)


def _texts_of(input: str | list[TResponseInputItem]) -> list[str]:
    items = [input] if isinstance(input, str) else input
    return [item if isinstance(item, str) else _text_of(item.get("content")) for item in items]


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
