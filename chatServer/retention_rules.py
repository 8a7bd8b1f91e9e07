"""How long sessions of each channel rest before something becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from chatServer.limits import (
    RETENTION_ARCHIVE_DAYS,
    RETENTION_DAYS_MAX,
    RETENTION_INACTIVE_DAYS,
)

CHANNELS: tuple[Literal["web", "telegram", "scheduled"], ...] = ("web", "telegram", "scheduled")


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Days without activity for the sessions of one channel; None means never."""

    channel: str
    inactive_days: int | None
    archive_days: int | None
    delete_days: int | None


def _days(default: int = 0) -> int:
    days: int = Field(default=default, ge=0, le=RETENTION_DAYS_MAX)
    return days


class RetentionAges(BaseModel):
    """The settings of retention, in days without activity; 0 means never."""

    run_retention: bool = True

    retention_web_inactive_days: int = _days(RETENTION_INACTIVE_DAYS)
    retention_web_archive_days: int = _days()
    retention_web_delete_days: int = _days()
    retention_telegram_inactive_days: int = _days(RETENTION_INACTIVE_DAYS)
    retention_telegram_archive_days: int = _days()
    retention_telegram_delete_days: int = _days()
    retention_scheduled_inactive_days: int = _days(RETENTION_INACTIVE_DAYS)
    retention_scheduled_archive_days: int = _days(RETENTION_ARCHIVE_DAYS)
    retention_scheduled_delete_days: int = _days()

    @property
    def retention_rules(self) -> tuple[RetentionRule, ...]:
        """One rule for each channel."""
        ages: Mapping[str, int] = self.model_dump(include=set(RetentionAges.model_fields))
        return tuple(
            RetentionRule(
                channel,
                inactive_days=ages[f"retention_{channel}_inactive_days"] or None,
                archive_days=ages[f"retention_{channel}_archive_days"] or None,
                delete_days=ages[f"retention_{channel}_delete_days"] or None,
            )
            for channel in CHANNELS
        )
