"""An archive of somebody whose files Storage has lost."""

import hashlib
import io
import json
from typing import IO, Any, Literal

import httpx
import pytest
from pydantic import SecretStr

from chatServer.archive_errors import ArchiveUnreadable
from chatServer.attachment_errors import StorageUnavailable
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.services import patience
from chatServer.services.archive_export import ArchiveExport, ArchiveExportService
from chatServer.services.archive_reader import ArchiveReader
from chatServer.services.attachment_service import AttachmentService
from tests.chatServer.archive_stage import (
    delete_all,
    export,
    pack,
    send,
    send_files,
    sessions_of,
    unpack,
)
from tests.chatServer.files import PNG
from tests.chatServer.live_server import Visit
from tests.chatServer.turn_stage import DEADLINE_SECONDS

NOTES_SHA256 = hashlib.sha256(b"notes").hexdigest()
OBJECT = "select object_id from public.chat_attachments where id = %s"


async def spoil(visit: Visit, attachment_id: str, content: bytes | None) -> None:
    """Has Storage lose a file behind everyone's back, or keep this in its place."""
    ((object_id,),) = await visit.stage.read(OBJECT, attachment_id)
    api = visit.stage.api
    bucket = f"{api.url}/storage/v1/object/chat-attachments"
    name = f"{visit.caller.user_id}/{object_id}"
    headers = {"apikey": api.secret_key, "x-upsert": "true"}
    async with httpx.AsyncClient(
        trust_env=False, headers=headers, timeout=DEADLINE_SECONDS
    ) as http:
        if content is None:
            response = await http.request("DELETE", bucket, json={"prefixes": [name]})
        else:
            response = await http.post(f"{bucket}/{name}", content=content)
    assert response.is_success, response.text


def manifest_of(archive: bytes) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(unpack(archive)["manifest.json"])
    return manifest


def names_of(lines: list[dict[str, Any]]) -> list[str]:
    return [a["filename"] for line in lines for a in line.get("attachments", [])]


async def save(begun: ArchiveExport, into: IO[bytes]) -> None:
    async for chunk in begun.chunks():
        into.write(chunk)


@pytest.mark.parametrize("way", ["lost", "empty", "spoiled"])
async def test_names_what_is_missing_and_holds_everything_else(
    visit: Visit, way: Literal["lost", "empty", "spoiled"]
) -> None:
    first_dot, notes, second_dot = await send_files(visit)
    content = {"lost": None, "empty": b"", "spoiled": b"other"}[way]
    await spoil(visit, notes["id"], content)
    # What is also kept elsewhere is not missing.
    await spoil(visit, first_dot["id"], content)
    archive = await export(visit.client)
    manifest = manifest_of(archive)
    assert (manifest["version"], manifest["sessions"]) == (2, 1)
    assert manifest["missing"] == [
        {"sha256": NOTES_SHA256, "size_bytes": 5, "filename": "notes.txt"}
    ]
    files = {name for name in unpack(archive) if name.startswith("files/")}
    assert files == {f"files/{hashlib.sha256(PNG).hexdigest()}"}
    assert names_of(sessions_of(archive)[0]) == ["dot.png", "notes.txt", "again.png"]
    assert (await visit.client.get(second_dot["url"])).content == PNG
    if way == "lost":
        gone = await visit.client.get(notes["url"])
        assert (gone.status_code, gone.json()["code"]) == (404, "attachment_not_found")

    report = await send(visit.client, archive)
    assert (report["sessions_unchanged"], report["files_missing"]) == (1, 1)
    await delete_all(visit.client)
    report = await send(visit.client, archive)
    assert (report["sessions_created"], report["files_added"], report["files_missing"]) == (1, 1, 1)
    again = await send(visit.client, archive)
    assert (again["sessions_unchanged"], again["messages_added"]) == (1, 0)
    imported = await export(visit.client)
    assert manifest_of(imported)["version"] == 1
    assert names_of(sessions_of(imported)[0]) == ["dot.png", "again.png"]


async def test_a_message_that_was_nothing_but_a_lost_file_comes_in_without_it(
    visit: Visit,
) -> None:
    await send_files(visit)
    archive = await export(visit.client)
    await delete_all(visit.client)
    session, asked, answer = unpack(archive)["sessions/000001.jsonl"].splitlines(keepends=True)
    wordless = json.dumps(json.loads(asked) | {"content": ""}).encode() + b"\n"
    missing = [
        {"sha256": a["sha256"], "size_bytes": a["size_bytes"], "filename": a["filename"]}
        for a in json.loads(asked)["attachments"][:2]
    ]
    lossy = pack({"sessions/000001.jsonl": session + wordless + answer}, version=2, missing=missing)
    report = await send(visit.client, lossy)
    assert (report["sessions_created"], report["files_missing"]) == (1, 2)
    answered = await visit.client.get(f"/api/chat/sessions/{visit.session_id}")
    asked_here = answered.json()["messages"][0]
    assert (asked_here["content"], asked_here["attachments"]) == ("", [])


async def test_while_storage_is_away_it_breaks_off_and_calls_no_file_missing(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENT_TRIES", 2)
    monkeypatch.setattr(patience, "backoff_seconds", lambda _tried: 0)
    await send_files(visit)
    transport = visit.stage.transport
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_SECONDS) as http:
        store = AttachmentStore(http, url="http://127.0.0.1:9", secret_key=SecretStr("key"))
        files = AttachmentService(AttachmentRegistry(transport), store, quota_bytes=10**6)
        begun = await ArchiveExportService(ArchiveRegistry(transport), files).begin(visit.caller)
        came = io.BytesIO()
        with pytest.raises(StorageUnavailable):
            await save(begun, came)
    with pytest.raises(ArchiveUnreadable):
        ArchiveReader(came, max_bytes=10**6)
