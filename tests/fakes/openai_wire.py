"""The pieces of a streamed answer as they go over the wire."""

import json
from collections.abc import Mapping


def usage_chunk(input_tokens: int, output_tokens: int) -> bytes:
    """What the provider counted."""
    usage = {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
    }
    return event({"choices": [], "usage": usage})


def chunk(delta: Mapping[str, object], finish_reason: str | None = None) -> bytes:
    """One piece of an answer."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish_reason}
    return event({"choices": [choice]})


def event(fields: Mapping[str, object]) -> bytes:
    """One event of the stream."""
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        **fields,
    }
    return f"data: {json.dumps(whole)}\n\n".encode()
