"""Files in archives, from the real Storage and back into it."""

import hashlib
import json
import random
import tempfile
import tracemalloc
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import IO, Any

import pytest
from pydantic import SecretStr

from chatServer.archive_errors import ArchiveTooLarge
from chatServer.archive_models import ImportFailed, ImportFinished
from chatServer.attachment_errors import AttachmentQuotaExceeded
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.database.postgrest_transport import open_http_pool
from chatServer.database.transport import Caller
from chatServer.services import attachment_service, patience
from chatServer.services.archive_export import ArchiveExportService
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.import_service import ImportService
from chatServer.services.received_file import IncomingFile
from tests.chatServer.archive_stage import (
    delete_all,
    export,
    pack,
    send,
    send_files,
    sessions_of,
    unpack,
)
from tests.chatServer.files import PNG, stored_names
from tests.chatServer.live_server import Visit
from tests.chatServer.turn_stage import eventually

FILE_BYTES = 500_000
FILL = """
insert into public.chat_message_history (session_id, role, content)
select %s, 'user', repeat(md5(n::text), 32) from generate_series(1, %s) as n
"""
ATTACH = """
insert into public.chat_message_attachments (
  message_id, position, attachment_id, session_id, user_id
)
select m.id, 1, %s, m.session_id, m.user_id
from public.chat_message_history m
where m.session_id = %s order by m.id offset %s limit 1
"""
TAKE_ROOM = """
insert into public.chat_attachment_objects (user_id, size_bytes, status) values (%s, 1, 'ready')
"""


async def messages_of(visit: Visit) -> list[dict[str, Any]]:
    answer = await visit.client.get(f"/api/chat/sessions/{visit.session_id}")
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


async def test_files_come_back_with_their_messages_each_stored_once(visit: Visit) -> None:
    made = await send_files(visit)
    asked = (await messages_of(visit))[0]
    edit = {"content": "Look again", "client_request_id": str(uuid.uuid4())}
    path = f"{visit.path}/{asked['id']}"
    assert (await visit.client.patch(path, json=edit)).status_code == 200
    archive = await export(visit.client)
    assert [name for name in unpack(archive) if name.startswith("files/")] == [
        f"files/{hashlib.sha256(content).hexdigest()}" for content in (PNG, b"notes")
    ]
    lines = sessions_of(archive)[0]
    numbers = [[a["n"] for a in line["attachments"]] for line in lines if "attachments" in line]
    assert numbers == [[1, 2, 3], [1, 2, 3]]
    assert await delete_all(visit.client) == 1

    report = await send(visit.client, archive)
    assert (report["sessions_created"], report["files_added"]) == (1, 2)
    asked = (await messages_of(visit))[0]
    kept = ("filename", "content_type", "kind", "size_bytes", "sha256", "created_at")
    for attachment, before in zip(asked["attachments"], made, strict=True):
        assert {name: attachment[name] for name in kept} == {name: before[name] for name in kept}
        read = await visit.client.get(attachment["url"])
        assert hashlib.sha256(read.content).hexdigest() == before["sha256"]
    assert await export(visit.client) == archive

    async def are_alone() -> bool:
        return len(await stored_names(visit.stage.api, visit.caller.user_id)) == 2

    await eventually(are_alone, what="the files of the deleted session are gone")
    names = await stored_names(visit.stage.api, visit.caller.user_id)
    again = await send(visit.client, archive)
    assert (again["sessions_unchanged"], again["files_added"]) == (1, 0)
    assert await stored_names(visit.stage.api, visit.caller.user_id) == names
    assert await export(visit.client) == archive


async def test_a_message_that_is_missing_shares_the_files_of_the_one_that_is_here(
    visit: Visit,
) -> None:
    await send_files(visit)
    archive = await export(visit.client)
    files = unpack(archive)
    lines = files["sessions/000001.jsonl"].splitlines(keepends=True)
    asked = json.loads(lines[1])
    edit = asked | {"n": 3, "content": "Edited there", "is_head": False}
    edit.pop("client_request_id")
    files["sessions/000001.jsonl"] += json.dumps(edit).encode() + b"\n"
    files.pop("manifest.json")
    report = await send(visit.client, pack(files))
    assert (report["messages_added"], report["files_added"]) == (1, 0)
    exported = sessions_of(await export(visit.client))[0]
    assert [line.get("attachments") for line in (exported[1], exported[3])] == [
        asked["attachments"],
        asked["attachments"],
    ]


@asynccontextmanager
async def stored_with(visit: Visit, *, quota_bytes: int) -> AsyncIterator[AttachmentService]:
    """Files as a server with this quota keeps them."""
    api = visit.stage.api
    async with open_http_pool(trust_env=False) as http:
        store = AttachmentStore(http, url=api.url, secret_key=SecretStr(api.secret_key))
        registry = AttachmentRegistry(visit.stage.transport)
        yield AttachmentService(registry, store, quota_bytes=quota_bytes)


async def pieces_of(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]


async def test_more_files_than_there_is_room_for_are_refused_before_anything_is_stored(
    visit: Visit,
) -> None:
    await send_files(visit)
    archive = await export(visit.client)
    await delete_all(visit.client)
    registry = ArchiveRegistry(visit.stage.transport)
    async with stored_with(visit, quota_bytes=len(PNG)) as files:
        with pytest.raises(AttachmentQuotaExceeded, match="nothing was imported"):
            await ImportService(registry, files, max_bytes=10**6).begin(
                visit.caller, pieces_of(archive)
            )
        with pytest.raises(ArchiveTooLarge):
            await ImportService(registry, files, max_bytes=len(archive) - 1).begin(
                visit.caller, pieces_of(archive)
            )
    async with stored_with(visit, quota_bytes=len(PNG) + len(b"notes")) as files:
        service = ImportService(registry, files, max_bytes=10**6)
        # Room that is taken between the check and the file ends the import there.
        begun = await service.begin(visit.caller, pieces_of(archive))
        await visit.stage.execute(TAKE_ROOM, visit.caller.user_id)
        *_, last = [event async for event in begun.events()]
    assert isinstance(last, ImportFailed)
    assert (last.code, last.report.sessions_created) == ("attachment_quota_exceeded", 0)
    assert (await visit.client.get("/api/chat/sessions")).json()["sessions"] == []


async def test_a_file_that_storage_does_not_take_leaves_no_part_of_its_session(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENT_TRIES", 1)
    await send_files(visit)
    archive = await export(visit.client)
    await delete_all(visit.client)
    async with stored_with(visit, quota_bytes=10**9) as files:
        monkeypatch.setattr(attachment_service, "STORAGE_UPLOAD_SECONDS", 0)
        service = ImportService(ArchiveRegistry(visit.stage.transport), files, max_bytes=10**9)
        begun = await service.begin(visit.caller, pieces_of(archive))
        *_, last = [event async for event in begun.events()]
    assert isinstance(last, ImportFailed)
    assert last.code == "storage_unavailable"
    assert (await visit.client.get("/api/chat/sessions")).json()["sessions"] == []
    rows = await visit.stage.read(
        "select count(*) from chat_attachment_objects where user_id = %s and status = 'uploading'",
        visit.caller.user_id,
    )
    assert rows == [(0,)]


async def test_a_large_account_takes_no_more_memory_than_a_small_one(visit: Visit) -> None:
    peaks: dict[int, list[int]] = {}
    async with stored_with(visit, quota_bytes=10**9) as files:
        registry = ArchiveRegistry(visit.stage.transport)
        for scale in (1, 5):
            caller = await visit.stage.sign_up()
            session_id = await visit.stage.new_session(caller)
            await visit.stage.execute(FILL, session_id, 250 * scale)
            for number in range(scale):
                await add_file(visit, files, caller, session_id=session_id, number=number)
            with tempfile.TemporaryFile() as archive:
                begun = await ArchiveExportService(registry, files).begin(caller)
                with traced() as exported:
                    async for chunk in begun.chunks():
                        archive.write(chunk)
                assert archive.tell() > scale * FILE_BYTES
                archive.seek(0)
                taker = await visit.stage.sign_up()
                service = ImportService(registry, files, max_bytes=10**9)
                with traced() as imported:
                    coming = await service.begin(taker, read_pieces(archive))
                    *_, last = [event async for event in coming.events()]
            assert isinstance(last, ImportFinished)
            assert (last.report.messages_added, last.report.files_added) == (250 * scale, scale)
            peaks[scale] = [*exported, *imported]
    # Five times as much would be five times the page; uncollected garbage makes the rest.
    assert all(large < 2 * small for small, large in zip(*peaks.values(), strict=True)), peaks


@contextmanager
def traced() -> Iterator[list[int]]:
    """Gives the most memory that was in use within the block."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


async def read_pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := file.read(65536):
        yield piece


async def add_file(
    visit: Visit, files: AttachmentService, caller: Caller, *, session_id: str, number: int
) -> None:
    """Adds a file of `FILE_BYTES` to one of the messages."""
    content = random.Random(number).randbytes(FILE_BYTES)
    file = IncomingFile(f"{number}.bin", None, pieces_of(content))
    made = await files.add(caller, session_id=session_id, file=file)
    await visit.stage.execute(ATTACH, made.id, session_id, number)
