"""What becomes of an answer when its process is killed, told to stop, or started again."""

import asyncio
import signal
from collections.abc import AsyncIterator

import httpx
import pytest

from chatServer.database.transport import Caller
from tests.chatServer.live_server import SseEvent, client_for, message_body, read_events
from tests.chatServer.turn_stage import TurnStage, eventually, read_stream
from tests.fakes.openai_server import Hold
from tests.stack.server import ChatServer


@pytest.fixture
async def server(stage: TurnStage) -> AsyncIterator[ChatServer]:
    """A chatServer process of its own that asks the stage's provider."""
    settings = {"OPENAI_BASE_URL": stage.fake.base_url, "CHAT_MODEL": "fake"}
    process = ChatServer(stage.api, settings)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.stop)


async def send_signal(server: ChatServer, number: signal.Signals) -> None:
    """Sends a signal and waits for the end of the process."""
    assert server.process is not None
    server.process.send_signal(number)
    await asyncio.wait_for(asyncio.to_thread(server.process.wait), timeout=60)


async def read_first_words(response: httpx.Response) -> AsyncIterator[SseEvent]:
    """Reads a stream up to its first text and returns the rest."""
    events = read_events(response)
    while (await anext(events)).type != "message.delta":
        pass
    return events


async def begin(stage: TurnStage) -> tuple[Caller, str]:
    caller = await stage.sign_up()
    return caller, await stage.new_session(caller)


async def test_a_killed_process_leaves_an_interrupted_answer_with_its_text(
    stage: TurnStage, server: ChatServer
) -> None:
    caller, session_id = await begin(stage)
    stage.fake.script("first ", Hold(), "never")
    path = f"/api/chat/sessions/{session_id}/messages"
    async with (
        client_for(server.base_url, caller) as client,
        client.stream("POST", path, json=message_body("hello")) as response,
    ):
        answer_id = int(response.headers["x-assistant-message-id"])
        await read_first_words(response)

        async def is_checkpointed() -> bool:
            return (await stage.messages(caller, session_id))[-1].content == "first "

        await eventually(is_checkpointed, what="the text so far is stored")
        await send_signal(server, signal.SIGKILL)
    followed = await stage.turns.rejoin(caller, session_id=session_id, message_id=answer_id)
    following = asyncio.create_task(read_stream(followed.events()))
    # Its lease would run out in half a minute.
    await stage.execute(
        "update chat_message_history set lease_expires_at = now() where id = %s", answer_id
    )
    await stage.start_replica()
    answer = (await following).answer
    assert (answer.status, answer.content) == ("interrupted", "first ")
    assert answer.failure_reason == "The answer was interrupted. What had arrived is kept."


async def test_a_process_told_to_stop_stores_what_it_has_and_ends_its_streams(
    stage: TurnStage, server: ChatServer
) -> None:
    caller, session_id = await begin(stage)
    hold = Hold()
    stage.fake.script("first ", hold, "never")
    path = f"/api/chat/sessions/{session_id}/messages"
    async with (
        client_for(server.base_url, caller) as client,
        client.stream("POST", path, json=message_body("hello")) as response,
    ):
        events = await read_first_words(response)
        await send_signal(server, signal.SIGTERM)
        rest = [event async for event in events]
    await hold.wait_abandoned()
    log = server.log.read_text()
    assert "timeout graceful shutdown exceeded" not in log
    assert "Traceback" not in log
    assert [event.type for event in rest] == ["turn.finished"]
    stored = (await stage.messages(caller, session_id))[-1]
    assert (stored.status, stored.content) == ("interrupted", "first ")
    assert rest[0].data["message"] == stored.model_dump(mode="json")
