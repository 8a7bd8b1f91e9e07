"""Takes work from a queue in the database and does several pieces of it at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from chatServer.errors import DatabaseUnavailable
from chatServer.limits import CHANNEL_IDLE_SECONDS, CHANNEL_WORKERS, SHUTDOWN_SECONDS

logger = logging.getLogger(__name__)

Work = TypeVar("Work")


class WorkLoop(Generic[Work]):
    """Claims and handles until stopped; `claim` answers None when there is nothing to do now."""

    def __init__(
        self,
        name: str,
        *,
        claim: Callable[[], Awaitable[Work | None]],
        handle: Callable[[Work], Awaitable[None]],
        idle_seconds: float = CHANNEL_IDLE_SECONDS,
    ) -> None:
        self._name = name
        self._claim = claim
        self._handle = handle
        self._idle_seconds = idle_seconds
        self._slots = asyncio.Semaphore(CHANNEL_WORKERS)
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._loop: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to work."""
        self._loop = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look at the queue now; without it that happens every `idle_seconds`."""
        self._woken.set()

    async def stop(self) -> None:
        """Take nothing more, and let what is being done end within `SHUTDOWN_SECONDS`."""
        # Not cancelled at once: what is just being claimed would rest until its lease ends.
        self._is_stopping = True
        self.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_SECONDS):
                while running := self._running():
                    await asyncio.wait(running)
        late = self._running()
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _running(self) -> set[asyncio.Task[None]]:
        loop = {self._loop} if self._loop is not None and not self._loop.done() else set()
        return loop | self._tasks

    async def _run(self) -> None:
        while not self._is_stopping:
            await self._slots.acquire()
            # Cleared before the look, so that what arrives during it is looked for again.
            self._woken.clear()
            work = await self._look()
            if work is None:
                self._slots.release()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._idle_seconds):
                        await self._woken.wait()
                continue
            task = asyncio.create_task(self._do(work))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look(self) -> Work | None:
        try:
            return await self._claim()
        except DatabaseUnavailable:
            return None
        except Exception:
            logger.exception("%s: the queue could not be read; it is tried again", self._name)
            return None

    async def _do(self, work: Work) -> None:
        try:
            await self._handle(work)
        except Exception:
            logger.exception("%s: work broke; it is taken up when its lease ends", self._name)
        finally:
            self._slots.release()
            # What waited behind it can be taken now.
            self.wake()
