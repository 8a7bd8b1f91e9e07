"""HTTP and JSON as the Bot API speaks them."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from tests.support.telegram_misbehaviour import Refuse


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    """Returns the path and the parameters of the next request on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = await reader.readexactly(int(fields.get("content-length", 0)))
    path, _, query = request_line.split()[1].partition("?")
    return path, read_params(parse_qsl(query) + parse_qsl(body.decode()))


def read_params(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Reads values that are JSON; a text that looks like JSON stays a text."""
    params: dict[str, Any] = {}
    for name, value in pairs:
        if name in ("text", "file_id", "callback_query_id", "url", "secret_token"):
            params[name] = value
            continue
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
    return params


def to_ok(result: object) -> bytes:
    """A result as a whole answer."""
    return to_response(200, json.dumps({"ok": True, "result": result}).encode())


def to_error(refuse: Refuse) -> bytes:
    """A refusal as a whole answer."""
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refuse.status,
        "description": refuse.description,
    }
    if refuse.retry_after is not None:
        body["parameters"] = {"retry_after": refuse.retry_after}
    return to_response(refuse.status, json.dumps(body).encode())


def to_response(status: int, body: bytes) -> bytes:
    """Any answer."""
    head = (
        f"HTTP/1.1 {status} Fake\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
