"""What must be refused with a problem that names the field, and what must work once corrected."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage, open_history_stage
from tests.chatServer.live_server import client_for
from tests.stack.api import SupabaseApi

SESSIONS = "/api/chat/sessions"
JSON = {"Content-Type": "application/json"}
DEEP = b'{"metadata": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}"


@pytest.fixture(scope="module")
async def visitor(supabase_api: SupabaseApi, server_url: str) -> AsyncIterator[Visitor]:
    """One user for all of it: nothing that is refused may leave a trace."""
    async with open_history_stage(supabase_api) as stage:
        caller = await stage.sign_up()
        async with client_for(server_url, caller) as client:
            yield Visitor(caller, client)


async def _list(visitor: Visitor, cursor: str) -> httpx.Response:
    return await visitor.client.get(SESSIONS, params={"cursor": cursor})


async def _count(visitor: Visitor) -> int:
    return int((await visitor.client.get(f"{SESSIONS}/counts")).json()["all"])


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, with the shape that every problem has."""
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body.keys() <= {"type", "title", "status", "code", "detail", "errors"}
    assert body["title"]
    assert body["detail"]
    return body


def refused_fields(response: httpx.Response) -> list[str]:
    """The fields that a 422 names."""
    return [error["field"] for error in problem(response, 422, "validation_failed")["errors"]]


class TestSessionListQuery:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("channel=carrier-pigeon", "channel"),
            ("channel=", "channel"),
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=1000000000", "limit"),
            ("limit=99999999999999999999999999", "limit"),
            ("limit=ten", "limit"),
            ("limit=1.5", "limit"),
            ("offset=-1", "offset"),
            ("offset=1000000000000", "offset"),
            ("cursor=abc&offset=1", "cursor"),
            ("cursor=" + "a" * 5000, "cursor"),
            ("archived=perhaps", "archived"),
            ("folded=perhaps", "folded"),
            ("schedule_id=mine", "schedule_id"),
            ("from=yesterday", "from"),
            ("from=2026-11-20T10:00:00", "from"),
            ("from=0001-01-01T00:00:00%2B05:00", "from"),
            ("to=9999-12-31T23:59:59-05:00", "to"),
            ("from=2026-11-20T10:00:00Z&to=2026-11-19T10:00:00Z", "from"),
            ("query=x&from=2026-11-20T10:00:00Z&to=2026-11-20T10:00:00%2B01:00", "from"),
            ("query=x&to=2026-11-20T10:00:00", "to"),
            ("query=x&order=best", "order"),
            ("order=newest", "order"),
            ("to=1700000000", "to"),
            ("updated_after=1.7e9", "updated_after"),
            ("agent_name=", "agent_name"),
            ("agent_name=%00", "agent_name"),
            ("agent_name=" + "a" * 101, "agent_name"),
        ],
    )
    async def test_is_refused_by_name(self, visitor: Visitor, query: str, field: str) -> None:
        response = await visitor.client.get(f"{SESSIONS}?{query}")
        assert refused_fields(response) == [field]
        assert (await visitor.client.get(f"{SESSIONS}?limit=1")).status_code == 200

    @pytest.mark.parametrize("cursor", ["", "abc", "%FF", "%F0%9F%8F%A0", "a" * 1000])
    async def test_a_cursor_made_up_is_invalid(self, visitor: Visitor, cursor: str) -> None:
        response = await visitor.client.get(f"{SESSIONS}?cursor={cursor}")
        problem(response, 400, "invalid_cursor")

    async def test_a_tampered_cursor_is_invalid(
        self, history_stage: HistoryStage, visitor: Visitor
    ) -> None:
        for _ in range(2):
            await history_stage.add_session(visitor.caller)
        page = (await visitor.client.get(f"{SESSIONS}?limit=1")).json()
        cursor = page["next_cursor"]
        tampered = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
        problem(await _list(visitor, tampered), 400, "invalid_cursor")
        assert (await visitor.client.get(SESSIONS, params={"cursor": cursor})).status_code == 200

    async def test_unknown_parameters_are_passed_over(self, visitor: Visitor) -> None:
        assert (await visitor.client.get(f"{SESSIONS}?utm_source=x")).status_code == 200


class TestMessageListQuery:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=text", "limit"),
            ("before_id=0", "before_id"),
            ("before_id=last", "before_id"),
            (f"before_id={2**53}", "before_id"),
            ("head_id=-5", "head_id"),
            ("after_id=0", "after_id"),
            ("after_id=1&before_id=2", "after_id"),
        ],
    )
    async def test_is_refused_by_name(
        self, history_stage: HistoryStage, visitor: Visitor, query: str, field: str
    ) -> None:
        session_id = await history_stage.add_session(visitor.caller)
        path = f"{SESSIONS}/{session_id}/messages"
        assert refused_fields(await visitor.client.get(f"{path}?{query}")) == [field]
        assert (await visitor.client.get(f"{path}?limit=200")).status_code == 200

    async def test_the_largest_before_id_means_the_newest_page(
        self, history_stage: HistoryStage, visitor: Visitor
    ) -> None:
        session_id = await history_stage.add_session(visitor.caller)
        await history_stage.add_messages(visitor.caller, session_id, "newest")
        path = f"{SESSIONS}/{session_id}/messages?before_id={2**53 - 1}"
        response = await visitor.client.get(path)
        assert [message["content"] for message in response.json()["messages"]] == ["newest"]


class TestSessionId:
    @pytest.mark.parametrize("session_id", ["a" * 201, "%00", "a" * 60_000], ids=len)
    async def test_is_refused_by_name(self, visitor: Visitor, session_id: str) -> None:
        assert refused_fields(await visitor.client.get(f"{SESSIONS}/{session_id}")) == [
            "session_id"
        ]

    async def test_bytes_that_are_no_text_name_no_session(self, visitor: Visitor) -> None:
        problem(await visitor.client.get(f"{SESSIONS}/%ED%A0%80"), 404, "session_not_found")


class TestCreateSession:
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            (b"", "body"),
            (b"[]", "body"),
            (b'"text"', "body"),
            (b"42", "body"),
            (b"null", "body"),
            (b"{", "body"),
            (b'{"title": "half', "body"),
            (b"\xff\xfe", "body"),
            (b'{"\\ud800": 1}', "body"),
            (b'{"n": ' + b"9" * 5000 + b"}", "body"),
            (b'{"unknown": 1}', "unknown"),
            (b'{"title": 5}', "title"),
            (b'{"title": ""}', "title"),
            (b'{"title": NaN}', "title"),
            (b'{"title": "\\u0000"}', "title"),
            (b'{"title": "\\ud800"}', "title"),
            (b'{"title": "' + b"t" * 201 + b'"}', "title"),
            (b'{"topic": "\\udfff"}', "topic"),
            (b'{"agent_name": ""}', "agent_name"),
            (b'{"session_id": ""}', "session_id"),
            (b'{"session_id": "a/b"}', "session_id"),
            (b'{"session_id": "a\\nb"}', "session_id"),
            (b'{"session_id": ".."}', "session_id"),
            (b'{"session_id": "counts"}', "session_id"),
            (b'{"session_id": "telegram:1:1"}', "session_id"),
            (b'{"session_id": "' + b"s" * 201 + b'"}', "session_id"),
            (b'{"metadata": []}', "metadata"),
            (b'{"metadata": {"a": NaN}}', "metadata"),
            (b'{"metadata": {"a": -Infinity}}', "metadata"),
            (b'{"metadata": {"a": 1e999}}', "metadata"),
            (b'{"metadata": {"a": ["\\u0000"]}}', "metadata"),
            (b'{"metadata": {"\\ud800": 1}}', "metadata"),
            (b'{"metadata": {"a": "' + b"m" * 20_000 + b'"}}', "metadata"),
        ],
        ids=lambda value: value[:40],
    )
    async def test_is_refused_by_name(self, visitor: Visitor, body: bytes, field: str) -> None:
        before = await _count(visitor)
        response = await visitor.client.post(SESSIONS, content=body, headers=JSON)
        assert refused_fields(response) == [field]
        assert await _count(visitor) == before
        corrected = await visitor.client.post(SESSIONS, json={"title": "Corrected"})
        assert corrected.status_code == 201

    async def test_refuses_json_that_is_too_deep(self, visitor: Visitor) -> None:
        response = await visitor.client.post(SESSIONS, content=DEEP, headers=JSON)
        assert "nests too deeply" in problem(response, 422, "validation_failed")["detail"]

    async def test_refuses_a_body_that_is_not_called_json(self, visitor: Visitor) -> None:
        response = await visitor.client.post(SESSIONS, content=b"{}", headers={})
        assert refused_fields(response) == ["body"]

    async def test_never_repeats_what_was_sent(self, visitor: Visitor) -> None:
        secret = f"secret-{uuid.uuid4()}"
        body = {"title": secret * 10, "topic": 5, "metadata": secret}
        response = await visitor.client.post(SESSIONS, json=body)
        assert sorted(refused_fields(response)) == ["metadata", "title", "topic"]
        assert secret not in response.text
        assert "title: must have at most 200 characters" in response.json()["detail"]

    async def test_names_an_unknown_field_in_few_characters(self, visitor: Visitor) -> None:
        response = await visitor.client.post(SESSIONS, json={"x" * 100_000: 1})
        assert refused_fields(response) == ["x" * 100]

    async def test_refuses_more_than_a_megabyte(self, visitor: Visitor) -> None:
        body = json.dumps({"title": "x" * 2_000_000}).encode()
        response = await visitor.client.post(SESSIONS, content=body, headers=JSON)
        assert problem(response, 413, "body_too_large")["errors"][0]["field"] == "body"
        assert (await visitor.client.post(SESSIONS, json={"title": "Short"})).status_code == 201


class TestAddress:
    @pytest.mark.parametrize("path", ["/api/nothing", "/api", "/auth", "/healthz/x", "/docs/x"])
    async def test_without_a_route_is_not_found(self, visitor: Visitor, path: str) -> None:
        response = await visitor.client.get(path, headers={"Accept": "text/html"})
        problem(response, 404, "not_found")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [("PUT", SESSIONS, {"GET", "POST"}), ("DELETE", f"{SESSIONS}/counts", {"GET"})],
    )
    async def test_with_another_method_says_which_is_allowed(
        self, visitor: Visitor, method: str, path: str, allowed: set[str]
    ) -> None:
        response = await visitor.client.request(method, path)
        problem(response, 405, "method_not_allowed")
        assert set(response.headers["allow"].split(", ")) == allowed
