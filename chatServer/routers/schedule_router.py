"""The caller's schedules and their runs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from chatServer.agent_errors import AgentNotFound
from chatServer.dependencies.auth import CurrentUser
from chatServer.dependencies.services import ServicesDependency
from chatServer.errors import DatabaseUnavailable, InvalidCursor, Unauthorized, ValidationFailed
from chatServer.fields import CronText, TimezoneName
from chatServer.limits import CURSOR_MAX_LENGTH, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX
from chatServer.routers.problems import document
from chatServer.schedule_errors import (
    ScheduleBusy,
    ScheduleIdTaken,
    ScheduleLimitReached,
    ScheduleNotFound,
)
from chatServer.schedule_models import (
    CreateScheduleRequest,
    Run,
    RunPage,
    Schedule,
    ScheduleList,
    SchedulePreview,
    UpdateScheduleRequest,
)

router = APIRouter(
    prefix="/api/chat/schedules",
    tags=["schedules"],
    responses=document(Unauthorized, ValidationFailed, DatabaseUnavailable),
)


class RunListQuery(BaseModel):
    """The query string of a schedule's runs."""

    model_config = ConfigDict(hide_input_in_errors=True)

    limit: int = Field(default=PAGE_LIMIT_DEFAULT, ge=1, le=PAGE_LIMIT_MAX)
    cursor: str | None = Field(default=None, max_length=CURSOR_MAX_LENGTH)


@router.get("")
async def list_schedules(caller: CurrentUser, services: ServicesDependency) -> ScheduleList:
    """List the caller's schedules, the one that ran last first."""
    return await services.schedules.list_schedules(caller)


@router.post(
    "",
    status_code=201,
    responses=document(ScheduleIdTaken, ScheduleLimitReached, ValidationFailed, AgentNotFound)
    | {200: {"model": Schedule, "description": "The same request had made it before"}},
)
async def create_schedule(
    body: CreateScheduleRequest,
    response: Response,
    caller: CurrentUser,
    services: ServicesDependency,
) -> Schedule:
    """Make a schedule."""
    services.agents.check(body.agent_name)
    schedule, is_new = await services.schedules.create_schedule(caller, body)
    response.status_code = 201 if is_new else 200
    return schedule


@router.get("/preview")
async def preview_schedule(
    _caller: CurrentUser,
    services: ServicesDependency,
    cron: Annotated[CronText, Query()],
    timezone: Annotated[TimezoneName, Query()],
) -> SchedulePreview:
    """Say in words what an expression means, with its next times."""
    return services.schedules.preview(cron, timezone)


@router.get("/{schedule_id:uuid}", responses=document(ScheduleNotFound))
async def get_schedule(
    schedule_id: UUID, caller: CurrentUser, services: ServicesDependency
) -> Schedule:
    """Return one schedule."""
    return await services.schedules.get_schedule(caller, schedule_id)


@router.patch(
    "/{schedule_id:uuid}", responses=document(ScheduleNotFound, ValidationFailed, AgentNotFound)
)
async def update_schedule(
    schedule_id: UUID,
    body: UpdateScheduleRequest,
    caller: CurrentUser,
    services: ServicesDependency,
) -> Schedule:
    """Change a schedule; new times count from now."""
    services.agents.check(body.agent_name)
    return await services.schedules.update_schedule(caller, schedule_id, changes=body)


@router.delete("/{schedule_id:uuid}", status_code=204, responses=document(ScheduleNotFound))
async def delete_schedule(
    schedule_id: UUID, caller: CurrentUser, services: ServicesDependency
) -> None:
    """Delete a schedule; the sessions of its runs stay, still folded."""
    await services.schedules.delete_schedule(caller, schedule_id)


@router.post(
    "/{schedule_id:uuid}/run", status_code=202, responses=document(ScheduleNotFound, ScheduleBusy)
)
async def run_schedule(schedule_id: UUID, caller: CurrentUser, services: ServicesDependency) -> Run:
    """Have a schedule run now, paused or not."""
    return await services.schedules.run_now(caller, schedule_id)


@router.get("/{schedule_id:uuid}/runs", responses=document(ScheduleNotFound, InvalidCursor))
async def list_runs(
    schedule_id: UUID,
    query: Annotated[RunListQuery, Query()],
    caller: CurrentUser,
    services: ServicesDependency,
) -> RunPage:
    """List a page of a schedule's runs, newest first."""
    return await services.schedules.list_runs(
        caller, schedule_id, limit=query.limit, cursor=query.cursor
    )
