"""What a run over AG-UI may bring: files of its message, and nothing that no agent is given."""

import pytest

from tests.chatServer.agui_stage import (
    CLIENT_TOOL,
    PATH,
    Json,
    joined,
    part_of,
    run,
    run_of,
)
from tests.chatServer.conftest import Visitor
from tests.chatServer.files import PNG
from tests.chatServer.live_server import Visit, client_for


async def new_session(visitor: Visitor) -> str:
    """Makes a session and returns its address."""
    made = await visitor.client.post("/api/chat/sessions", json={})
    return f"/api/chat/sessions/{made.json()['session_id']}"


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


class TestRefusals:
    async def refuse(self, visitor: Visitor, body: Json, path: str = PATH) -> Json:
        response = await visitor.client.post(path, json=body)
        assert response.headers["content-type"] == "application/problem+json"
        problem: Json = response.json()
        assert problem["status"] == response.status_code
        return problem

    async def test_of_an_agent_that_is_not_there_names_those_that_are(
        self, visitor: Visitor
    ) -> None:
        problem = await self.refuse(visitor, run_of("hello"), "/api/agui/nobody")
        assert (problem["status"], problem["code"]) == (422, "agent_not_found")
        assert "assistant, librarian" in problem["detail"]

    async def test_of_somebody_elses_session_is_404_and_stores_nothing(
        self, visitor: Visitor, stranger: Visitor
    ) -> None:
        path = await new_session(visitor)
        body = run_of("mine?", threadId=path.rpartition("/")[2])
        response = await stranger.client.post(PATH, json=body)
        missing = await visitor.client.get("/api/chat/sessions/nothing-here")
        assert (response.status_code, response.content) == (404, missing.content)
        assert (await visitor.client.get(path)).json()["messages"] == []

    async def test_without_a_token_is_401(self, server_url: str) -> None:
        async with client_for(server_url, None) as client:
            assert (await client.post(PATH, json=run_of("hello"))).status_code == 401

    async def test_of_a_deleted_session_says_so_and_does_not_bring_it_back(
        self, visitor: Visitor
    ) -> None:
        path = await new_session(visitor)
        await visitor.client.delete(path)
        body = run_of("hello", threadId=path.rpartition("/")[2])
        problem = await self.refuse(visitor, body)
        assert (problem["status"], problem["code"]) == (410, "session_deleted")
        assert (await visitor.client.get(path)).status_code == 404

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
            (run_of("x", tools=[CLIENT_TOOL]), "tools"),
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
    async def test_name_the_field(self, visitor: Visitor, body: Json, field: str) -> None:
        problem = await self.refuse(visitor, body)
        assert (problem["status"], problem["code"]) == (422, "validation_failed")
        assert field in {error["field"] for error in problem["errors"]}

    async def test_of_a_run_id_that_said_something_else(self, visitor: Visitor) -> None:
        body = run_of("hello")
        await run(visitor.client, body)
        other = run_of("other", threadId=body["threadId"], runId=body["runId"])
        assert (await self.refuse(visitor, other))["code"] == "request_id_reused"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ([], "must be a JSON object, sent as application/json"),
            (run_of("x", threadId=""), "must not be empty"),
            (run_of("x", threadId="x" * 201), "must have at most 200 characters"),
        ],
        ids=["a list", "empty", "long"],
    )
    async def test_say_what_is_wanted(self, visitor: Visitor, body: Json, message: str) -> None:
        (error,) = (await self.refuse(visitor, body))["errors"]
        assert error["message"] == message
