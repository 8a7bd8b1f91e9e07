"""What the verbs of schedules return beside the models of the API."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from chatServer.models import StoredModel
from chatServer.schedule_models import Run, StoredSchedule


class FoundSchedules(StoredModel):
    """All schedules of a user."""

    schedules: list[StoredSchedule]


class FoundSchedule(StoredModel):
    """One schedule."""

    schedule: StoredSchedule


class UpsertedSchedule(FoundSchedule):
    """A schedule and whether the call made it."""

    created: bool


class UpdatedSchedule(FoundSchedule):
    """A schedule; nothing was changed when somebody else changed it first."""

    is_current: bool


class DeletedSchedule(StoredModel):
    """Whether there was a schedule to delete."""

    deleted: bool


class RunSlice(StoredModel):
    """Runs, newest first, and whether older ones follow."""

    runs: list[Run]
    has_more: bool


class BegunRun(StoredModel):
    """A run that was asked for."""

    run: Run


class DueSchedule(StoredModel):
    """A schedule to plan; `next_run_at` has come."""

    schedule_id: UUID
    title: str
    cron: str
    timezone: str
    next_run_at: datetime
    version: int


class DueSchedules(StoredModel):
    """What one planner has in hand; `now` is the database's clock."""

    schedules: list[DueSchedule]
    now: datetime


class PlannedRun(StoredModel):
    """A time of a schedule as the planner stores it."""

    title: str
    scheduled_for: datetime
    status: Literal["waiting", "missed"]
    failure_reason: str | None = None


class Plan(StoredModel):
    """What becomes of a due schedule; it holds for that version and time alone."""

    schedule_id: UUID
    version: int
    planned_for: datetime
    next_run_at: datetime | None
    runs: list[PlannedRun]

    def to_json(self) -> JsonValue:
        """Return what the SQL function takes."""
        plan: JsonValue = self.model_dump(mode="json")
        return plan


class StoredPlans(StoredModel):
    """How many plans held, and how many runs wait because of them."""

    planned_count: int
    waiting_count: int


class ClaimedRun(StoredModel):
    """A run to carry out, under a lease until its turn begins."""

    run_id: UUID
    user_id: UUID
    session_id: str
    attempt: int
    lease_token: UUID
    prompt: str
    client_request_id: str


class ClaimedRuns(StoredModel):
    """The runs that one process took."""

    runs: list[ClaimedRun]
