"""Streams of events, without a server around them."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
from starlette.types import Message

from chatServer.routers import event_stream
from chatServer.routers.event_stream import EventStream
from tests.chatServer.turn_stage import DEADLINE_SECONDS

PING = b": ping\n\n"


class Client:
    """What an ASGI server is for an app: hears all, and goes away when told to, or while stuck."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.heard_at: list[float] = []
        self.leaving = asyncio.Event()
        self.is_stuck = False
        self.two_pings = asyncio.Event()

    @property
    def bodies(self) -> list[bytes]:
        """What was sent after the head, the empty end left out."""
        return [message["body"] for message in self.heard[1:] if message["body"]]

    async def follow(self, stream: EventStream) -> None:
        """Reads until the stream has ended or the client has left."""
        await stream({"type": "http"}, self._receive, self._send)

    async def _receive(self) -> Message:
        await self.leaving.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.heard.append(message)
        self.heard_at.append(asyncio.get_running_loop().time())
        if self.bodies[-2:] == [PING, PING]:
            self.two_pings.set()
        if self.is_stuck and self.bodies:
            self.leaving.set()
            await asyncio.Event().wait()


async def test_sends_each_event_and_then_the_end() -> None:
    async def speak() -> AsyncGenerator[bytes, None]:
        yield b"data: 1\n\n"
        yield b"data: 2\n\n"

    client = Client()
    await client.follow(EventStream(speak(), {"X-Answer": "7"}))
    head, *bodies = client.heard
    assert head["status"] == 200
    assert dict(head["headers"]) == {
        b"content-type": b"text/event-stream; charset=utf-8",
        b"cache-control": b"no-cache",
        b"x-accel-buffering": b"no",
        b"x-answer": b"7",
    }
    assert [(body["body"], body["more_body"]) for body in bodies] == [
        (b"data: 1\n\n", True),
        (b"data: 2\n\n", True),
        (b"", False),
    ]


async def test_pings_once_nothing_was_sent_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "PING_SECONDS", 0.1)
    client = Client()

    async def speak() -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(0.07)
        yield b"data: 1\n\n"
        await client.two_pings.wait()
        yield b"data: 2\n\n"

    async with asyncio.timeout(DEADLINE_SECONDS):
        await client.follow(EventStream(speak()))
    assert [body for body in client.bodies if body != PING] == [b"data: 1\n\n", b"data: 2\n\n"]
    silences = [after - before for before, after in pairwise(client.heard_at)]
    sent = zip(silences, client.heard[1:], strict=True)
    # The clock of a timer has milliseconds.
    assert min(silence for silence, message in sent if message["body"] == PING) >= 0.099


@pytest.mark.parametrize("leaves_while_sent_to", [False, True])
async def test_lets_go_of_the_events_when_the_client_leaves(leaves_while_sent_to: bool) -> None:
    client = Client()
    client.is_stuck = leaves_while_sent_to
    ended = False

    async def speak() -> AsyncGenerator[bytes, None]:
        nonlocal ended
        try:
            yield b"data: 1\n\n"
            client.leaving.set()
            await asyncio.Event().wait()
        finally:
            ended = True

    await client.follow(EventStream(speak()))
    assert ended
    assert client.heard[-1]["more_body"]


async def test_pings_nobody_after_the_end() -> None:
    async def speak() -> AsyncGenerator[bytes, None]:
        yield b"data: 1\n\n"

    before = asyncio.all_tasks()
    await Client().follow(EventStream(speak()))
    left = asyncio.all_tasks() - before
    if left:
        await asyncio.wait(left, timeout=DEADLINE_SECONDS)
    assert asyncio.all_tasks() == before
