"""kill -9 at every stage of an answer: the message is kept, one answer is there, a retry works."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from chatServer.database.parameters import NewAnswer
from chatServer.database.transport import Caller
from chatServer.models import Message
from tests.chatServer.live_server import client_for, message_body, read_events
from tests.chatServer.turn_stage import TurnStage, ask, eventually, read_stream
from tests.fakes.openai_server import Call, Hold
from tests.stack.server import ChatServer

TEXT = "Grüße 👍 und mehr"


@pytest.fixture
async def server(stage: TurnStage) -> AsyncIterator[ChatServer]:
    """A chatServer process of its own that asks the stage's provider."""
    settings = {"OPENAI_BASE_URL": stage.fake.base_url, "CHAT_MODEL": "fake"}
    process = ChatServer(stage.api, settings)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.stop)


@dataclass
class Asked:
    """A message that the process to be killed is answering."""

    stage: TurnStage
    server: ChatServer
    caller: Caller
    session_id: str
    asking: asyncio.Task[None]

    async def answer(self) -> Message:
        """The answer as it is stored."""
        messages = await self.stage.messages(self.caller, self.session_id)
        assert len(messages) == 2
        return messages[1]

    async def wait_stored(self, text: str) -> None:
        """Returns once the stored answer has this text."""

        async def is_stored() -> bool:
            messages = await self.stage.messages(self.caller, self.session_id)
            return [message.content for message in messages[1:]] == [text]

        await eventually(is_stored, what="the text so far is stored")

    async def kill(self) -> None:
        """Ends the process without a word."""
        assert self.server.process is not None
        self.server.process.kill()
        await asyncio.to_thread(self.server.process.wait)
        await self.asking

    async def end_lease(self) -> Message:
        """Lets the lease run out, has another process sweep, and returns the answer as it ended."""
        await self.stage.execute(
            "update chat_message_history set lease_expires_at = now() - interval '1 second'"
            " where session_id = %s and status = 'streaming'",
            self.session_id,
        )
        await self.stage.start_replica()

        async def has_ended() -> bool:
            return (await self.answer()).status != "streaming"

        await eventually(has_ended, what="the answer was swept")
        return await self.answer()


async def begin(stage: TurnStage, server: ChatServer) -> Asked:
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)

    async def post() -> None:
        path = f"/api/chat/sessions/{session_id}/messages"
        async with client_for(server.base_url, caller) as client:
            try:
                body = message_body("hello", f"asked in {session_id}")
                async with client.stream("POST", path, json=body) as response:
                    assert response.status_code == 200
                    async for _ in read_events(response):
                        pass
            except httpx.HTTPError:
                return

    return Asked(stage, server, caller, session_id, asyncio.create_task(post()))


async def assert_nothing_is_lost_or_doubled(asked: Asked, answer: Message) -> None:
    """The same request finds the same turn, and another answer can be had."""
    stage, caller, session_id = asked.stage, asked.caller, asked.session_id
    question, only = await stage.messages(caller, session_id)
    assert (question.content, only) == ("hello", answer)
    request = ask(session_id, "hello", request_id=f"asked in {session_id}")
    replayed = await stage.turns.begin(caller, request)
    assert (replayed.is_replay, replayed.assistant_message.id) == (True, answer.id)
    wanted = NewAnswer(session_id, answer.id, f"retried in {session_id}")
    retried = await stage.turns.regenerate(caller, wanted)
    ended = (await read_stream(retried.events())).answer
    assert (ended.status, ended.content) == ("complete", TEXT)
    assert ended.branch.sibling_ids == [answer.id, ended.id]


async def test_at_the_first_token(stage: TurnStage, server: ChatServer) -> None:
    hold = Hold()
    stage.fake.script(hold, TEXT)
    asked = await begin(stage, server)
    await hold.wait_reached()
    await asked.kill()
    hold.release()
    answer = await asked.end_lease()
    assert (answer.status, answer.content) == ("interrupted", "")
    await assert_nothing_is_lost_or_doubled(asked, answer)


async def test_in_the_middle(stage: TurnStage, server: ChatServer) -> None:
    hold = Hold()
    stage.fake.script(Call("search_sessions", '{"query": "mehr"}'), asked="hello")
    stage.fake.script(TEXT[:7], hold, TEXT[7:])
    asked = await begin(stage, server)
    await asked.wait_stored(TEXT[:7])
    await asked.kill()
    hold.release()
    answer = await asked.end_lease()
    assert (answer.status, answer.content) == ("interrupted", TEXT[:7])
    assert [step.status for step in answer.tool_steps or ()] == ["done"]
    assert answer.usage is not None
    assert answer.usage.requests == 1
    await assert_nothing_is_lost_or_doubled(asked, answer)


async def test_after_the_last_token(stage: TurnStage, server: ChatServer) -> None:
    hold = Hold()
    stage.fake.script(TEXT, hold)
    asked = await begin(stage, server)
    await asked.wait_stored(TEXT)
    await asked.kill()
    hold.release()
    answer = await asked.end_lease()
    assert (answer.status, answer.content) == ("interrupted", TEXT)
    await assert_nothing_is_lost_or_doubled(asked, answer)


async def test_before_the_commit(stage: TurnStage, server: ChatServer) -> None:
    hold = Hold()
    stage.fake.script(TEXT, hold)
    asked = await begin(stage, server)
    await asked.wait_stored(TEXT)
    async with await psycopg.AsyncConnection.connect(stage.api.db_url) as blocker:
        # The ending takes the session's lock first, and waits for it here.
        await blocker.execute(
            "select 1 from chat_sessions where session_id = %s for update", (asked.session_id,)
        )
        hold.release()

        async def is_ending() -> bool:
            cursor = await blocker.execute(
                "select exists (select 1 from pg_stat_activity"
                " where cardinality(pg_blocking_pids(pid)) > 0 and pid <> pg_backend_pid()"
                " and pg_backend_pid() = any(pg_blocking_pids(pid)))"
            )
            return await cursor.fetchone() == (True,)

        await eventually(is_ending, what="the ending waits for the session")
        await asked.kill()
    answer = await asked.end_lease()
    # The database may still carry out what it had been asked for; either way it is the one answer.
    assert answer.status in {"complete", "interrupted"}
    assert answer.content == TEXT
    await assert_nothing_is_lost_or_doubled(asked, answer)


async def test_an_answer_reads_the_same_byte_for_byte_from_another_process(
    stage: TurnStage, server: ChatServer
) -> None:
    pieces = ["Grüße ", "aus 🏔️ ", "dem ", "Norden\n", "\n```\n", "x < 1\n```"]
    hold = Hold()
    stage.fake.script(*pieces[:3], hold, *pieces[3:])
    asked = await begin(stage, server)
    await asked.wait_stored("".join(pieces[:3]))
    answer = await asked.answer()
    here = await stage.turns.rejoin(asked.caller, session_id=asked.session_id, message_id=answer.id)
    reading = asyncio.create_task(read_stream(here.events()))
    hold.release()
    await asked.asking
    stream = await reading
    assert stream.text.encode() == stream.answer.content.encode() == "".join(pieces).encode()
    assert (await asked.answer()) == stream.answer
