"""What a client of AG-UI sends, and how to read what it is sent."""

import base64
import json
import uuid
from collections.abc import Iterable
from typing import Any

import httpx
from ag_ui.core import Event
from pydantic import TypeAdapter

EVENTS: TypeAdapter[Any] = TypeAdapter(Event)
PATH = "/api/agui/assistant"
CLIENT_TOOL = {"name": "confirm", "description": "Asks the user.", "parameters": {"type": "object"}}
USES_A_TOOL = [
    "RUN_STARTED",
    "TEXT_MESSAGE_START",
    "TEXT_MESSAGE_CONTENT",
    "TEXT_MESSAGE_END",
    "TOOL_CALL_START",
    "TOOL_CALL_ARGS",
    "TOOL_CALL_END",
    "TOOL_CALL_RESULT",
    "TEXT_MESSAGE_START",
    "TEXT_MESSAGE_CONTENT",
    "TEXT_MESSAGE_END",
    "RUN_FINISHED",
]
Json = dict[str, Any]


def part_of(data: bytes, **source: str) -> Json:
    """An image in a message."""
    given = {"type": "data", "value": base64.b64encode(data).decode(), "mimeType": "image/png"}
    return {"type": "image", "source": {**given, **source}, "metadata": {"filename": "dot.png"}}


def run_of(*said: str | list[Json], **given: object) -> Json:
    """The input of a run; what was said alternates between the user and the assistant."""
    roles = ("user", "assistant")
    messages = [
        {"id": f"m{place}", "role": roles[place % 2], "content": text}
        for place, text in enumerate(said)
    ]
    ids = {"threadId": str(uuid.uuid4()), "runId": str(uuid.uuid4())}
    return {**ids, "messages": messages, "state": {}, "tools": [], "context": [], **given}


async def run(client: httpx.AsyncClient, body: Json, path: str = PATH) -> list[Json]:
    """Runs an agent and reads its events, each of which the protocol's own models take."""
    async with client.stream("POST", path, json=body) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line async for line in response.aiter_lines()]
    return read_lines(lines)


def read_lines(lines: Iterable[str]) -> list[Json]:
    """Reads the events of a stream."""
    events = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    for event in events:
        EVENTS.validate_python(event)
        assert event.get("delta") != "", "clients of AG-UI before 1.0 refuse an empty piece"
    return events


def types_of(events: list[Json]) -> list[str]:
    """The types of the events, with one for all the pieces of a text."""
    types = [event["type"] for event in events]
    return [t for t, before in zip(types, ["", *types], strict=False) if t != before]


def joined(events: list[Json]) -> list[Json]:
    """The events with the pieces of each text as one."""
    whole: list[Json] = []
    for event in events:
        is_more = event["type"] == "TEXT_MESSAGE_CONTENT" == (whole or [event])[-1]["type"]
        if is_more and whole:
            whole[-1] = {**event, "delta": whole[-1]["delta"] + event["delta"]}
        else:
            whole.append(event)
    return whole


def text_of(events: list[Json]) -> str:
    return "".join(e["delta"] for e in events if e["type"] == "TEXT_MESSAGE_CONTENT")
