"""Schedules over HTTP: make, show, change, run, list the runs, delete."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatServer.settings import Settings
from tests.chatServer.conftest import Visitor
from tests.chatServer.live_server import serve
from tests.chatServer.routers.test_bad_input import problem
from tests.chatServer.turn_stage import eventually

SCHEDULES = "/api/chat/schedules"
SESSIONS = "/api/chat/sessions"
DAILY: dict[str, Any] = {
    "prompt": "What is new?",
    "cron": "30 8 * * *",
    "timezone": "Europe/Berlin",
}


@pytest.fixture(scope="module")
async def server_url(demo_settings: Settings) -> AsyncIterator[str]:
    """A server that carries out runs, which those of other tests do not."""
    async with serve(demo_settings.model_copy(update={"run_schedules": True})) as url:
        yield url


async def create(visitor: Visitor, **fields: object) -> dict[str, Any]:
    answer = await visitor.client.post(SCHEDULES, json=DAILY | fields)
    assert answer.status_code == 201, answer.text
    schedule: dict[str, Any] = answer.json()
    return schedule


async def run_to_the_end(visitor: Visitor, schedule_id: str) -> dict[str, Any]:
    """Runs a schedule now and returns the run once it has ended."""
    begun = await visitor.client.post(f"{SCHEDULES}/{schedule_id}/run")
    assert begun.status_code == 202, begun.text

    async def newest() -> dict[str, Any]:
        answer = await visitor.client.get(f"{SCHEDULES}/{schedule_id}/runs")
        run: dict[str, Any] = answer.json()["runs"][0]
        return run

    async def has_ended() -> bool:
        return (await newest())["status"] not in ("waiting", "running")

    await eventually(has_ended, what="the run ended")
    run = await newest()
    assert run["run_id"] == begun.json()["run_id"]
    return run


class TestCreate:
    async def test_answers_with_words_and_the_next_five_times(self, visitor: Visitor) -> None:
        made = await create(visitor, agent_name="librarian", notify_telegram=True)
        assert made["description"] == "At 08:30 every day"
        times = [datetime.fromisoformat(time) for time in made["next_runs_at"]]
        assert made["next_run_at"] == made["next_runs_at"][0]
        assert len(times) == 5
        assert datetime.now(UTC) < times[0] < datetime.now(UTC) + timedelta(days=1, minutes=61)
        assert times == sorted(times)
        assert (made["title"], made["agent_name"]) == ("What is new?", "librarian")
        assert (made["notify_telegram"], made["is_enabled"]) == (True, True)
        assert (made["run_count"], made["last_run"]) == (0, None)

    async def test_keeps_a_preset_as_it_was_written(self, visitor: Visitor) -> None:
        made = await create(visitor, cron="@daily", title="Digest")
        assert (made["cron"], made["title"]) == ("@daily", "Digest")
        assert made["description"] == "At 00:00 every day"

    async def test_one_made_paused_has_no_next_time(self, visitor: Visitor) -> None:
        made = await create(visitor, is_enabled=False)
        assert (made["next_run_at"], made["next_runs_at"]) == (None, [])

    async def test_the_same_request_again_answers_the_same_schedule(self, visitor: Visitor) -> None:
        body = DAILY | {"schedule_id": str(uuid.uuid4())}
        first = await visitor.client.post(SCHEDULES, json=body)
        again = await visitor.client.post(SCHEDULES, json=body)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert len((await visitor.client.get(SCHEDULES)).json()["schedules"]) == 1

    async def test_an_id_in_use_is_taken_whoever_has_it(
        self, visitor: Visitor, stranger: Visitor
    ) -> None:
        made = await create(visitor)
        body = DAILY | {"schedule_id": made["schedule_id"], "prompt": "Something else"}
        for someone in (visitor, stranger):
            answer = await someone.client.post(SCHEDULES, json=body)
            problem(answer, 409, "schedule_id_taken")


class TestChange:
    async def test_takes_what_is_given_and_leaves_the_rest(self, visitor: Visitor) -> None:
        made = await create(visitor)
        path = f"{SCHEDULES}/{made['schedule_id']}"
        changed = (await visitor.client.patch(path, json={"title": "Digest"})).json()
        assert changed["title"] == "Digest"
        assert changed["version"] == made["version"] + 1
        kept = ("prompt", "cron", "timezone", "next_run_at", "is_enabled", "created_at")
        assert [changed[name] for name in kept] == [made[name] for name in kept]

    async def test_pausing_and_going_on_move_the_next_time(self, visitor: Visitor) -> None:
        made = await create(visitor)
        path = f"{SCHEDULES}/{made['schedule_id']}"
        paused = (await visitor.client.patch(path, json={"is_enabled": False})).json()
        assert (paused["next_run_at"], paused["next_runs_at"]) == (None, [])
        resumed = (await visitor.client.patch(path, json={"is_enabled": True})).json()
        assert resumed["next_run_at"] == made["next_run_at"]

    async def test_another_zone_moves_the_next_times(self, visitor: Visitor) -> None:
        made = await create(visitor)
        path = f"{SCHEDULES}/{made['schedule_id']}"
        moved = (await visitor.client.patch(path, json={"timezone": "Asia/Tokyo"})).json()
        assert moved["next_run_at"] != made["next_run_at"]
        assert moved["next_run_at"].endswith("T23:30:00Z")


class TestRunNow:
    async def test_makes_a_session_with_prompt_and_answer(self, visitor: Visitor) -> None:
        made = await create(visitor, title="Digest", agent_name="librarian")
        run = await run_to_the_end(visitor, made["schedule_id"])
        assert (run["status"], run["trigger"], run["attempt"]) == ("completed", "manual", 1)
        assert run["failure_reason"] is None
        assert run["duration_seconds"] > 0
        session = (await visitor.client.get(f"{SESSIONS}/{run['session_id']}")).json()
        assert (session["channel"], session["agent_name"]) == ("scheduled", "librarian")
        assert (session["is_active"], session["is_folded"]) == (False, True)
        assert session["schedule_id"] == made["schedule_id"]
        assert session["title"].startswith("Digest · ")
        prompt, answer = session["messages"]
        assert (prompt["content"], prompt["channel"]) == (DAILY["prompt"], "scheduled")
        assert (answer["status"], answer["channel"]) == ("complete", "scheduled")

    async def test_counts_in_the_schedule_and_brings_it_to_the_top(self, visitor: Visitor) -> None:
        older = await create(visitor)
        newer = await create(visitor)
        run = await run_to_the_end(visitor, older["schedule_id"])
        shown = (await visitor.client.get(SCHEDULES)).json()["schedules"]
        assert [s["schedule_id"] for s in shown] == [older["schedule_id"], newer["schedule_id"]]
        assert shown[0]["run_count"] == 1
        assert shown[0]["last_run"]["run_id"] == run["run_id"]

    async def test_works_on_a_paused_schedule(self, visitor: Visitor) -> None:
        made = await create(visitor, is_enabled=False)
        run = await run_to_the_end(visitor, made["schedule_id"])
        assert run["status"] == "completed"

    async def test_a_message_of_the_user_unfolds_the_session(self, visitor: Visitor) -> None:
        made = await create(visitor)
        run = await run_to_the_end(visitor, made["schedule_id"])
        body = {"content": "Tell me more", "client_request_id": "more"}
        path = f"{SESSIONS}/{run['session_id']}"
        answered = await visitor.client.post(f"{path}/messages", json=body)
        assert answered.status_code == 200
        session = (await visitor.client.get(path)).json()
        assert (session["is_folded"], session["is_active"]) == (False, False)
        assert [m["role"] for m in session["messages"]] == ["user", "assistant"] * 2


class TestLists:
    async def test_runs_come_newest_first_by_cursor(self, visitor: Visitor) -> None:
        made = await create(visitor)
        runs = [await run_to_the_end(visitor, made["schedule_id"]) for _ in range(3)]
        path = f"{SCHEDULES}/{made['schedule_id']}/runs"
        first = (await visitor.client.get(path, params={"limit": 2})).json()
        rest = (
            await visitor.client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})
        ).json()
        assert [*first["runs"], *rest["runs"]] == runs[::-1]
        assert rest["next_cursor"] is None

    async def test_a_cursor_of_another_schedule_is_refused(self, visitor: Visitor) -> None:
        made, other = await create(visitor), await create(visitor)
        for _ in range(2):
            await run_to_the_end(visitor, made["schedule_id"])
        page = await visitor.client.get(f"{SCHEDULES}/{made['schedule_id']}/runs?limit=1")
        path = f"{SCHEDULES}/{other['schedule_id']}/runs"
        answer = await visitor.client.get(path, params={"cursor": page.json()["next_cursor"]})
        problem(answer, 400, "invalid_cursor")

    async def test_sessions_are_listed_by_schedule_and_without_the_folded(
        self, visitor: Visitor
    ) -> None:
        made = await create(visitor)
        run = await run_to_the_end(visitor, made["schedule_id"])
        talk = (await visitor.client.post(SESSIONS, json={"title": "Talk"})).json()

        async def listed(**query: str) -> list[str]:
            answer = await visitor.client.get(SESSIONS, params=query)
            return [session["session_id"] for session in answer.json()["sessions"]]

        assert await listed() == [talk["session_id"], run["session_id"]]
        assert await listed(folded="false") == [talk["session_id"]]
        assert await listed(folded="true") == [run["session_id"]]
        assert await listed(schedule_id=made["schedule_id"]) == [run["session_id"]]
        assert await listed(channel="scheduled") == [run["session_id"]]


class TestDelete:
    async def test_leaves_the_sessions_of_its_runs_folded(self, visitor: Visitor) -> None:
        made = await create(visitor)
        run = await run_to_the_end(visitor, made["schedule_id"])
        path = f"{SCHEDULES}/{made['schedule_id']}"
        assert (await visitor.client.delete(path)).status_code == 204
        for method in ("GET", "DELETE"):
            problem(await visitor.client.request(method, path), 404, "schedule_not_found")
        session = (await visitor.client.get(f"{SESSIONS}/{run['session_id']}")).json()
        assert (session["schedule_id"], session["is_folded"]) == (None, True)
        assert len(session["messages"]) == 2

    async def test_leaves_its_runs_in_the_list_of_runs_alone(self, visitor: Visitor) -> None:
        made = await create(visitor)
        run = await run_to_the_end(visitor, made["schedule_id"])

        async def listed(**query: str) -> list[str]:
            answer = await visitor.client.get(SESSIONS, params={"folded": "false"} | query)
            return [session["session_id"] for session in answer.json()["sessions"]]

        assert await listed(channel="scheduled") == []
        await visitor.client.delete(f"{SCHEDULES}/{made['schedule_id']}")
        assert await listed(channel="scheduled") == [run["session_id"]]
        assert await listed() == []


class TestPreview:
    async def test_tells_what_an_expression_means(self, visitor: Visitor) -> None:
        query = {"cron": "0 9 * * MON-FRI", "timezone": "America/New_York"}
        preview = (await visitor.client.get(f"{SCHEDULES}/preview", params=query)).json()
        assert preview["description"] == "At 09:00 on Monday through Friday"
        assert len(preview["next_runs_at"]) == 5
