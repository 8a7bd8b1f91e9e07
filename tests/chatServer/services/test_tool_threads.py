import asyncio
import inspect
import threading
from collections.abc import Iterator

import pytest

from chatServer.services import tool_threads
from chatServer.services.tool_threads import NoThreadFree, run_in_threads

DEADLINE_SECONDS = 180.0


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What blocked functions wait for, where three threads are all there are."""
    monkeypatch.setattr(tool_threads, "_free", threading.BoundedSemaphore(3))
    opened = threading.Event()
    yield opened
    opened.set()


async def test_returns_and_raises_what_the_function_does() -> None:
    def divide(dividend: int, divisor: int) -> float:
        """Divides."""
        return dividend / divisor

    call = run_in_threads(divide)
    assert await call(6, divisor=3) == 2
    assert (inspect.signature(call), call.__doc__) == (inspect.signature(divide), "Divides.")
    with pytest.raises(ZeroDivisionError):
        await call(1, 0)


async def test_a_function_that_ends_its_thread_is_one_that_failed() -> None:
    def leave() -> None:
        raise SystemExit(1)

    with pytest.raises(RuntimeError, match="SystemExit"):
        await run_in_threads(leave)()


async def test_what_never_returns_takes_no_thread_of_the_server_and_at_most_so_many(
    gate: threading.Event,
) -> None:
    call = run_in_threads(gate.wait)
    hung = [asyncio.ensure_future(call()) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(NoThreadFree):
        await call()
    for waiting in hung[:2]:
        waiting.cancel()
    gate.set()
    for thread in [thread for thread in threading.enumerate() if thread.name == "wait"]:
        await asyncio.to_thread(thread.join, DEADLINE_SECONDS)
    assert await hung[2] is True
    assert await call() is True


async def test_what_can_be_awaited_is_left_as_it_is() -> None:
    async def already() -> int:
        return 1

    assert run_in_threads(already) is already
