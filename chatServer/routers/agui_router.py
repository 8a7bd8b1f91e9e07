"""AG-UI: any client of that protocol talks to the agents of the registry."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path
from fastapi.exceptions import RequestValidationError
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError

from chatServer.agent_errors import AgentNotFound
from chatServer.attachment_errors import (
    AttachmentEmpty,
    AttachmentNotFound,
    AttachmentQuotaExceeded,
    AttachmentTooLarge,
    AttachmentTypeMismatch,
    StorageUnavailable,
)
from chatServer.channels.agui_events import render_turn
from chatServer.channels.agui_run import DESCRIPTION, AguiRun
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import (
    BodyTooLarge,
    DatabaseUnavailable,
    RequestIdReused,
    SessionNotFound,
    Unauthorized,
    ValidationFailed,
)
from chatServer.fields import AgentName
from chatServer.limits import AGUI_BODY_MAX_BYTES
from chatServer.routers.body_guard import LargeBody
from chatServer.routers.problems import document
from chatServer.services.agent_run_service import AgentRunService
from chatServer.services.turn_service import Turn
from chatServer.session_errors import SessionDeleted

router = APIRouter(prefix="/api/agui", tags=["ag-ui"])

RUN_BODY: Final = LargeBody(
    re.compile(r"/api/agui/[^/]+"), AGUI_BODY_MAX_BYTES, partial(BodyTooLarge, AGUI_BODY_MAX_BYTES)
)


@dataclass(frozen=True, slots=True)
class BegunRun:
    """A run whose turn is stored."""

    run: AguiRun
    turn: Turn
    service: AgentRunService


async def begin_run(
    agent_name: Annotated[AgentName, Path()],
    body: Annotated[dict[str, Any], Body()],
    caller: CurrentUser,
    services: ServicesDependency,
) -> BegunRun:
    """Store the message before the stream begins: inside it a status could not be told any more."""
    run = _read_run(body)
    service = services.agent_runs
    turn = await service.begin(
        caller,
        run.to_turn(),
        agent_name=agent_name,
        files=[file if isinstance(file, UUID) else file.open() for file in run.question.files],
    )
    return BegunRun(run, turn, service)


def _read_run(body: dict[str, Any]) -> AguiRun:
    # Not FastAPI's own reading, which would describe the whole protocol as a part of our API.
    try:
        return AguiRun.model_validate(body)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in found]) from None


@router.post(
    "/{agent_name}",
    response_class=EventSourceResponse,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": DESCRIPTION}}}},
    responses=document(
        Unauthorized,
        SessionNotFound,
        ValidationFailed,
        AgentNotFound,
        RequestIdReused,
        SessionDeleted,
        AttachmentNotFound,
        AttachmentEmpty,
        AttachmentQuotaExceeded,
        AttachmentTooLarge,
        AttachmentTypeMismatch,
        StorageUnavailable,
        DatabaseUnavailable,
    ),
)
async def run_agent(begun: Annotated[BegunRun, Depends(begin_run)]) -> AsyncIterator[Any]:
    """Run an agent on the last message, and stream the events of AG-UI 1.0.

    `threadId` is the session, which is made when it has never been there; the same `runId`
    follows the same run again.
    """
    async for event in render_turn(begun.run, begun.turn.past_events(), begun.service.list_calls):
        # As AG-UI's EventEncoder writes it; FastAPI adds the pings that keep a quiet stream open.
        yield ServerSentEvent(raw_data=event.model_dump_json(by_alias=True))
