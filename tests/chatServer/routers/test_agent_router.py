import uuid
from typing import Any

import httpx
import pytest

from tests.chatServer.conftest import Visitor
from tests.chatServer.live_server import client_for

SCHEDULE = {"prompt": "What is new?", "cron": "0 9 * * *", "timezone": "UTC"}


async def test_agents_are_listed_without_what_they_are_told(visitor: Visitor) -> None:
    answer = await visitor.client.get("/api/chat/agents")
    assert answer.status_code == 200
    first, second = answer.json()["agents"]
    assert first == {
        "name": "assistant",
        "title": "Assistant",
        "description": "Answers, and finds what was said in your other sessions.",
        "is_default": True,
        "former_names": [],
    }
    assert (second["name"], second["is_default"]) == ("librarian", False)


async def test_agents_are_listed_to_signed_in_users_alone(server_url: str) -> None:
    async with client_for(server_url, None) as client:
        assert (await client.get("/api/chat/agents")).status_code == 401


async def create(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.post("/api/chat/sessions", json={"agent_name": name})


async def put(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.put(f"/api/chat/sessions/{uuid.uuid4()}", json={"agent_name": name})


async def schedule(client: httpx.AsyncClient, name: str) -> httpx.Response:
    return await client.post("/api/chat/schedules", json={**SCHEDULE, "agent_name": name})


async def reschedule(client: httpx.AsyncClient, name: str) -> httpx.Response:
    made = await client.post("/api/chat/schedules", json=SCHEDULE)
    return await client.patch(
        f"/api/chat/schedules/{made.json()['schedule_id']}", json={"agent_name": name}
    )


@pytest.mark.parametrize("choose", [create, put, schedule, reschedule])
async def test_only_an_agent_that_exists_can_be_chosen(
    visitor: Visitor,
    choose: Any,  # noqa: ANN401 one of the four above
) -> None:
    refused = await choose(visitor.client, "nobody")
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert problem["code"] == "agent_not_found"
    assert problem["detail"] == (
        "There is no such agent on this server; there are: assistant, librarian."
    )
    assert problem["errors"] == [
        {"field": "agent_name", "message": "must be one of assistant, librarian"}
    ]
    assert (await visitor.client.get("/api/chat/sessions")).json()["sessions"] == []
    chosen = await choose(visitor.client, "librarian")
    assert chosen.status_code in (200, 201), chosen.text
    assert chosen.json()["agent_name"] == "librarian"
