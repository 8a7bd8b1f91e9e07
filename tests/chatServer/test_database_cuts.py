"""Connections to the database really break in the middle of a turn, on both ways to it."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from chatServer.services import patience, turn_runner
from tests.chatServer.database_outage import (
    Place,
    directly,
    locked,
    over_the_api,
    wait_until_locked_out,
)
from tests.chatServer.live_server import Visit, message_body, read_all
from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Call, Hold
from tests.stack.api import SupabaseApi
from tests.stack.embedded import EmbeddedStack

SEARCH = Call("search_sessions", '{"query": "lighthouse"}')


@pytest.fixture
async def superuser(embedded_stack: EmbeddedStack) -> AsyncIterator[psycopg.AsyncConnection]:
    url = embedded_stack.superuser_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(params=[directly, over_the_api])
async def place(
    request: pytest.FixtureRequest, supabase_api: SupabaseApi, superuser: psycopg.AsyncConnection
) -> AsyncIterator[Place]:
    async with request.param(supabase_api, superuser) as opened:
        yield opened


async def post(visit: Visit, body: dict[str, str]) -> httpx.Response:
    return await visit.client.post(visit.path, json=body)


async def ask(visit: Visit, content: str) -> dict[str, object]:
    """Posts a message, and returns its answer as the stream ends with it."""
    events = await visit.post(content)
    message: dict[str, object] = events[-1].data["message"]
    return message


async def listed(visit: Visit) -> list[tuple[str, str]]:
    page = (await visit.client.get(visit.path)).json()
    return [(m["content"], m["status"]) for m in page["messages"]]


async def count_items(visit: Visit) -> int:
    [(count,)] = await visit.stage.read(
        "select count(*) from chat_message_history where session_id = %s and role = 'tool'",
        visit.session_id,
    )
    return int(count)


async def wait_stored(visit: Visit, text: str) -> None:
    async def is_stored() -> bool:
        rows = await visit.stage.read(
            "select content from chat_message_history where session_id = %s", visit.session_id
        )
        return any(text in content for (content,) in rows)

    await eventually(is_stored, what=f"{text!r} was stored")


async def test_an_answer_outlives_an_outage_and_a_message_of_that_time_is_sent_again(
    place: Place,
) -> None:
    visit, outage = place.visit, place.outage
    hold = Hold()
    visit.stage.fake.script("Let me look. ", SEARCH, asked="find it")
    visit.stage.fake.script("Found ", hold, "nothing.", asked="[]")
    answering = asyncio.create_task(ask(visit, "find it"))
    await hold.wait_reached()
    await outage.begin()
    late = message_body("and now?")
    refused = await post(visit, late)
    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    hold.release()
    await outage.end()
    answer = await answering
    text = "Let me look. \n\nFound nothing."
    assert (answer["status"], answer["content"]) == ("complete", text)

    assert (await post(visit, late)).status_code == 200
    assert await listed(visit) == [
        ("find it", "complete"), (text, "complete"),
        ("and now?", "complete"), ("echo: and now?", "complete"),
    ]  # fmt: skip
    roles = [role for role, _ in visit.stage.fake.prompts[-1].messages]
    assert roles == ["user", "assistant", "assistant", "tool", "assistant", "user"]


async def test_an_answer_whose_end_cannot_be_stored_says_so_and_keeps_what_was(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, outage = place.visit, place.outage
    # Its own lease stays as long as ever, or a sweep could end the answer before the outage.
    monkeypatch.setattr(patience, "LEASE_SECONDS", 1)
    hold = Hold()
    visit.stage.fake.script("Let me look. ", SEARCH, asked="find it")
    visit.stage.fake.script("Found ", hold, "nothing.", asked="[]")
    answering = asyncio.create_task(ask(visit, "find it"))
    await hold.wait_reached()
    await wait_stored(visit, "Found ")
    await outage.begin()
    hold.release()
    answer = await answering
    assert (answer["status"], answer["content"]) == (
        "interrupted", "Let me look. \n\nFound nothing.",
    )  # fmt: skip
    assert answer["failure_reason"] == turn_runner.UNSAVED
    await outage.end()
    await visit.stage.execute(
        "update chat_message_history set lease_expires_at = now() - interval '1 second'"
        " where session_id = %s and status = 'streaming'",
        visit.session_id,
    )

    assert (await ask(visit, "and now?"))["content"] == "echo: and now?"
    assert await listed(visit) == [
        ("find it", "complete"), ("Let me look. \n\nFound ", "interrupted"),
        ("and now?", "complete"), ("echo: and now?", "complete"),
    ]  # fmt: skip
    assert await count_items(visit) == 0
    assert visit.stage.fake.prompts[-1].messages == [
        ("user", "find it"), ("assistant", "Let me look. \n\nFound "), ("user", "and now?"),
    ]  # fmt: skip


async def test_a_message_whose_storing_is_cut_is_answered_when_it_is_sent_again(
    supabase_api: SupabaseApi, superuser: psycopg.AsyncConnection
) -> None:
    body = message_body("hello", str(uuid.uuid4()))
    async with directly(supabase_api, superuser) as place:
        visit = place.visit
        async with locked(place):
            posting = asyncio.create_task(post(visit, body))
            await wait_until_locked_out(place, "begin_turn_v2")
            await place.outage.begin()
            refused = await posting
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        await place.outage.end()
        assert await listed(visit) == []
        async with visit.client.stream("POST", visit.path, json=body) as response:
            assert (await read_all(response))[-1].data["message"]["content"] == "echo: hello"
        assert await listed(visit) == [("hello", "complete"), ("echo: hello", "complete")]


async def test_an_end_whose_storing_is_cut_is_stored_whole_and_once(place: Place) -> None:
    visit, hold = place.visit, Hold()
    visit.stage.fake.script(SEARCH, asked="find it")
    visit.stage.fake.script("Found ", hold, "nothing.", asked="[]")
    answering = asyncio.create_task(ask(visit, "find it"))
    await hold.wait_reached()
    async with locked(place):
        hold.release()
        await wait_until_locked_out(place, "complete_turn_v2")
        await place.outage.begin()
    await place.outage.end()
    answer = await answering
    assert (answer["status"], answer["content"]) == ("complete", "Found nothing.")
    assert await count_items(visit) == 2
    assert (await ask(visit, "and now?"))["content"] == "echo: and now?"
