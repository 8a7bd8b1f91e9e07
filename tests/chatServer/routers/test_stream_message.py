import asyncio

import pytest

from tests.chatServer.live_server import Visit, message_body, read_all, read_events
from tests.fakes.openai_server import Hold


class TestStreamMessage:
    async def test_begins_with_the_text_so_far(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("first ", hold, "last")
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            answer_id = int(response.headers["x-assistant-message-id"])
            await hold.wait_reached()
            async for event in read_events(response):
                if event.type == "message.delta":
                    break
        async with visit.client.stream("GET", f"{visit.path}/{answer_id}/stream") as rejoined:
            events = read_events(rejoined)
            started = await anext(events)
            hold.release()
            rest = [event async for event in events]
        assert started.data["user_message"] is None
        assert (started.data["assistant_message"]["content"], started.id) == ("first ", "6")
        assert [event.type for event in rest] == ["message.delta", "turn.finished"]
        assert (rest[0].data["offset"], rest[0].data["text"]) == (6, "last")

    async def test_goes_on_from_the_last_event_that_arrived(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("one ", "two ", hold, "three")

        async def rejoin(event_id: str) -> tuple[str, str]:
            """What a client is told that it has, and all that follows."""
            async with visit.client.stream(
                "GET", path, headers={"Last-Event-ID": event_id}
            ) as response:
                begun, *rest = await read_all(response)
            assert begun.id == str(len(begun.data["assistant_message"]["content"]))
            more = "".join(e.data["text"] for e in rest if e.type == "message.delta")
            return begun.data["assistant_message"]["content"], more

        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            path = f"{visit.path}/{response.headers['x-assistant-message-id']}/stream"
            await hold.wait_reached()
            running = asyncio.create_task(rejoin("4"))
            hold.release()
            await read_all(response)
        assert await running == ("one ", "two three")
        assert await rejoin("0") == ("", "one two three")
        assert await rejoin("8") == ("one two ", "three")
        for of_no_use in ("13", "14", "9" * 30, "-1", "turn-1"):
            assert await rejoin(of_no_use) == ("one two three", "")

    async def test_of_an_ended_answer_comes_at_once(self, visit: Visit) -> None:
        posted = await visit.post("hello")
        answer_id = posted[-1].data["message"]["id"]
        async with visit.client.stream("GET", f"{visit.path}/{answer_id}/stream") as response:
            events = await read_all(response)
        assert [event.type for event in events] == ["turn.started", "turn.finished"]
        assert events[-1] == posted[-1]

    @pytest.mark.parametrize(
        ("message_id", "status", "code"),
        [
            ("1", 404, "message_not_found"),
            ("0", 422, "validation_failed"),
            ("x", 422, "validation_failed"),
        ],
    )
    async def test_needs_an_answer(
        self, visit: Visit, message_id: str, status: int, code: str
    ) -> None:
        response = await visit.client.get(f"{visit.path}/{message_id}/stream")
        assert response.status_code == status
        assert response.json()["code"] == code
