"""The domain's errors about schedules and their runs."""

from chatServer.errors import DomainError
from chatServer.limits import SCHEDULES_PER_USER_MAX


class ScheduleNotFound(DomainError):
    """No such schedule of this user."""

    status_code = 404
    code = "schedule_not_found"
    title = "Schedule not found"
    default_detail = "There is no such schedule."


class RunNotFound(DomainError):
    """The run is gone, or another process carries it out."""

    status_code = 404
    code = "run_not_found"
    title = "Run not found"
    default_detail = "There is no such run to carry out."


class ScheduleIdTaken(DomainError):
    """The id belongs to another schedule."""

    status_code = 409
    code = "schedule_id_taken"
    title = "Schedule id taken"
    default_detail = "This schedule_id is in use for another schedule; choose another."


class ScheduleLimitReached(DomainError):
    """The user has as many schedules as they may have."""

    status_code = 409
    code = "schedule_limit_reached"
    title = "Too many schedules"
    default_detail = (
        f"There are {SCHEDULES_PER_USER_MAX} schedules already; delete one to make room."
    )


class ScheduleBusy(DomainError):
    """A run of the schedule waits or goes on."""

    status_code = 409
    code = "schedule_busy"
    title = "A run is going on"
    default_detail = "A run of this schedule has not ended yet; wait for it, or stop its answer."
