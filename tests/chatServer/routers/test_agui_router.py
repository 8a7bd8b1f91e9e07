import asyncio
import uuid
from collections.abc import AsyncIterator

from tests.chatServer.agui_stage import (
    PATH,
    USES_A_TOOL,
    joined,
    read_lines,
    run,
    run_of,
    text_of,
    types_of,
)
from tests.chatServer.live_server import Visit, client_for, serve, settings_for
from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Call, Hold, Refusal

FOLLOWED_ELSEWHERE = [
    *USES_A_TOOL[:5],
    "TEXT_MESSAGE_START",
    "TEXT_MESSAGE_CONTENT",
    "TOOL_CALL_ARGS",
    "TOOL_CALL_END",
    "TOOL_CALL_RESULT",
    "TEXT_MESSAGE_END",
    "RUN_FINISHED",
]


async def take_until(lines: AsyncIterator[str], text: str) -> AsyncIterator[str]:
    """Yields lines up to the one that holds a text."""
    async for line in lines:
        yield line
        if text in line:
            return


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

    async def test_is_told_by_another_server_as_it_goes_and_the_calls_when_it_has_ended(
        self, visit: Visit
    ) -> None:
        hold = Hold()
        visit.stage.fake.script("Let me look. ", Call("search_sessions", '{"query": "x"}'),
                                asked="find it")  # fmt: skip
        visit.stage.fake.script("Found ", hold, "nothing.", asked="[]")
        body = run_of("find it")
        first = asyncio.create_task(run(visit.client, body))
        await hold.wait_reached()
        settings = settings_for(visit.stage.api, visit.stage.fake.base_url)
        async with (
            serve(settings) as url,
            client_for(url, visit.caller) as elsewhere,
            elsewhere.stream("POST", PATH, json=body) as response,
        ):
            lines = response.aiter_lines()
            told = [line async for line in take_until(lines, "Found")]
            hold.release()
            told += [line async for line in lines]
        whole, events = joined(await first), joined(read_lines(told))
        assert types_of(events) == FOLLOWED_ELSEWHERE
        assert sorted(map(str, events)) == sorted(map(str, whole))
        # Once it has ended the order is the same everywhere.
        assert joined(await run(visit.client, body)) == whole

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
