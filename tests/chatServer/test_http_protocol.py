"""What arrives broken, over real sockets: nothing is left without an answer."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from chatServer.limits import AGUI_BODY_MAX_BYTES, BODY_MAX_BYTES, URL_MAX_BYTES
from chatServer.routers import body_guard
from chatServer.settings import Settings
from tests.chatServer.conftest import Visitor
from tests.chatServer.live_server import serve

DEADLINE_SECONDS = 180.0


@dataclass(frozen=True)
class Answer:
    """What came back on the wire."""

    status: int
    head: str
    problem: dict[str, Any]

    @property
    def fields(self) -> list[str]:
        """The fields that the problem names."""
        return [error["field"] for error in self.problem["errors"]]


async def exchange(url: str, request: bytes, *, is_ended: bool = False) -> Answer:
    """Sends bytes, ends its half of the connection if told to, and reads one answer."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            writer.write(request)
            if is_ended:
                writer.write_eof()
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
            body = await reader.readexactly(length)
    finally:
        writer.close()
    return Answer(int(head.split(" ")[1]), head.lower(), json.loads(body))


def post(visitor: Visitor, head: str, body: bytes, *, path: str = "/api/chat/sessions") -> bytes:
    """The bytes of a post, to the list of sessions unless told otherwise."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: chat.example",
        f"Authorization: Bearer {visitor.caller.access_token}",
        "Content-Type: application/json",
        head,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def assert_serves(visitor: Visitor) -> None:
    """The same request, corrected, works."""
    made = await visitor.client.post("/api/chat/sessions", json={"title": "Corrected"})
    assert made.status_code == 201


async def test_a_body_whose_sender_hangs_up_is_refused(visitor: Visitor, server_url: str) -> None:
    request = post(visitor, "Content-Length: 500", b'{"title": "half')
    answer = await exchange(server_url, request, is_ended=True)
    assert (answer.status, answer.problem["code"]) == (422, "validation_failed")
    assert answer.fields == ["body"]
    assert "content-type: application/problem+json" in answer.head
    assert "connection: close" in answer.head
    await assert_serves(visitor)


async def test_a_body_that_stops_arriving_is_refused(
    visitor: Visitor, demo_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(body_guard.BodyGuard):
        def __init__(self, app: Any, **options: Any) -> None:  # noqa: ANN401 - as the middleware is called
            assert options["timeout_seconds"] > 0
            super().__init__(app, **options | {"timeout_seconds": 0.05})

    monkeypatch.setattr("chatServer.main.BodyGuard", Impatient)
    async with serve(demo_settings) as url:
        request = post(visitor, "Content-Length: 500", b'{"title": "half')
        answer = await exchange(url, request)
        assert (answer.status, answer.problem["code"]) == (408, "request_timeout")
        assert answer.fields == ["body"]
        # In one piece with its head: what comes after it may take longer than this server waits.
        assert (await exchange(url, post(visitor, "Content-Length: 2", b"{}"))).status == 201


async def test_a_body_that_says_it_is_too_large_is_not_waited_for(
    visitor: Visitor, server_url: str
) -> None:
    request = post(visitor, f"Content-Length: {BODY_MAX_BYTES + 1}", b"{")
    answer = await exchange(server_url, request)
    assert (answer.status, answer.problem["code"]) == (413, "body_too_large")
    assert answer.fields == ["body"]
    await assert_serves(visitor)


async def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(
    visitor: Visitor, server_url: str
) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    request = post(visitor, "Transfer-Encoding: chunked", piece * (BODY_MAX_BYTES // 0x10000 + 1))
    answer = await exchange(server_url, request)
    assert (answer.status, answer.problem["code"]) == (413, "body_too_large")
    await assert_serves(visitor)


async def test_a_body_that_is_too_large_where_more_is_taken_is_told_that_limit(
    visitor: Visitor, server_url: str
) -> None:
    size = AGUI_BODY_MAX_BYTES + 1
    piece = f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
    for head, body in ((f"Content-Length: {size}", b"{"), ("Transfer-Encoding: chunked", piece)):
        request = post(visitor, head, body, path="/api/agui/assistant")
        answer = await exchange(server_url, request)
        assert (answer.status, answer.problem["code"]) == (413, "body_too_large")
        assert str(AGUI_BODY_MAX_BYTES) in answer.problem["detail"]


async def test_a_body_of_the_largest_size_is_read(visitor: Visitor) -> None:
    body = b'{"title": "Just so"}'.ljust(BODY_MAX_BYTES)
    made = await visitor.client.post(
        "/api/chat/sessions", content=body, headers={"Content-Type": "application/json"}
    )
    assert (made.status_code, made.json()["title"]) == (201, "Just so")


@pytest.mark.parametrize("length", [URL_MAX_BYTES, 10_000_000])
async def test_a_session_id_of_any_length_is_refused(
    visitor: Visitor, server_url: str, length: int
) -> None:
    token = visitor.caller.access_token
    request = f"GET /api/chat/sessions/{'x' * length} HTTP/1.1\r\nHost: chat.example\r\n"
    answer = await exchange(server_url, f"{request}Authorization: Bearer {token}\r\n\r\n".encode())
    assert (answer.status, answer.problem["code"]) == (422, "validation_failed")
    assert answer.fields == ["path"]
    await assert_serves(visitor)
