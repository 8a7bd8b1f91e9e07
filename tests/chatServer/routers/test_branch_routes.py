"""PATCH a message, POST regenerate, PUT the head: over the wire, with what they refuse."""

from typing import Any

import httpx
import pytest

from tests.chatServer.live_server import Visit, client_for, message_body, read_all
from tests.fakes.openai_server import Hold


async def ask_once(visit: Visit) -> tuple[dict[str, Any], dict[str, Any]]:
    """Posts "hello" and returns the stored question and answer."""
    events = await visit.post("hello")
    return events[0].data["user_message"], events[-1].data["message"]


async def put_head(visit: Visit, message_id: int) -> httpx.Response:
    path = f"/api/chat/sessions/{visit.session_id}/head"
    return await visit.client.put(path, json={"message_id": message_id})


class TestEditMessage:
    async def test_streams_the_turn_of_a_sibling(self, visit: Visit) -> None:
        question, _ = await ask_once(visit)
        path = f"{visit.path}/{question['id']}"
        async with visit.client.stream("PATCH", path, json=message_body("bye", "e")) as response:
            started, *_, finished = await read_all(response)
        edit = started.data["user_message"]
        assert response.headers["x-user-message-id"] == str(edit["id"])
        assert response.headers["idempotent-replay"] == "false"
        assert (edit["content"], edit["client_request_id"]) == ("bye", "e")
        assert edit["branch"]["sibling_ids"] == [question["id"], edit["id"]]
        assert finished.data["message"]["content"] == "echo: bye"
        async with visit.client.stream("PATCH", path, json=message_body("bye", "e")) as response:
            again = await read_all(response)
        assert response.headers["idempotent-replay"] == "true"
        assert again[-1] == finished

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"content": " ", "client_request_id": "a"}, "content"),
            ({"content": "x"}, "client_request_id"),
            ({"content": "x", "client_request_id": "a", "parent_id": 1}, "parent_id"),
        ],
    )
    async def test_names_the_field_it_refuses(
        self, visit: Visit, body: dict[str, Any], field: str
    ) -> None:
        question, _ = await ask_once(visit)
        response = await visit.client.patch(f"{visit.path}/{question['id']}", json=body)
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == [field]
        assert len(await visit.stage.messages(visit.caller, visit.session_id)) == 2

    async def test_of_an_answer_is_a_conflict(self, visit: Visit) -> None:
        _, answer = await ask_once(visit)
        response = await visit.client.patch(f"{visit.path}/{answer['id']}", json=message_body("x"))
        assert (response.status_code, response.json()["code"]) == (409, "message_not_editable")


class TestRegenerateMessage:
    async def test_streams_a_sibling_answer(self, visit: Visit) -> None:
        question, answer = await ask_once(visit)
        path = f"{visit.path}/{answer['id']}/regenerate"
        body = {"client_request_id": "r"}
        async with visit.client.stream("POST", path, json=body) as response:
            started, *_, finished = await read_all(response)
        other = finished.data["message"]
        assert response.headers["x-assistant-message-id"] == str(other["id"])
        assert started.data["user_message"]["id"] == question["id"]
        assert other["branch"] == {
            "index": 2,
            "count": 2,
            "sibling_ids": [answer["id"], other["id"]],
        }
        assert finished.data["session"]["head_message_id"] == other["id"]

    async def test_while_it_streams_is_a_conflict(self, visit: Visit) -> None:
        hold = Hold()
        visit.stage.fake.script("first ", hold, "last")
        async with visit.client.stream("POST", visit.path, json=message_body("hello")) as response:
            answer_id = response.headers["x-assistant-message-id"]
            await hold.wait_reached()
            refused = await visit.client.post(
                f"{visit.path}/{answer_id}/regenerate", json={"client_request_id": "r"}
            )
            hold.release()
            await read_all(response)
        assert (refused.status_code, refused.json()["code"]) == (409, "answer_streaming")

    async def test_of_a_message_is_a_conflict(self, visit: Visit) -> None:
        question, _ = await ask_once(visit)
        response = await visit.client.post(
            f"{visit.path}/{question['id']}/regenerate", json={"client_request_id": "r"}
        )
        assert (response.status_code, response.json()["code"]) == (409, "message_not_an_answer")


async def test_a_parent_from_another_session_is_not_found(visit: Visit) -> None:
    _, answer = await ask_once(visit)
    elsewhere = await visit.stage.new_session(visit.caller)
    body = message_body("hi") | {"parent_id": answer["id"]}
    response = await visit.client.post(f"/api/chat/sessions/{elsewhere}/messages", json=body)
    assert (response.status_code, response.json()["code"]) == (404, "message_not_found")
    assert await visit.stage.messages(visit.caller, elsewhere) == []


class TestUpdateHead:
    async def test_shows_the_branch_on_every_device(self, visit: Visit) -> None:
        question, answer = await ask_once(visit)
        path = f"{visit.path}/{question['id']}"
        async with visit.client.stream("PATCH", path, json=message_body("bye")) as response:
            await read_all(response)
        moved = await put_head(visit, question["id"])
        assert moved.status_code == 200
        assert moved.json()["head_message_id"] == answer["id"]
        assert [m["content"] for m in moved.json()["messages"]] == ["hello", "echo: hello"]
        opened = await visit.client.get(f"/api/chat/sessions/{visit.session_id}")
        assert opened.json() == moved.json()

    async def test_needs_a_message_of_the_session(self, visit: Visit) -> None:
        await ask_once(visit)
        response = await put_head(visit, 2**53 - 1)
        assert (response.status_code, response.json()["code"]) == (404, "message_not_found")


class TestForkSession:
    async def test_makes_a_session_of_its_own_once(self, visit: Visit) -> None:
        _, answer = await ask_once(visit)
        path = f"/api/chat/sessions/{visit.session_id}/fork"
        body = {"message_id": answer["id"], "session_id": f"fork-{visit.session_id}"}
        made, again = [await visit.client.post(path, json=body) for _ in range(2)]
        assert (made.status_code, again.status_code) == (201, 200)
        assert made.json()["session_id"] == again.json()["session_id"] == body["session_id"]
        copied = await visit.stage.messages(visit.caller, body["session_id"])
        assert [message.content for message in copied] == ["hello", "echo: hello"]


class TestExportSession:
    async def test_is_a_file_that_no_browser_opens(self, visit: Visit) -> None:
        await ask_once(visit)
        path = f"/api/chat/sessions/{visit.session_id}/export"
        for query, kind, suffix in (
            ("", "application/json", "json"),
            ("?format=markdown", "text/markdown; charset=utf-8", "md"),
        ):
            response = await visit.client.get(path + query)
            assert response.status_code == 200
            assert response.headers["content-type"] == kind
            disposition = response.headers["content-disposition"]
            assert disposition.startswith('attachment; filename="hello-20')
            assert disposition.endswith(f".{suffix}")
            assert response.headers["x-total-messages"] == "2"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["cache-control"] == "no-store"
            assert "echo: hello" in response.text

    async def test_of_another_format_is_refused_by_name(self, visit: Visit) -> None:
        response = await visit.client.get(
            f"/api/chat/sessions/{visit.session_id}/export?format=pdf"
        )
        assert response.status_code == 422
        assert [error["field"] for error in response.json()["errors"]] == ["format"]


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("POST", "fork", {"message_id": 1}),
        ("GET", "export", None),
        ("PATCH", "messages/{question}", {"content": "x", "client_request_id": "r"}),
        ("POST", "messages/{answer}/regenerate", {"client_request_id": "r"}),
        ("PUT", "head", {"message_id": 1}),
    ],
)
async def test_is_not_there_for_others(
    visit: Visit, method: str, tail: str, body: dict[str, Any]
) -> None:
    question, answer = await ask_once(visit)
    named = tail.format(question=question["id"], answer=answer["id"])
    path = f"/api/chat/sessions/{visit.session_id}/{named}"
    async with client_for(visit.base_url, await visit.stage.sign_up()) as stranger:
        response = await stranger.request(method, path, json=body)
    assert (response.status_code, response.json()["code"]) == (404, "session_not_found")
    assert len(await visit.stage.messages(visit.caller, visit.session_id)) == 2
