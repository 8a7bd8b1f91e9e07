"""A fake OpenAI-compatible server on loopback: real sockets, scripted answers, recorded prompts."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.loopback_server import LoopbackServer
from tests.fakes.openai_wire import chunk, usage_chunk

DEADLINE_SECONDS = 180.0


class Hold:
    """Stalls an answer at this place until it is released or its reader goes away."""

    def __init__(self) -> None:
        self._reached = asyncio.Event()
        self._abandoned = asyncio.Event()
        self._released = asyncio.Event()

    async def wait_reached(self) -> None:
        """Returns once an answer stalls here."""
        await asyncio.wait_for(self._reached.wait(), DEADLINE_SECONDS)

    async def wait_abandoned(self) -> None:
        """Returns once the reader of the stalled answer has gone away."""
        await asyncio.wait_for(self._abandoned.wait(), DEADLINE_SECONDS)

    def release(self) -> None:
        """Lets the answer go on."""
        self._released.set()

    async def stall(self, reader: asyncio.StreamReader) -> bool:
        """Returns True when released, False when the reader went away."""
        self._reached.set()
        gone = asyncio.create_task(reader.read(1))
        released = asyncio.create_task(self._released.wait())
        await asyncio.wait({gone, released}, return_when=asyncio.FIRST_COMPLETED)
        is_released = released.done()
        gone.cancel()
        released.cancel()
        await asyncio.gather(gone, released, return_exceptions=True)
        if not is_released:
            self._abandoned.set()
        return is_released


@dataclass(frozen=True)
class CutOff:
    """Breaks the connection off at this place: with a reset, or closed in good order."""

    is_orderly: bool = False


@dataclass(frozen=True)
class Refusal:
    """Answers with an error instead of a stream."""

    status: int
    error: Mapping[str, str] = field(default_factory=lambda: {"message": "refused"})
    retry_after: str | None = None


@dataclass(frozen=True)
class Raw:
    """Sends these bytes as they are."""

    data: bytes


@dataclass(frozen=True)
class Pause:
    """Thinks for a while, as a model of a given pace does."""

    seconds: float


@dataclass(frozen=True)
class Call:
    """Asks for a tool; an answer with calls ends there, and the next prompt brings the results."""

    name: str
    arguments: str = "{}"
    call_id: str | None = None


Step = str | Hold | CutOff | Refusal | Raw | Pause | Call


@dataclass(frozen=True)
class Prompt:
    """One request as it arrived."""

    body: dict[str, Any]
    authorization: str

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Role and content of every message but the instructions."""
        told = [m for m in self.body["messages"] if m["role"] != "system"]
        return [(m["role"], _text_of(m.get("content"))) for m in told]

    @property
    def files(self) -> list[dict[str, Any]]:
        """Every part of the messages that is not text."""
        contents = [m["content"] for m in self.body["messages"] if isinstance(m["content"], list)]
        return [part for parts in contents for part in parts if part["type"] != "text"]

    @property
    def tools(self) -> list[str]:
        """The names of the tools that were offered."""
        return [tool["function"]["name"] for tool in self.body.get("tools", ())]


Compose = Callable[[Prompt], str | tuple[Step, ...]]
"""Makes the answer of a prompt, as its text or as its steps."""


def _text_of(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


class FakeOpenAI(LoopbackServer):
    """Answers word by word: a script, or what `compose` makes of the prompt, at first an echo."""

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []
        self.compose: Compose = lambda prompt: f"echo: {prompt.messages[-1][1]}"
        self._scripts: list[tuple[Callable[[Prompt], bool], tuple[Step, ...]]] = []

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL is set to."""
        return f"{self.origin}/v1"

    def script(
        self,
        *steps: Step,
        asked: str | None = None,
        model: str | None = None,
        when: Callable[[Prompt], bool] = lambda _: True,
    ) -> None:
        """Answers this message, this model, or both, with these steps every time."""

        def is_meant(prompt: Prompt) -> bool:
            is_asked = asked in (None, prompt.messages[-1][1])
            return is_asked and model in (None, prompt.body["model"]) and when(prompt)

        self._scripts.append((is_meant, steps))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one prompt."""
        prompt = await _read_prompt(reader)
        self.prompts.append(prompt)
        steps = self._find_steps(prompt)
        refusal = steps[0] if steps and isinstance(steps[0], Refusal) else None
        if refusal is not None:
            body = json.dumps({"error": refusal.error}).encode()
            asks = f"\r\nretry-after: {refusal.retry_after}" if refusal.retry_after else ""
            writer.write(_head(refusal.status, f"application/json{asks}") + body)
            await writer.drain()
            return
        if not prompt.body.get("stream"):
            writer.write(_head(200, "application/json") + _whole(steps, len(self.prompts)))
            await writer.drain()
            return
        writer.write(_head(200, "text/event-stream"))
        for step in steps:
            await writer.drain()
            if isinstance(step, str):
                writer.write(chunk({"content": step}))
            elif isinstance(step, Raw):
                writer.write(step.data)
            elif isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            elif isinstance(step, Call):
                writer.write(_call_chunk(step, steps.index(step), len(self.prompts)))
            elif isinstance(step, Hold):
                if not await step.stall(reader):
                    return
            elif isinstance(step, CutOff):
                await writer.drain()
                if not step.is_orderly:
                    _reset_on_close(writer)
                return
        has_calls = any(isinstance(step, Call) for step in steps)
        writer.write(chunk({}, finish_reason="tool_calls" if has_calls else "stop"))
        if prompt.body.get("stream_options", {}).get("include_usage"):
            writer.write(usage_chunk(len(prompt.body["messages"]), len(steps)))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    def _find_steps(self, prompt: Prompt) -> tuple[Step, ...]:
        for is_meant, steps in self._scripts:
            if is_meant(prompt):
                return steps
        answer = self.compose(prompt)
        return tuple(re.findall(r"\S+\s*", answer)) if isinstance(answer, str) else answer


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    no_linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)


async def _read_prompt(reader: asyncio.StreamReader) -> Prompt:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    fields = {name.lower(): value for name, value in fields.items()}
    body = await reader.readexactly(int(fields["content-length"]))
    return Prompt(json.loads(body), fields.get("authorization", ""))


def _head(status: int, content_type: str) -> bytes:
    return (
        f"HTTP/1.1 {status} Fake\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n"
    ).encode()


def _call_chunk(call: Call, index: int, number: int) -> bytes:
    return chunk({"tool_calls": [{"index": index, **_called(call, number)}]})


def _called(call: Call, number: int) -> dict[str, object]:
    return {
        "id": call.call_id or f"call-{number}",
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _whole(steps: tuple[Step, ...], number: int) -> bytes:
    text = "".join(step for step in steps if isinstance(step, str))
    calls = [_called(step, number) for step in steps if isinstance(step, Call)]
    message = {"role": "assistant", "content": text or None, "tool_calls": calls or None}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    fields = {"id": "chatcmpl-1", "created": 1, "model": "fake", "choices": [choice]}
    return json.dumps({"object": "chat.completion", **fields}).encode()
