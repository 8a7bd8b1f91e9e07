"""Archives for tests: exported from the server, sent to it, taken apart and put together."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx
import psycopg

from tests.chatServer.files import PNG, uploaded
from tests.chatServer.history_stage import HistoryStage
from tests.chatServer.live_server import Visit, message_body, read_all, read_events

EXPORT = "/api/chat/export"
IMPORT = "/api/chat/import"


async def export(client: httpx.AsyncClient) -> bytes:
    """Downloads everything."""
    response = await client.get(EXPORT)
    assert response.status_code == 200
    return response.content


async def send(client: httpx.AsyncClient, archive: bytes) -> dict[str, Any]:
    """Imports an archive and returns the report."""
    async with client.stream("POST", IMPORT, content=archive) as response:
        assert response.status_code == 200, await response.aread()
        events = [event async for event in read_events(response)]
    assert [event.type for event in events][:: len(events) - 1] == [
        "import.started",
        "import.finished",
    ]
    report: dict[str, Any] = events[-1].data["report"]
    return report


async def delete_all(client: httpx.AsyncClient) -> int:
    """Deletes every session, as the user does; returns how many there were."""
    listed = (await client.get("/api/chat/sessions", params={"archived": "all"})).json()
    for session in listed["sessions"]:
        response = await client.delete(f"/api/chat/sessions/{session['session_id']}")
        assert response.status_code == 204
    return len(listed["sessions"])


def unpack(archive: bytes) -> dict[str, bytes]:
    """Returns the files of an archive by their names."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def sessions_of(archive: bytes) -> list[list[dict[str, Any]]]:
    """Returns the lines of each session's file."""
    files = unpack(archive)
    return [
        [json.loads(line) for line in files[name].splitlines()]
        for name in sorted(files)
        if name.startswith("sessions/")
    ]


def pack(contents: Mapping[str, bytes], **manifest: object) -> bytes:
    """Puts an archive together; its manifest is right for the files unless fields are given."""
    described = {
        "format": "chat-registry-archive",
        "version": 1,
        "sessions": len(contents),
        "messages": sum(max(0, content.count(b"\n") - 1) for content in contents.values()),
        "files": [describe(name, content) for name, content in contents.items()],
    }
    whole = {**contents, "manifest.json": json.dumps({**described, **manifest}).encode()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    return packed.getvalue()


def describe(name: str, content: bytes) -> dict[str, object]:
    """What the manifest says of a file."""
    is_session = not name.startswith("files/")
    return {
        "path": name,
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "messages": max(0, content.count(b"\n") - 1) if is_session else None,
    }


def session_file(session_id: str, *contents: str, **fields: object) -> bytes:
    """The file of a session in which these messages follow each other."""
    session = {
        "session_id": session_id,
        "channel": "web",
        "agent_name": "assistant",
        "is_active": True,
        "created_at": "2026-01-02T03:04:05.000006Z",
        "updated_at": "2026-02-02T03:04:05.000006Z",
    }
    lines: list[dict[str, object]] = [{**session, **fields}]
    for n, content in enumerate(contents, 1):
        instant = f"2026-01-03T00:00:00.{n:06d}Z"
        line: dict[str, object] = {
            "n": n,
            "parent": n - 1 or None,
            "is_head": n == len(contents),
            "role": "user" if n % 2 else "assistant",
            "content": content,
            "status": "complete",
            "channel": "web",
            "created_at": instant,
            "updated_at": instant,
        }
        lines.append(line)
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


async def add_branches(stage: HistoryStage, session_id: str, count: int) -> None:
    """Adds messages of every kind to a session, on branches that fork again and again."""
    item = json.dumps({"type": "function_call_output", "call_id": "1", "output": "21 °C 🌡"})
    kinds = (
        ("user", "complete", None, "Wie warm ist es? 👍"),
        ("assistant", "complete", None, "Let me see."),
        ("tool", "complete", item, ""),
        ("assistant", "failed", None, "It is"),
        ("assistant", "interrupted", None, "=1+1 <script>"),
    )
    connection = await psycopg.AsyncConnection.connect(stage.api.db_url, autocommit=True)
    async with connection:
        ids: list[int] = []
        for number in range(count):
            role, status, made_by, content = kinds[number % len(kinds)]
            cursor = await connection.execute(
                "insert into public.chat_message_history (session_id, parent_id, role, status,"
                " item, content, model_id, failure_reason, client_request_id)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
                (
                    session_id,
                    ids[number * 7 % (len(ids) + 1) - 1] if ids and number % 3 == 0 else None,
                    role,
                    status,
                    made_by,
                    f"{content} {number}",
                    "gpt" if role == "assistant" else None,
                    "The model said no." if status == "failed" else None,
                    f"{session_id}-{number}" if role == "user" else None,
                ),
            )
            row = await cursor.fetchone()
            assert row is not None
            ids.append(row[0])
        await _use_tools(connection, session_id, ids[1])
        await connection.execute(
            "update public.chat_sessions set head_message_id = %s where session_id = %s",
            (ids[count // 2], session_id),
        )


async def _use_tools(connection: psycopg.AsyncConnection, session_id: str, answer_id: int) -> None:
    """Has an agent do two things for an answer, as rows of their own beside the branch."""
    for output in ("21", "22"):
        item = json.dumps({"type": "function_call_output", "call_id": "2", "output": output})
        await connection.execute(
            "insert into public.chat_message_history (session_id, answer_id, role, item, content)"
            " values (%s, %s, 'tool', %s, '')",
            (session_id, answer_id, item),
        )
    await connection.execute(
        "insert into public.chat_message_history"
        " (session_id, parent_id, role, content, usage, tool_steps)"
        " values (%s, %s, 'assistant', 'Counted.', %s, %s)",
        (
            session_id,
            answer_id,
            json.dumps({"requests": 2, "input_tokens": 10, "output_tokens": 3}),
            json.dumps([{"name": "look", "label": "Looked", "status": "done"}]),
        ),
    )


async def send_files(visit: Visit) -> list[dict[str, Any]]:
    """Sends a message with three files, two of them the same, and one that says nothing else.

    Returns the attachments.
    """
    made = [
        await uploaded(visit.client, visit.session_id, content, filename)
        for content, filename in ((PNG, "dot.png"), (b"notes", "notes.txt"), (PNG, "again.png"))
    ]
    body = message_body("Look") | {"attachment_ids": [attachment["id"] for attachment in made]}
    async with visit.client.stream("POST", visit.path, json=body) as response:
        await read_all(response)
    return made
