"""kill -9 at every stage of an answer: the message is kept, one answer is there, a retry works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest

from chatServer.database.parameters import NewAnswer
from chatServer.database.transport import Caller
from chatServer.models import Message
from tests.chatServer.live_server import client_for, message_body, read_events
from tests.chatServer.turn_stage import (
    Stream,
    TurnStage,
    ask,
    eventually,
    open_stage,
    read_stream,
)
from tests.fakes.openai_server import Call, Hold, Step
from tests.stack.api import SupabaseApi
from tests.stack.server import ChatServer

TEXT = "Grüße 👍 und mehr"
FIRST, MIDDLE, LAST, COMMIT = "first token", "middle", "last token", "commit"


@dataclass
class Asked:
    """A message that the process to be killed is answering."""

    stage: TurnStage
    caller: Caller
    session_id: str
    content: str
    hold: Hold
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

    async def follow(self) -> asyncio.Task[Stream]:
        """Begins to read the answer in another process."""
        answer_id = (await self.answer()).id
        turn = await self.stage.turns.rejoin(
            self.caller, session_id=self.session_id, message_id=answer_id
        )
        return asyncio.create_task(read_stream(turn.events()))


@pytest.fixture(scope="module")
async def killed(supabase_api: SupabaseApi) -> AsyncIterator[dict[str, Asked]]:
    """Four answers, each at another stage when the process that gave them all was killed."""
    async with open_stage(supabase_api) as stage:
        settings = {"OPENAI_BASE_URL": stage.fake.base_url, "CHAT_MODEL": "fake"}
        server = ChatServer(stage.api, settings, is_patient=True)
        await asyncio.to_thread(server.start)
        asked = {content: await begin(stage, server, content) for content in scripts(Hold())}
        try:
            await asked[FIRST].hold.wait_reached()
            await asked[MIDDLE].wait_stored(TEXT[:7])
            await asked[LAST].wait_stored(TEXT)
            await asked[COMMIT].wait_stored(TEXT)
            async with ending_held_back(asked[COMMIT]):
                assert server.process is not None
                server.process.kill()
                await asyncio.to_thread(server.process.wait)
        finally:
            await asyncio.to_thread(server.stop)
        for one in asked.values():
            await one.asking
            one.hold.release()
        yield asked


def scripts(hold: Hold) -> dict[str, tuple[Step, ...]]:
    """How each message is answered."""
    return {
        FIRST: (hold, TEXT),
        MIDDLE: (TEXT[:7], hold, TEXT[7:]),
        LAST: (TEXT, hold),
        COMMIT: (TEXT, hold),
    }


async def begin(stage: TurnStage, server: ChatServer, content: str) -> Asked:
    hold = Hold()
    if content == MIDDLE:
        stage.fake.script(Call("search_sessions", '{"query": "mehr"}'), asked=content)
    steps = scripts(hold)[content]
    stage.fake.script(*steps, when=lambda prompt: ("user", content) in prompt.messages)
    caller = await stage.sign_up()
    session_id = await stage.new_session(caller)

    async def post() -> None:
        path = f"/api/chat/sessions/{session_id}/messages"
        async with client_for(server.base_url, caller) as client:
            try:
                body = message_body(content, f"asked in {session_id}")
                async with client.stream("POST", path, json=body) as response:
                    assert response.status_code == 200
                    async for _ in read_events(response):
                        pass
            except httpx.HTTPError:
                return

    return Asked(stage, caller, session_id, content, hold, asyncio.create_task(post()))


@asynccontextmanager
async def ending_held_back(asked: Asked) -> AsyncIterator[None]:
    """Lets an answer come to its end, and keeps that end from being stored."""
    async with await psycopg.AsyncConnection.connect(asked.stage.api.db_url) as blocker:
        # The ending takes the session's lock first, and waits for it here.
        await blocker.execute(
            "select 1 from chat_sessions where session_id = %s for update", (asked.session_id,)
        )
        asked.hold.release()

        async def is_ending() -> bool:
            cursor = await blocker.execute(
                "select exists (select 1 from pg_stat_activity"
                " where cardinality(pg_blocking_pids(pid)) > 0 and pid <> pg_backend_pid()"
                " and pg_backend_pid() = any(pg_blocking_pids(pid)))"
            )
            return await cursor.fetchone() == (True,)

        await eventually(is_ending, what="the ending waits for the session")
        yield


async def end_lease(asked: Asked) -> Message:
    """Lets the lease run out, has another process sweep, and returns the answer as it ended."""
    # It would run out in half a minute.
    await asked.stage.execute(
        "update chat_message_history set lease_expires_at = now() - interval '1 second'"
        " where session_id = %s and status = 'streaming'",
        asked.session_id,
    )

    async def has_ended() -> bool:
        await asked.stage.registry.fail_expired_turns()
        return (await asked.answer()).status != "streaming"

    await eventually(has_ended, what="the answer was swept")
    return await asked.answer()


async def assert_nothing_is_lost_or_doubled(asked: Asked, answer: Message) -> None:
    """The same request finds the same turn, and another answer can be had."""
    stage, caller, session_id = asked.stage, asked.caller, asked.session_id
    question, only = await stage.messages(caller, session_id)
    assert (question.content, only) == (asked.content, answer)
    request = ask(session_id, asked.content, request_id=f"asked in {session_id}")
    replayed = await stage.turns.begin(caller, request)
    assert (replayed.is_replay, replayed.assistant_message.id) == (True, answer.id)
    wanted = NewAnswer(session_id, answer.id, f"retried in {session_id}")
    retried = await stage.turns.regenerate(caller, wanted)
    ended = (await read_stream(retried.events())).answer
    assert (ended.status, ended.content) == ("complete", TEXT)
    assert ended.branch.sibling_ids == [answer.id, ended.id]


@pytest.mark.parametrize(
    ("content", "kept"), [(FIRST, ""), (MIDDLE, TEXT[:7]), (LAST, TEXT)], ids=[FIRST, MIDDLE, LAST]
)
async def test_during_the_answer(killed: dict[str, Asked], content: str, kept: str) -> None:
    asked = killed[content]
    following = await asked.follow()
    answer = await end_lease(asked)
    assert (answer.status, answer.content) == ("interrupted", kept)
    assert answer.failure_reason == "The answer was interrupted. What had arrived is kept."
    assert (await following).answer == answer
    if content == MIDDLE:
        assert [step.status for step in answer.tool_steps or ()] == ["done"]
        assert answer.usage is not None
        assert answer.usage.requests == 1
    await assert_nothing_is_lost_or_doubled(asked, answer)


async def test_before_the_commit(killed: dict[str, Asked]) -> None:
    asked = killed[COMMIT]
    answer = await end_lease(asked)
    # The database may still carry out what it had been asked for; either way it is the one answer.
    assert answer.status in {"complete", "interrupted"}
    assert answer.content == TEXT
    await assert_nothing_is_lost_or_doubled(asked, answer)
