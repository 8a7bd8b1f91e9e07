import logging
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from chatServer.errors import DatabaseUnavailable, InternalError, Unauthorized, ValidationFailed
from chatServer.main import build_api
from chatServer.routers.problems import document, to_response
from tests.chatServer.conftest import Visitor
from tests.chatServer.history_stage import HistoryStage

SECRET = f"secret-{uuid.uuid4()}"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An app whose one route fails as none should."""
    app: FastAPI = build_api()

    @app.get("/fails")
    async def fail() -> None:
        raise ZeroDivisionError(SECRET)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as opened:
        yield opened


async def test_what_nobody_foresaw_is_an_internal_error(client: httpx.AsyncClient) -> None:
    response = await client.get("/fails")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response.headers["content-type"] == "application/problem+json"
    assert SECRET not in response.text
    assert "Traceback" not in response.text


def test_a_problem_carries_the_headers_of_its_error() -> None:
    assert to_response(Unauthorized()).headers["www-authenticate"] == "Bearer"
    assert to_response(DatabaseUnavailable()).headers["retry-after"] == "2"


def test_a_problem_without_fields_has_no_errors() -> None:
    assert b'"errors"' not in to_response(InternalError()).body
    assert b'"errors"' in to_response(ValidationFailed(("title", "is too long"))).body


def test_errors_of_one_status_are_described_together() -> None:
    described = document(InternalError, ValidationFailed)
    assert described.keys() == {422, 500}
    assert described[422]["description"] == "The request is not valid (`validation_failed`)"


async def test_a_body_that_is_not_called_json_is_told_to_be(
    visitor: Visitor,
) -> None:
    for content in ("text/plain", "application/x-www-form-urlencoded"):
        refused = await visitor.client.post(
            "/api/chat/sessions", content=b'{"title": "x"}', headers={"Content-Type": content}
        )
        assert refused.status_code == 422
        assert refused.json()["errors"] == [
            {"field": "body", "message": "must be a JSON object, sent as application/json"}
        ]


async def test_no_log_holds_a_token_a_query_or_what_was_written(
    history_stage: HistoryStage, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="chatServer")
    caplog.set_level(logging.INFO)
    title = f"private-{uuid.uuid4()}"
    session_id = await history_stage.add_session(visitor.caller)
    path = f"/api/chat/sessions/{session_id}"

    await visitor.client.post("/api/chat/sessions", json={"title": title})
    await visitor.client.post("/api/chat/sessions", json={"unknown": title, "topic": title * 10})
    await visitor.client.get(f"{path}?limit={title}")
    await visitor.client.get("/api/chat/sessions/" + "x" * 5000)

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("chatS")]
    assert any(line.startswith(f"GET {path} 422 ") for line in lines)
    assert not [line for line in lines if title in line or len(line) > 300]
    token = visitor.caller.access_token
    assert token is not None
    assert token not in caplog.text
