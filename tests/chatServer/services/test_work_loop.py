"""The loop below inbox and outbox, without a database."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

import pytest

from chatServer.errors import DatabaseUnavailable
from chatServer.limits import CHANNEL_WORKERS
from chatServer.services.work_loop import WorkLoop


@dataclass
class Queue:
    """A queue in memory; what is handled waits for `gate` to open."""

    waiting: deque[int | Exception] = field(default_factory=deque)
    handled: list[int] = field(default_factory=list)
    running: int = 0
    most_running: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def claim(self) -> int | None:
        self.looked.set()
        work = self.waiting.popleft() if self.waiting else None
        if isinstance(work, Exception):
            raise work
        return work

    async def handle(self, work: int) -> None:
        self.running += 1
        self.begun.release()
        self.most_running = max(self.most_running, self.running)
        try:
            await self.gate.wait()
            if work < 0:
                raise RuntimeError("broken")
            self.handled.append(work)
        finally:
            self.running -= 1

    async def wait_for(self, count: int) -> None:
        """Returns once so many were handled; each that ends lets the loop look again."""
        async with asyncio.timeout(180):
            while len(self.handled) < count:
                self.looked.clear()
                await self.looked.wait()


@pytest.fixture
def queue() -> Queue:
    return Queue()


def loop_over(queue: Queue) -> WorkLoop[int]:
    return WorkLoop("test", claim=queue.claim, handle=queue.handle)


async def test_works_side_by_side_up_to_the_number_of_workers(queue: Queue) -> None:
    queue.waiting += range(3 * CHANNEL_WORKERS)
    loop = loop_over(queue)
    loop.start()
    for _ in range(CHANNEL_WORKERS):
        await queue.begun.acquire()
    queue.gate.set()
    await queue.wait_for(3 * CHANNEL_WORKERS)
    await loop.stop()
    assert queue.most_running == CHANNEL_WORKERS


async def test_goes_on_when_the_queue_or_a_piece_of_work_breaks(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    queue.gate.set()
    queue.waiting += [DatabaseUnavailable(), RuntimeError("queue"), -1, 5]
    loop = loop_over(queue)
    loop.start()
    await queue.wait_for(1)
    await loop.stop()
    assert queue.handled == [5]
    messages = [record.getMessage() for record in caplog.records]
    assert any("queue could not be read" in message for message in messages)
    assert any("work broke" in message for message in messages)


async def test_a_wake_is_noticed_at_once_also_during_a_look(queue: Queue) -> None:
    queue.gate.set()
    loop = loop_over(queue)
    loop.start()
    await queue.looked.wait()
    queue.waiting.append(1)
    loop.wake()
    await queue.wait_for(1)
    await loop.stop()
    assert queue.handled == [1]


async def test_stop_lets_what_is_being_done_end_and_takes_nothing_more(queue: Queue) -> None:
    queue.waiting += [1]
    loop = loop_over(queue)
    loop.start()
    await queue.begun.acquire()
    queue.waiting += [2]
    stopping = asyncio.create_task(loop.stop())
    await asyncio.sleep(0)
    queue.gate.set()
    await stopping
    assert queue.handled == [1]
    assert list(queue.waiting) == [2]
