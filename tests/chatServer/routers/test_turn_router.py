import asyncio
import uuid

import pytest

from chatServer.routers import event_stream
from tests.chatServer.live_server import (
    Visit,
    client_for,
    message_body,
    read_all,
    read_events,
    serve,
    settings_for,
)
from tests.chatServer.turn_stage import eventually
from tests.fakes.openai_server import Call, Hold
from tests.stack.ports import free_port


class TestPostMessage:
    async def test_streams_the_events_with_ids(self, visit: Visit) -> None:
        async with visit.client.stream("POST", visit.path, json=message_body("hé👍")) as response:
            started, *deltas, finished = await read_all(response)
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers.get_list("cache-control") == ["no-cache"]
        assert response.headers["x-accel-buffering"] == "no"
        assert "content-encoding" not in response.headers
        assert (started.type, started.id) == ("turn.started", "0")
        assert response.headers["x-user-message-id"] == str(started.data["user_message"]["id"])
        answer_id = started.data["assistant_message"]["id"]
        assert response.headers["x-assistant-message-id"] == str(answer_id)
        assert response.headers["idempotent-replay"] == "false"

        text = ""
        for delta in deltas:
            assert (delta.type, delta.data["message_id"]) == ("message.delta", answer_id)
            assert delta.data["offset"] == len(text)
            text += delta.data["text"]
            assert delta.id == str(len(text))
        assert text == finished.data["message"]["content"] == "echo: hé👍"
        assert (finished.type, finished.id) == ("turn.finished", str(len(text)))
        assert finished.data["message"]["status"] == "complete"
        assert finished.data["session"]["session_id"] == visit.session_id

    async def test_tells_of_a_tool_what_its_reader_sees_and_keeps_what_was_read(
        self, visit: Visit
    ) -> None:
        visit.stage.fake.script("Wait. ", Call("search_sessions", '{"query": "x"}'), asked="go")
        events = await visit.post("go")
        begun, ended = (event for event in events if event.type == "tool.step")
        step = {"name": "search_sessions", "offset": 6}
        answer_id = events[0].data["assistant_message"]["id"]
        where = {"type": "tool.step", "message_id": answer_id, "index": 0}
        running = {**step, "label": "Searching sessions: x", "status": "running"}
        done = {**step, "label": "Searched sessions: x", "status": "done"}
        assert [begun.data, ended.data] == [{**where, "step": running}, {**where, "step": done}]
        # Without an id a browser keeps that of the text before.
        assert (begun.id, ended.id) == (None, None)
        assert events[-1].data["message"]["tool_steps"] == [done]

    async def test_replays_a_request_id(self, visit: Visit) -> None:
        first = await visit.post("hello", request_id="same")
        body = message_body("hello", "same")
        async with visit.client.stream("POST", visit.path, json=body) as response:
            again = await read_all(response)
        assert response.headers["idempotent-replay"] == "true"
        assert [event.type for event in again] == ["turn.started", "turn.finished"]
        assert again[-1] == first[-1]

    async def test_refuses_a_request_id_of_another_message(self, visit: Visit) -> None:
        await visit.post("hello", request_id="same")
        response = await visit.client.post(visit.path, json=message_body("other", "same"))
        assert response.status_code == 422
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == "request_id_reused"

    async def test_does_not_tell_somebody_elses_session_from_none(self, visit: Visit) -> None:
        stranger = await visit.stage.sign_up()
        theirs = await visit.stage.new_session(stranger)
        answers = [
            await visit.client.post(f"/api/chat/sessions/{each}/messages", json=message_body("hi"))
            for each in (theirs, str(uuid.uuid4()))
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["code"] == "session_not_found"
        assert answers[0].content == answers[1].content

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b'{"content": "", "client_request_id": "a"}', "content"),
            (b'{"content": " \\n", "client_request_id": "a"}', "content"),
            (b'{"content": "a\\u0000", "client_request_id": "a"}', "content"),
            (b'{"content": "\\ud800", "client_request_id": "a"}', "content"),
            (b'{"content": "%s", "client_request_id": "a"}' % (b"x" * 65537), "content"),
            (b'{"content": 7, "client_request_id": "a"}', "content"),
            (b'{"content": "hi"}', "client_request_id"),
            (b'{"content": "hi", "client_request_id": ""}', "client_request_id"),
            (b'{"content": "hi", "client_request_id": "a", "parent_id": 0}', "parent_id"),
            (b'{"content": "hi", "client_request_id": "a", "role": "system"}', "role"),
            (b'["content"]', "body"),
            (b'{"content": ', "body"),
            (b"", "body"),
        ],
    )
    async def test_names_the_field_it_refuses(self, visit: Visit, body: bytes, field: str) -> None:
        headers = {"content-type": "application/json"}
        response = await visit.client.post(visit.path, content=body, headers=headers)
        assert response.status_code == 422
        assert response.json()["code"] == "validation_failed"
        assert [error["field"] for error in response.json()["errors"]] == [field]
        assert await visit.stage.messages(visit.caller, visit.session_id) == []

    async def test_answers_503_while_the_database_is_away(self, visit: Visit) -> None:
        settings = settings_for(visit.stage.api, visit.stage.fake.base_url)
        nowhere = {"supabase_url": f"http://127.0.0.1:{free_port()}", "supabase_db_url": None}
        away = settings.model_copy(update=nowhere)
        async with serve(away) as base_url, client_for(base_url, visit.caller) as client:
            response = await client.post(visit.path, json=message_body("hello"))
        assert response.status_code == 503
        assert response.json()["code"] == "database_unavailable"
        assert int(response.headers["retry-after"]) > 0

    async def test_goes_on_when_the_client_leaves(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("first ", hold, "last")
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            answer_id = int(response.headers["x-assistant-message-id"])
            async for event in read_events(response):
                if event.type == "message.delta":
                    break
        hold.release()
        async with visit.client.stream("GET", f"{visit.path}/{answer_id}/stream") as response:
            events = await read_all(response)
        assert events[-1].data["message"]["content"] == "first last"
        assert events[-1].data["message"]["status"] == "complete"

    async def test_is_not_held_up_by_a_client_that_does_not_read(self, visit: Visit) -> None:
        # Larger than what the sockets on the way can hold.
        chunk = "0123456789" * 1000
        visit.stage.fake.script(*[chunk] * 80)
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:

            async def is_complete() -> bool:
                stored = await visit.stage.messages(visit.caller, visit.session_id)
                return stored[-1].status == "complete"

            await eventually(is_complete, what="the answer was stored")
            events = await read_all(response)
        text = "".join(e.data["text"] for e in events if e.type == "message.delta")
        assert text == events[-1].data["message"]["content"] == chunk * 80

    async def test_sends_a_heartbeat_while_nothing_happens(
        self, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(event_stream, "PING_SECONDS", 0.05)
        hold = Hold()
        visit.stage.fake.script(hold, "last")
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            lines = response.aiter_lines()
            async with asyncio.timeout(180):
                async for line in lines:
                    if line == ": ping":
                        break
            hold.release()
            rest = [line async for line in lines]
        assert "event: turn.finished" in rest


class TestCancelMessage:
    async def test_returns_the_answer_as_it_was_stopped(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("first ", hold, "never")
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            answer_id = int(response.headers["x-assistant-message-id"])
            events = read_events(response)
            while (await anext(events)).type != "message.delta":
                pass
            cancelled = await visit.client.post(f"{visit.path}/{answer_id}/cancel")
            rest = [event async for event in events]
        assert cancelled.status_code == 200
        assert cancelled.json()["status"] == "cancelled"
        assert cancelled.json()["content"] == "first "
        assert rest[-1].data["message"] == cancelled.json()
        again = await visit.client.post(f"{visit.path}/{answer_id}/cancel")
        assert (again.status_code, again.json()["code"]) == (409, "answer_cancelled")
