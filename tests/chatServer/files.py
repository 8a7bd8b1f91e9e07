"""Files that tests upload, and where they look for what is left of them."""

import struct
import zlib
from typing import Any

import httpx

from tests.chatServer.turn_stage import DEADLINE_SECONDS
from tests.stack.api import SupabaseApi

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BINARY = bytes(range(256)) * 4


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
    + _chunk(b"IEND", b"")
)
"""One red point."""


async def upload(
    client: httpx.AsyncClient,
    session_id: str,
    content: bytes,
    filename: str = "notes.txt",
    content_type: str = "application/octet-stream",
) -> httpx.Response:
    """Posts a file to a session."""
    return await client.post(
        f"/api/chat/sessions/{session_id}/attachments",
        files={"file": (filename, content, content_type)},
    )


async def uploaded(
    client: httpx.AsyncClient, session_id: str, content: bytes, filename: str = "notes.txt"
) -> dict[str, Any]:
    """Posts a file that is taken, and returns the attachment."""
    response = await upload(client, session_id, content, filename)
    assert response.status_code == 201, response.text
    attachment: dict[str, Any] = response.json()
    return attachment


async def stored_names(api: SupabaseApi, user_id: object) -> list[str]:
    """The names of a user's files as Storage itself lists them."""
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS) as http:
        response = await http.post(
            f"{api.url}/storage/v1/object/list/chat-attachments",
            headers={"apikey": api.secret_key},
            json={"prefix": str(user_id), "limit": 100},
        )
    assert response.status_code == 200, response.text
    return [found["name"] for found in response.json()]


def problem(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]
