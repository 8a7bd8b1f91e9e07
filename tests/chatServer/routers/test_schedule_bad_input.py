"""Schedules that are refused, with the field and, in an expression, the place."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import open_history_stage
from tests.chatServer.live_server import client_for
from tests.chatServer.routers.test_bad_input import problem, refused_fields
from tests.stack.api import SupabaseApi

SCHEDULES = "/api/chat/schedules"
DAILY: dict[str, Any] = {
    "prompt": "What is new?",
    "cron": "30 8 * * *",
    "timezone": "Europe/Berlin",
}


@pytest.fixture(scope="module")
async def visitor(supabase_api: SupabaseApi, server_url: str) -> AsyncIterator[Visitor]:
    """One user for all of it: nothing that is refused may leave a trace."""
    async with open_history_stage(supabase_api) as stage:
        caller = await stage.sign_up()
        async with client_for(server_url, caller) as client:
            yield Visitor(caller, client)


async def create(visitor: Visitor) -> dict[str, Any]:
    answer = await visitor.client.post(SCHEDULES, json=DAILY)
    assert answer.status_code == 201, answer.text
    schedule: dict[str, Any] = answer.json()
    return schedule


async def listed(visitor: Visitor) -> list[dict[str, Any]]:
    schedules: list[dict[str, Any]] = (await visitor.client.get(SCHEDULES)).json()["schedules"]
    return schedules


BAD_CRONS = [
    ("0 0 8 * * *", "five fields"),
    ("0 8 * *", "five fields"),
    ("@reboot", "@hourly"),
    ("0 0 31 2 *", "the day of month (field 3, character 5)"),
    ("0 0 31 4,6,9,11 *", "the day of month (field 3, character 5)"),
    ("* * * * *", "5 minutes apart"),
    ("*/4 8 * * *", "5 minutes apart"),
    ("58,2 0,23 * * *", "as close as 4"),
    ("61 8 * * *", "the minute (field 1, character 1)"),
    ("0 24 * * *", "the hour (field 2, character 3)"),
    ("0 8 0 * *", "the day of month (field 3, character 5)"),
    ("0 8 * 13 *", "the month (field 4, character 7)"),
    ("0 8 * * MON,FUN", "the day of week (field 5, character 13)"),
    ("0 8-7 * * *", "the hour (field 2, character 3)"),
    ("0 8/0 * * *", "the hour (field 2, character 3)"),
    ("0 8,, * * *", "the hour (field 2, character 5)"),
    ("", "at least 1 character"),
    (" ", "five fields"),
    ("0 8 * * * " + "x" * 200, "at most 200 characters"),
    ("0 8 * * \u0000", "NUL"),
]


class TestBadInput:
    @pytest.mark.parametrize(("cron", "told"), BAD_CRONS)
    async def test_an_expression_is_refused_with_the_place(
        self, visitor: Visitor, cron: str, told: str
    ) -> None:
        answers = [await visitor.client.post(SCHEDULES, json=DAILY | {"cron": cron})]
        if "\u0000" not in cron:
            query = {"cron": cron, "timezone": "UTC"}
            answers.append(await visitor.client.get(f"{SCHEDULES}/preview", params=query))
        for answer in answers:
            [error] = problem(answer, 422, "validation_failed")["errors"]
            assert error["field"] == "cron"
            assert told in error["message"]

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"timezone": "europe/berlin"}, "timezone"),
            ({"timezone": "../etc/passwd"}, "timezone"),
            ({"timezone": "+01:00"}, "timezone"),
            ({"prompt": ""}, "prompt"),
            ({"prompt": " \n"}, "prompt"),
            ({"prompt": "x" * 65537}, "prompt"),
            ({"prompt": None}, "prompt"),
            ({"title": ""}, "title"),
            ({"agent_name": "a" * 101}, "agent_name"),
            ({"schedule_id": "mine"}, "schedule_id"),
            ({"is_enabled": "perhaps"}, "is_enabled"),
            ({"next_run_at": "2026-01-01T00:00:00Z"}, "next_run_at"),
        ],
    )
    async def test_a_field_is_refused_by_name(
        self, visitor: Visitor, fields: dict[str, object], field: str
    ) -> None:
        before = await listed(visitor)
        answer = await visitor.client.post(SCHEDULES, json=DAILY | fields)
        assert refused_fields(answer) == [field]
        assert await listed(visitor) == before

    async def test_a_change_is_refused_like_a_new_one(self, visitor: Visitor) -> None:
        made = await create(visitor)
        path = f"{SCHEDULES}/{made['schedule_id']}"
        for body, field in (
            ({"cron": "* * * * *"}, "cron"),
            ({"timezone": "Nowhere"}, "timezone"),
            ({"prompt": "  "}, "prompt"),
        ):
            assert refused_fields(await visitor.client.patch(path, json=body)) == [field]
        assert (await visitor.client.get(path)).json() == made

    async def test_somebody_elses_schedule_is_none(
        self, visitor: Visitor, stranger: Visitor
    ) -> None:
        made = await create(stranger)

        async def answers(schedule_id: str) -> list[bytes]:
            path = f"{SCHEDULES}/{schedule_id}"
            found: list[httpx.Response] = [
                await visitor.client.get(path),
                await visitor.client.patch(path, json={"title": "Mine"}),
                await visitor.client.delete(path),
                await visitor.client.post(f"{path}/run"),
                await visitor.client.get(f"{path}/runs"),
            ]
            for answer in found:
                problem(answer, 404, "schedule_not_found")
            return [answer.content for answer in found]

        assert await answers(made["schedule_id"]) == await answers(str(uuid.uuid4()))
        path = f"{SCHEDULES}/{made['schedule_id']}"
        assert (await stranger.client.get(path)).json() == made
