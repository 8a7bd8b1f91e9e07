import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter

from tests.chatServer.files import PNG
from tests.chatServer.live_server import Visit, client_for, open_visit
from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Call, Hold, Refusal
from tests.stack.api import SupabaseApi

EVENTS: TypeAdapter[Any] = TypeAdapter(Event)
PATH = "/api/agui/assistant"
TOOL = {"name": "confirm", "description": "Asks the user.", "parameters": {"type": "object"}}
USES_A_TOOL = [
    "RUN_STARTED",
    "TEXT_MESSAGE_START",
    "TEXT_MESSAGE_CONTENT",
    "TEXT_MESSAGE_END",
    "TOOL_CALL_START",
    "TOOL_CALL_ARGS",
    "TOOL_CALL_END",
    "TOOL_CALL_RESULT",
    "TEXT_MESSAGE_START",
    "TEXT_MESSAGE_CONTENT",
    "TEXT_MESSAGE_END",
    "RUN_FINISHED",
]
Json = dict[str, Any]


@pytest.fixture
async def visit(supabase_api: SupabaseApi) -> AsyncIterator[Visit]:
    async with open_visit(supabase_api) as opened:
        yield opened


def part_of(data: bytes, **source: str) -> Json:
    """An image in a message."""
    given = {"type": "data", "value": base64.b64encode(data).decode(), "mimeType": "image/png"}
    return {"type": "image", "source": {**given, **source}, "metadata": {"filename": "dot.png"}}


def run_of(*said: str | list[Json], **given: object) -> Json:
    """The input of a run; what was said alternates between the user and the assistant."""
    roles = ("user", "assistant")
    messages = [
        {"id": f"m{place}", "role": roles[place % 2], "content": text}
        for place, text in enumerate(said)
    ]
    ids = {"threadId": str(uuid.uuid4()), "runId": str(uuid.uuid4())}
    return {**ids, "messages": messages, "state": {}, "tools": [], "context": [], **given}


async def run(client: httpx.AsyncClient, body: Json, path: str = PATH) -> list[Json]:
    """Runs an agent and reads its events, each of which the protocol's own models take."""
    async with client.stream("POST", path, json=body) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line async for line in response.aiter_lines()]
    events = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    for event in events:
        EVENTS.validate_python(event)
    return events


def types_of(events: list[Json]) -> list[str]:
    """The types of the events, with one for all the pieces of a text."""
    types = [event["type"] for event in events]
    return [t for t, before in zip(types, ["", *types], strict=False) if t != before]


def joined(events: list[Json]) -> list[Json]:
    """The events with the pieces of each text as one."""
    whole: list[Json] = []
    for event in events:
        is_more = event["type"] == "TEXT_MESSAGE_CONTENT" == (whole or [event])[-1]["type"]
        if is_more and whole:
            whole[-1] = {**event, "delta": whole[-1]["delta"] + event["delta"]}
        else:
            whole.append(event)
    return whole


def text_of(events: list[Json]) -> str:
    return "".join(e["delta"] for e in events if e["type"] == "TEXT_MESSAGE_CONTENT")


class TestRun:
    async def test_tells_the_answer_and_keeps_the_session(self, visit: Visit) -> None:
        body = run_of("héllo 👍")
        events = await run(visit.client, body)
        assert types_of(events) == [
            "RUN_STARTED",
            "TEXT_MESSAGE_START",
            "TEXT_MESSAGE_CONTENT",
            "TEXT_MESSAGE_END",
            "RUN_FINISHED",
        ]
        assert text_of(events) == "echo: héllo 👍"
        ids = {"threadId": body["threadId"], "runId": body["runId"]}
        assert events[0] == {"type": "RUN_STARTED", **ids, "protocolVersion": "1.0"}
        assert events[-1]["outcome"] == {"type": "success"}
        assert events[-1]["usage"][0]["model"] == "fake"
        session = (await visit.client.get(f"/api/chat/sessions/{body['threadId']}")).json()
        assert (session["channel"], session["agent_name"]) == ("web", "assistant")
        assert [m["content"] for m in session["messages"]] == ["héllo 👍", "echo: héllo 👍"]
        assert events[1]["messageId"] == str(session["messages"][1]["id"])

    async def test_tells_what_the_agent_did_where_it_did_it_and_the_same_when_it_is_replayed(
        self, visit: Visit
    ) -> None:
        search = Call("search_sessions", '{"query": "lighthouse"}')
        visit.stage.fake.script("Let me look. ", search, asked="find it")
        body = run_of("find it")
        events = await run(visit.client, body)
        assert types_of(events) == USES_A_TOOL
        answer_id = events[1]["messageId"]
        called, arguments, _, result = (e for e in events if e["type"].startswith("TOOL_CALL"))
        assert called["toolCallName"] == "search_sessions"
        assert called["parentMessageId"] == answer_id
        assert arguments["delta"] == search.arguments
        assert {e["toolCallId"] for e in (called, arguments, result)} == {f"{answer_id}-call-1"}
        assert (result["role"], result["content"]) == ("tool", "[]")
        texts = {e["messageId"]: "" for e in events if e["type"] == "TEXT_MESSAGE_START"}
        for event in events:
            if event["type"] == "TEXT_MESSAGE_CONTENT":
                texts[event["messageId"]] += event["delta"]
        assert texts == {answer_id: "Let me look. ", f"{answer_id}-1": "echo: []"}
        again = await run(visit.client, body)
        assert joined(again) == joined(events)
        assert len(visit.stage.fake.prompts) == 2

    async def test_is_told_again_while_it_runs_in_the_same_order(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("Let me look. ", Call("search_sessions", '{"query": "x"}'),
                                asked="find it")  # fmt: skip
        visit.stage.fake.script("Found ", hold, "nothing.", asked="[]")
        body = run_of("find it")
        first = asyncio.create_task(run(visit.client, body))
        await hold.wait_reached()
        again = asyncio.create_task(run(visit.client, body))
        path = f"/api/chat/sessions/{body['threadId']}"
        async with visit.client.stream("POST", PATH, json=body) as response:
            async for line in response.aiter_lines():
                if "Found" in line:
                    break
        hold.release()
        whole = await first
        assert types_of(whole) == USES_A_TOOL
        assert joined(await again) == joined(whole)
        session = (await visit.client.get(path)).json()
        assert [m["content"] for m in session["messages"]] == [
            "find it", "Let me look. \n\nFound nothing.",
        ]  # fmt: skip

    async def test_passes_over_what_retention_has_pruned(self, visit: Visit) -> None:
        visit.stage.fake.script("Let me look. ", Call("search_sessions", '{"query": "x"}'),
                                asked="find it")  # fmt: skip
        body = run_of("find it")
        events = await run(visit.client, body)
        await visit.stage.execute(
            "delete from chat_message_history where session_id = %s and role = 'tool'",
            body["threadId"],
        )
        left = [e for e in joined(events) if not e["type"].startswith("TOOL_CALL")]
        assert joined(await run(visit.client, body)) == left

    async def test_stores_of_a_long_history_only_what_is_new(self, visit: Visit) -> None:
        first = run_of("one")
        await run(visit.client, first)
        history = ("one", "x" * 1_500_000, "two")
        await run(visit.client, run_of(*history, threadId=first["threadId"]))
        page = (await visit.client.get(f"/api/chat/sessions/{first['threadId']}/messages")).json()
        said = ["one", "echo: one", "two", "echo: two"]
        assert [m["content"] for m in page["messages"]] == said
        assert [text for _, text in visit.stage.fake.prompts[-1].messages] == said[:3]

    async def test_goes_on_with_a_session_of_another_channel_by_the_agent_that_is_asked(
        self, visit: Visit
    ) -> None:
        session_id = f"telegram:{uuid.uuid4().int}:1"
        await visit.stage.execute(
            "insert into chat_sessions (session_id, user_id, channel) values (%s, %s, 'telegram')",
            session_id,
            visit.caller.user_id,
        )
        body = run_of("hello", threadId=session_id)
        await run(visit.client, body, "/api/agui/librarian")
        session = (await visit.client.get(f"/api/chat/sessions/{session_id}")).json()
        assert (session["channel"], session["agent_name"]) == ("telegram", "librarian")
        assert session["message_count"] == 2

    async def test_puts_parts_of_text_together(self, visit: Visit) -> None:
        parts = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
        events = await run(visit.client, run_of(parts))
        assert text_of(events) == "echo: one\n\ntwo"


class TestFiles:
    async def test_are_stored_with_the_message_once_and_given_to_the_model(
        self, visit: Visit
    ) -> None:
        body = run_of([{"type": "text", "text": "what is this?"}, part_of(PNG)])
        events = await run(visit.client, body)
        assert joined(await run(visit.client, body)) == joined(events)
        session = (await visit.client.get(f"/api/chat/sessions/{body['threadId']}")).json()
        [attachment] = session["messages"][0]["attachments"]
        assert (attachment["kind"], attachment["filename"]) == ("image", "dot.png")
        assert (await visit.client.get(attachment["url"])).content == PNG
        [prompt] = visit.stage.fake.prompts
        assert [part["type"] for part in prompt.files] == ["image_url"]

    async def test_that_were_uploaded_are_named_by_their_ids(self, visit: Visit) -> None:
        path = f"/api/chat/sessions/{visit.session_id}/attachments"
        uploaded = await visit.client.post(path, files={"file": ("dot.png", PNG, "image/png")})
        source = {"type": "file", "value": uploaded.json()["id"]}
        body = run_of([{"type": "image", "source": source}], threadId=visit.session_id)
        await run(visit.client, body)
        session = (await visit.client.get(f"/api/chat/sessions/{visit.session_id}")).json()
        [attachment] = session["messages"][0]["attachments"]
        assert attachment["id"] == uploaded.json()["id"]

    async def test_that_are_not_what_they_are_called_are_refused_and_nothing_is_said(
        self, visit: Visit
    ) -> None:
        body = run_of([part_of(PNG), part_of(b"no image")], threadId=visit.session_id)
        response = await visit.client.post(PATH, json=body)
        assert (response.status_code, response.json()["code"]) == (415, "attachment_type_mismatch")
        session = (await visit.client.get(f"/api/chat/sessions/{visit.session_id}")).json()
        assert session["messages"] == []
        [(count,)] = await visit.stage.read(
            "select count(*) from chat_attachments where session_id = %s", visit.session_id
        )
        assert count == 0


class TestEnd:
    async def test_of_a_failed_answer_is_an_error_with_its_reason(self, visit: Visit) -> None:
        visit.stage.fake.script(Refusal(400), asked="fail")
        events = await run(visit.client, run_of("fail"))
        assert types_of(events) == ["RUN_STARTED", "RUN_ERROR"]
        assert events[-1]["code"] == "answer_failed"
        assert events[-1]["message"]

    async def test_of_a_cancelled_answer_says_so(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("Some ", hold, asked="wait")
        body = run_of("wait")
        running = asyncio.create_task(run(visit.client, body))
        await hold.wait_reached()
        path = f"/api/chat/sessions/{body['threadId']}"
        session = (await visit.client.get(path)).json()
        answer_id = session["messages"][-1]["id"]
        await visit.client.post(f"{path}/messages/{answer_id}/cancel")
        events = await running
        assert events[-2]["type"] == "TEXT_MESSAGE_END"
        assert events[-1]["outcome"] == {"type": "cancelled"}

    async def test_loses_nothing_when_the_client_leaves(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("Some ", hold, "more", asked="stay")
        body = run_of("stay")
        async with visit.client.stream("POST", PATH, json=body) as response:
            async for line in response.aiter_lines():
                if "TEXT_MESSAGE_CONTENT" in line:
                    break
        hold.release()

        async def is_complete() -> bool:
            session = await visit.client.get(f"/api/chat/sessions/{body['threadId']}")
            return bool(session.json()["messages"][-1]["status"] == "complete")

        await eventually(is_complete, what="the answer went on")
        assert text_of(await run(visit.client, body)) == "Some more"
        assert len(visit.stage.fake.prompts) == 1


class TestRefusals:
    async def refuse(self, visit: Visit, body: Json, path: str = PATH) -> Json:
        response = await visit.client.post(path, json=body)
        assert response.headers["content-type"] == "application/problem+json"
        problem: Json = response.json()
        assert problem["status"] == response.status_code
        return problem

    async def test_of_an_agent_that_is_not_there_names_those_that_are(self, visit: Visit) -> None:
        problem = await self.refuse(visit, run_of("hello"), "/api/agui/nobody")
        assert (problem["status"], problem["code"]) == (422, "agent_not_found")
        assert "assistant, librarian" in problem["detail"]

    async def test_of_somebody_elses_session_is_404_and_stores_nothing(self, visit: Visit) -> None:
        stranger = await visit.stage.sign_up()
        async with client_for(visit.base_url, stranger) as client:
            response = await client.post(PATH, json=run_of("mine?", threadId=visit.session_id))
        missing = await visit.client.get("/api/chat/sessions/nothing-here")
        assert (response.status_code, response.content) == (404, missing.content)
        session = (await visit.client.get(f"/api/chat/sessions/{visit.session_id}")).json()
        assert session["messages"] == []

    async def test_without_a_token_is_401(self, visit: Visit) -> None:
        async with client_for(visit.base_url, None) as client:
            assert (await client.post(PATH, json=run_of("hello"))).status_code == 401

    async def test_of_a_deleted_session_says_so_and_does_not_bring_it_back(
        self, visit: Visit
    ) -> None:
        path = f"/api/chat/sessions/{visit.session_id}"
        await visit.client.delete(path)
        problem = await self.refuse(visit, run_of("hello", threadId=visit.session_id))
        assert (problem["status"], problem["code"]) == (410, "session_deleted")
        assert (await visit.client.get(path)).status_code == 404

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (run_of("hello", "I said that"), "messages"),
            (run_of(), "messages"),
            (run_of(" \n"), "messages"),
            (run_of([part_of(b"", type="url", value="https://x.y/z.png")]), "messages"),
            (run_of([part_of(b"", value="not Base64!")]), "messages"),
            (run_of([part_of(b"", type="file", value="elsewhere")]), "messages"),
            (run_of([part_of(PNG)] * 11), "messages"),
            (run_of("x", tools=[TOOL]), "tools"),
            (run_of("x", state={"cart": []}), "state"),
            (run_of("x", context=[{"description": "page", "value": "7"}]), "context"),
            (run_of("x", threadId="a/b"), "threadId"),
            (run_of("x", threadId="scheduled:1"), "session_id"),
            (run_of("x", runId=""), "runId"),
            (run_of("x", resume=[{"interruptId": "i", "status": "resolved"}]), "resume"),
        ],
        ids=[
            "no question",
            "nothing",
            "blank",
            "address",
            "no data",
            "no attachment",
            "many files",
            "tools",
            "state",
            "context",
            "slash",
            "reserved",
            "no run",
            "resume",
        ],
    )
    async def test_name_the_field(self, visit: Visit, body: Json, field: str) -> None:
        problem = await self.refuse(visit, body)
        assert (problem["status"], problem["code"]) == (422, "validation_failed")
        assert field in {error["field"] for error in problem["errors"]}

    async def test_of_a_run_id_that_said_something_else(self, visit: Visit) -> None:
        body = run_of("hello")
        await run(visit.client, body)
        other = run_of("other", threadId=body["threadId"], runId=body["runId"])
        assert (await self.refuse(visit, other))["code"] == "request_id_reused"
