"""Gives sessions their titles: takes jobs, asks the model, and never touches a turn."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from chatServer.database.title_jobs import SaidPiece, TitleJob, TitleJobRegistry
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import TITLE_ANSWER_MAX_LENGTH, TITLE_IDLE_SECONDS, TITLE_SECONDS
from chatServer.models import Session
from chatServer.services.reply_generator import ReplyFailed, ReplyGenerator
from chatServer.services.title_text import (
    INSTRUCTIONS,
    clean_title,
    compose_demo_title,
    write_transcript,
)
from chatServer.services.work_loop import WorkLoop

logger = logging.getLogger(__name__)

WriteTitle = Callable[[Sequence[SaidPiece]], Awaitable[str]]
REQUESTED_RETRY_SECONDS: Final = (8.0, 2.0)
"""By the tries that are left after this one: somebody waits for it."""
RETRY_SECONDS: Final = (2160.0, 360.0, 60.0, 10.0)
"""Most of an hour: nobody waits, and a model may be away for long."""
NO_TITLE: Final = "The model's answer was no title."
BROKEN: Final = "The title could not be made."


class TitleService:
    """The titles of one process; `start` and `stop` frame the work on jobs."""

    def __init__(
        self,
        registry: TitleJobRegistry,
        write_title: WriteTitle,
        *,
        after_messages: int,
        idle_seconds: float = TITLE_IDLE_SECONDS,
    ) -> None:
        self._registry = registry
        self._write_title = write_title
        self._after_messages = after_messages
        self._loop = WorkLoop(
            "titles", claim=self._claim, handle=self._work_on, idle_seconds=idle_seconds
        )

    def start(self) -> None:
        """Begin to work on jobs."""
        self._loop.start()

    async def stop(self) -> None:
        """Finish what is being made and take nothing more."""
        await self._loop.stop()

    async def regenerate_title(self, caller: Caller, *, session_id: str) -> Session:
        """Ask for a new title; the session tells when it is there or could not be made.

        Raises:
            SessionNotFound: No such session of this user.
            TitleSetByUser: Its title is the user's.
        """
        session = await self._registry.begin_title_job(caller, session_id=session_id)
        self._loop.wake()
        return session

    async def _claim(self) -> TitleJob | None:
        return await self._registry.claim_title_job(after_messages=self._after_messages)

    async def _work_on(self, job: TitleJob) -> None:
        try:
            reason = await self._try(job)
        except DatabaseUnavailable:
            # Taken up again when its lease has run out.
            logger.warning("the title of a session waits: the database does not answer")
            return
        except ReplyFailed as failure:
            reason = failure.reason
        except Exception:
            logger.exception("the title of a session broke")
            reason = BROKEN
        if reason is not None:
            await self._registry.fail_title_job(
                job, reason=reason, retry_seconds=_retry_seconds(job)
            )

    async def _try(self, job: TitleJob) -> str | None:
        title = clean_title(await self._write_title(job.messages))
        if not title:
            return NO_TITLE
        await self._registry.complete_title_job(job, title=title)
        return None


def _retry_seconds(job: TitleJob) -> float:
    steps = REQUESTED_RETRY_SECONDS if job.is_requested else RETRY_SECONDS
    return steps[min(job.tries_left, len(steps)) - 1] if job.tries_left else 0.0


def ask_model(generator: ReplyGenerator) -> WriteTitle:
    """Titles by the configured model."""

    async def write(pieces: Sequence[SaidPiece]) -> str:
        return await generator.complete_text(
            INSTRUCTIONS,
            write_transcript(pieces),
            max_length=TITLE_ANSWER_MAX_LENGTH,
            timeout_seconds=TITLE_SECONDS,
        )

    return write


async def write_demo_title(pieces: Sequence[SaidPiece]) -> str:
    """Titles without a model."""
    return compose_demo_title(pieces)
