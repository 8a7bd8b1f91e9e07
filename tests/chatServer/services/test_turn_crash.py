"""An answer in a process of its own: followed from another one, and told to stop."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from chatServer.database.transport import Caller
from tests.chatServer.live_server import (
    SseEvent,
    client_for,
    message_body,
    read_all,
    read_events,
)
from tests.chatServer.turn_stage import TurnStage, eventually, open_stage, read_stream
from tests.fakes.openai_server import Hold
from tests.stack.api import SupabaseApi
from tests.stack.server import ChatServer


@pytest.fixture(scope="module")
async def stage(supabase_api: SupabaseApi) -> AsyncIterator[TurnStage]:
    async with open_stage(supabase_api) as opened:
        yield opened


@pytest.fixture(scope="module")
async def shared_server(stage: TurnStage) -> AsyncIterator[ChatServer]:
    """A chatServer process of its own that asks the stage's provider; not started."""
    settings = {"OPENAI_BASE_URL": stage.fake.base_url, "CHAT_MODEL": "fake"}
    process = ChatServer(stage.api, settings, is_patient=True)
    yield process
    await asyncio.to_thread(process.stop)


@pytest.fixture
async def server(shared_server: ChatServer) -> ChatServer:
    """That process, started again if a test has ended it."""
    if shared_server.process is None or shared_server.process.poll() is not None:
        await asyncio.to_thread(shared_server.start)
    return shared_server


async def read_first_words(response: httpx.Response) -> AsyncIterator[SseEvent]:
    """Reads a stream up to its first text and returns the rest."""
    events = read_events(response)
    while (await anext(events)).type != "message.delta":
        pass
    return events


async def begin(stage: TurnStage) -> tuple[Caller, str]:
    caller = await stage.sign_up()
    return caller, await stage.new_session(caller)


async def test_a_process_told_to_stop_stores_what_it_has_and_ends_its_streams(
    stage: TurnStage, server: ChatServer
) -> None:
    caller, session_id = await begin(stage)
    hold = Hold()
    stage.fake.script("first ", hold, "never", asked="hello")
    path = f"/api/chat/sessions/{session_id}/messages"
    async with (
        client_for(server.base_url, caller) as client,
        client.stream("POST", path, json=message_body("hello")) as response,
    ):
        events = await read_first_words(response)
        assert server.process is not None
        server.process.terminate()
        await asyncio.to_thread(server.process.wait)
        rest = [event async for event in events]
    await hold.wait_abandoned()
    log = server.log.read_text()
    assert "timeout graceful shutdown exceeded" not in log
    assert "Traceback" not in log
    assert [event.type for event in rest] == ["turn.finished"]
    stored = (await stage.messages(caller, session_id))[-1]
    assert (stored.status, stored.content) == ("interrupted", "first ")
    assert rest[0].data["message"] == stored.model_dump(mode="json")


async def test_an_answer_reads_the_same_byte_for_byte_from_another_process(
    stage: TurnStage, server: ChatServer
) -> None:
    pieces = ["Grüße ", "aus 🏔️ ", "dem ", "Norden\n", "\n```\n", "x < 1\n```"]
    caller, session_id = await begin(stage)
    hold = Hold()
    stage.fake.script(*pieces[:3], hold, *pieces[3:], asked="Where from?")
    path = f"/api/chat/sessions/{session_id}/messages"
    async with (
        client_for(server.base_url, caller) as client,
        client.stream("POST", path, json=message_body("Where from?")) as response,
    ):
        answer_id = int(response.headers["x-assistant-message-id"])

        async def is_stored() -> bool:
            return (await stage.messages(caller, session_id))[-1].content == "".join(pieces[:3])

        await eventually(is_stored, what="the text so far is stored")
        here = await stage.turns.rejoin(caller, session_id=session_id, message_id=answer_id)
        reading = asyncio.create_task(read_stream(here.events()))
        hold.release()
        assert (await read_all(response))[-1].type == "turn.finished"
    stream = await reading
    assert stream.text.encode() == stream.answer.content.encode() == "".join(pieces).encode()
    assert (await stage.messages(caller, session_id))[-1] == stream.answer
