"""The shapes of schedules and their runs: stored rows, requests and answers."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from chatServer.fields import AgentName, CronText, MessageText, TimezoneName, Title
from chatServer.models import RequestModel, StoredModel

RunTrigger = Literal["planned", "manual"]
RunStatus = Literal["waiting", "running", "completed", "failed", "dead", "missed", "skipped"]


class Run(StoredModel):
    """One time of a schedule, carried out or not."""

    run_id: UUID
    schedule_id: UUID
    session_id: str | None = Field(description="Null before it began, and once it was deleted.")
    scheduled_for: datetime
    trigger: RunTrigger
    status: RunStatus = Field(
        description="`failed`: no answer came, see `failure_reason`. `dead`: it was cut off three "
        "times. `missed`: the server was away. `skipped`: the run before was still going."
    )
    attempt: int
    failure_reason: str | None = Field(description="In plain words.")
    started_at: datetime | None
    finished_at: datetime | None
    duration_seconds: float | None


class StoredSchedule(StoredModel):
    """A prompt with times, as the registry returns it."""

    schedule_id: UUID
    title: str
    agent_name: str
    prompt: str
    cron: str
    timezone: str
    notify_telegram: bool
    is_enabled: bool
    next_run_at: datetime | None = Field(description="Null while it is paused.")
    run_count: int = Field(description="Counted up to 1,000; without what was missed or skipped.")
    last_run: Run | None = Field(description="The newest that was not missed or skipped.")
    version: int
    created_at: datetime
    updated_at: datetime


class SchedulePreview(StoredModel):
    """What an expression means."""

    description: str = Field(description="The expression in words.")
    next_runs_at: list[datetime]


class Schedule(StoredSchedule, SchedulePreview):
    """A prompt with times; `next_runs_at` is empty while it is paused."""


class ScheduleList(StoredModel):
    """All schedules of a user, the one that ran last first."""

    schedules: list[Schedule]


class RunPage(StoredModel):
    """A page of a schedule's runs, newest first."""

    runs: list[Run]
    next_cursor: str | None = Field(description="Opaque; null on the last page.")


class CreateScheduleRequest(RequestModel):
    """A new schedule; without a title the first words of the prompt are one.

    Sending the same `schedule_id` with the same content again answers the same schedule.
    """

    schedule_id: UUID | None = None
    title: Title | None = None
    agent_name: AgentName = "assistant"
    prompt: MessageText
    cron: CronText = Field(
        description="Five fields, or @hourly, @daily, @weekly, @monthly, @yearly; "
        "at least 5 minutes apart."
    )
    timezone: TimezoneName = Field(description="An IANA name such as Europe/Berlin.")
    notify_telegram: bool = False
    is_enabled: bool = True


class UpdateScheduleRequest(RequestModel):
    """What to change of a schedule; a field left out or null stays as it is."""

    title: Title | None = None
    agent_name: AgentName | None = None
    prompt: MessageText | None = None
    cron: CronText | None = None
    timezone: TimezoneName | None = None
    notify_telegram: bool | None = None
    is_enabled: bool | None = None
