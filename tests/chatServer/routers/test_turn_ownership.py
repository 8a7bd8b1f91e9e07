import asyncio
import uuid

import httpx
import pytest

from chatServer.database.transport import Caller
from tests.chatServer.live_server import Visit, client_for, message_body, read_all


@pytest.mark.parametrize(
    ("method", "tail"), [("POST", ""), ("GET", "/1/stream"), ("POST", "/1/cancel")]
)
async def test_every_route_needs_a_token(visit: Visit, method: str, tail: str) -> None:
    async with client_for(visit.base_url, None) as client:
        response = await client.request(method, visit.path + tail, json=message_body("hello"))
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["code"] == "unauthorized"


@pytest.mark.parametrize(("method", "tail"), [("GET", "stream"), ("POST", "cancel")])
async def test_an_answer_is_not_there_for_others(visit: Visit, method: str, tail: str) -> None:
    answer = (await visit.post("hello"))[-1].data["message"]
    async with client_for(visit.base_url, await visit.stage.sign_up()) as stranger:
        response = await stranger.request(method, f"{visit.path}/{answer['id']}/{tail}")
    assert response.status_code == 404
    assert "hello" not in response.text


async def test_a_hundred_requests_of_two_users_never_mix(visit: Visit) -> None:
    other = await visit.stage.sign_up()
    visitors = [(visit.caller, visit.session_id), (other, await visit.stage.new_session(other))]

    async def post(client: httpx.AsyncClient, caller: Caller, session_id: str) -> None:
        content = f"{caller.user_id} {uuid.uuid4()}"
        path = f"/api/chat/sessions/{session_id}/messages"
        async with client.stream("POST", path, json=message_body(content)) as response:
            events = await read_all(response)
        answer = events[-1].data["message"]
        assert answer["content"] == f"echo: {content}"
        assert (answer["user_id"], answer["session_id"]) == (str(caller.user_id), session_id)

    async def read(client: httpx.AsyncClient, caller: Caller, session_id: str) -> None:
        response = await client.get(f"/api/chat/sessions/{session_id}/messages")
        assert {m["user_id"] for m in response.json()["messages"]} <= {str(caller.user_id)}

    in_flight = asyncio.Semaphore(20)

    async def request(number: int) -> None:
        caller, session_id = visitors[number % 2]
        async with in_flight, client_for(visit.base_url, caller) as client:
            await (post if number % 5 < 2 else read)(client, caller, session_id)

    await asyncio.gather(*(request(number) for number in range(100)))
    for caller, session_id in visitors:
        stored = await visit.stage.messages(caller, session_id)
        assert len(stored) == 2 * 20
        assert {m.user_id for m in stored} == {caller.user_id}
        assert all(str(caller.user_id) in m.content for m in stored)
    for prompt in visit.stage.fake.prompts:
        assert len({text.split()[-2] for _, text in prompt.messages}) == 1
