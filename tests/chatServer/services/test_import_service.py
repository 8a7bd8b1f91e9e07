"""An import as it goes on: what it tells, and what is left when it is stopped."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from chatServer.archive_models import ImportFinished, ImportProgressed
from chatServer.database.archive_registry import ArchiveRegistry
from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.services import archive_lines, import_service
from chatServer.services.attachment_service import AttachmentService
from chatServer.services.import_service import ImportService
from tests.chatServer.archive_stage import pack, session_file
from tests.chatServer.turn_stage import TurnStage


def service_on(stage: TurnStage) -> ImportService:
    """Imports archives without files, so that Storage is never asked."""
    store = AttachmentStore(
        httpx.AsyncClient(), url="http://127.0.0.1:9", secret_key=SecretStr("key")
    )
    files = AttachmentService(AttachmentRegistry(stage.transport), store, quota_bytes=0)
    return ImportService(ArchiveRegistry(stage.transport), files, max_bytes=10**9)


async def pieces_of(content: bytes) -> AsyncIterator[bytes]:
    yield content


def archive_of(*lengths: int) -> bytes:
    """Sessions with as many messages each."""
    return pack(
        {
            f"sessions/{number:06d}.jsonl": session_file(str(uuid.uuid4()), *("word",) * length)
            for number, length in enumerate(lengths, 1)
        }
    )


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, and something told whenever there is anything to tell."""
    monkeypatch.setattr(archive_lines, "PAGE_LIMIT_MAX", 5)
    monkeypatch.setattr(import_service, "IMPORT_PROGRESS_SECONDS", 0.001)


@pytest.mark.usefixtures("talkative")
async def test_tells_how_far_it_is_within_a_long_session(stage: TurnStage) -> None:
    begun = await service_on(stage).begin(await stage.sign_up(), pieces_of(archive_of(2, 38)))
    events = [event async for event in begun.events()]
    assert isinstance(events[-1], ImportFinished)
    assert (events[-1].report.sessions_created, events[-1].report.messages_added) == (2, 40)
    told = [event.done for event in events if isinstance(event, ImportProgressed)]
    within = {done.messages for done in told if done.sessions == 1}
    assert len(within) > 3
    assert within <= {2, *range(7, 40, 5)}
    counts = [(done.sessions, done.messages) for done in told]
    assert counts == sorted(counts)


@pytest.mark.usefixtures("talkative")
async def test_stopped_in_a_session_it_leaves_nothing_of_that_one_and_can_go_on(
    stage: TurnStage,
) -> None:
    caller = await stage.sign_up()
    archive = archive_of(3, 60, 3)
    begun = await service_on(stage).begin(caller, pieces_of(archive))
    events = begun.events()
    async for event in events:
        if isinstance(event, ImportProgressed) and event.done.messages > 10:
            break
    await events.aclose()
    rows = await stage.read(
        "select message_count from public.chat_sessions where user_id = %s", caller.user_id
    )
    assert rows == [(3,)]
    again = await service_on(stage).begin(caller, pieces_of(archive))
    *_, last = [event async for event in again.events()]
    assert isinstance(last, ImportFinished)
    assert (last.report.sessions_unchanged, last.report.sessions_created) == (1, 2)
