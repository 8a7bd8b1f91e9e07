"""Real threads on real connections, let go at the same instant."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tests.stack.database import Connection

Result = TypeVar("Result")
WAIT_SECONDS = 180


def race(actions: Sequence[Callable[[], Result]]) -> list[Result]:
    """Runs all actions at once; returns what they return, in the order given."""
    barrier = threading.Barrier(len(actions))

    def start(action: Callable[[], Result]) -> Result:
        barrier.wait(WAIT_SECONDS)
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(start, action) for action in actions]
        return [future.result(WAIT_SECONDS) for future in futures]


def wait_until_blocked(observer: Connection, waiting: Connection, action: Future[Result]) -> None:
    """Returns when another transaction holds a lock that this action of waiting asked for."""
    blocked = "select cardinality(pg_blocking_pids(%s)) > 0"
    while observer.execute(blocked, (waiting.info.backend_pid,)).fetchone() != (True,):
        assert not action.done(), "nothing held the action up"
