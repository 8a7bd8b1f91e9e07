"""The verbs of title jobs, each exactly one SQL function."""

from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.channel_results import Held
from chatServer.database.transport import Caller, RpcTransport
from chatServer.limits import TITLE_LEASE_SECONDS
from chatServer.models import Session, StoredModel


class SaidPiece(StoredModel):
    """A piece of a message that a title is made from."""

    role: Literal["user", "assistant"]
    content: str


class TitleJob(StoredModel):
    """A claimed job with what was said, cut; `attempt` proves who has it."""

    session_id: str
    user_id: UUID
    attempt: int
    tries_left: int
    is_requested: bool
    messages: list[SaidPiece]


class ClaimedTitleJob(StoredModel):
    """The job that was claimed, if any was due."""

    job: TitleJob | None


class TitleJobRegistry:
    """Title jobs as stored."""

    def __init__(self, transport: RpcTransport) -> None:
        self._calls = RegistryCalls(transport)

    async def begin_title_job(self, caller: Caller, *, session_id: str) -> Session:
        """Ask for a title of a session.

        Raises:
            SessionNotFound: No such session of this user.
            TitleSetByUser: Its title is the user's.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id}
        return await self._calls.call_for(caller, "begin_title_job", Session, params)

    async def claim_title_job(self, *, after_messages: int) -> TitleJob | None:
        """Take the job that has been due longest; sessions become due above `after_messages`."""
        params: dict[str, JsonValue] = {
            "p_after_messages": after_messages,
            "p_lease_seconds": TITLE_LEASE_SECONDS,
        }
        claimed = await self._calls.call_as_service("claim_title_job", ClaimedTitleJob, params)
        return claimed.job

    async def complete_title_job(self, job: TitleJob, *, title: str) -> bool:
        """Give the session its title unless its user has; False when the job is another's now."""
        params: dict[str, JsonValue] = {
            "p_session_id": job.session_id,
            "p_attempt": job.attempt,
            "p_title": title,
        }
        return (await self._calls.call_as_service("complete_title_job", Held, params)).is_held

    async def fail_title_job(self, job: TitleJob, *, reason: str, retry_seconds: float) -> bool:
        """Try again later, or give up after the last try; False when the job is another's now."""
        params: dict[str, JsonValue] = {
            "p_session_id": job.session_id,
            "p_attempt": job.attempt,
            "p_reason": reason,
            "p_retry_seconds": retry_seconds,
        }
        return (await self._calls.call_as_service("fail_title_job", Held, params)).is_held
