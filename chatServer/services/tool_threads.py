"""Threads for tools that are plain functions: one that never returns costs its thread alone."""

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from chatServer.limits import TOOL_THREADS_MAX

_free: Final = threading.BoundedSemaphore(TOOL_THREADS_MAX)


class NoThreadFree(RuntimeError):
    """So many tools have never returned that no other is begun."""


def run_in_threads(function: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return a function to await: each call of it has a thread that holds up nothing else.

    Neither the event loop's own threads, which all of the server shares, nor its end.
    """
    if inspect.iscoroutinefunction(function):
        return function

    @functools.wraps(function)
    async def call(*args: object, **kwargs: object) -> object:
        if not _free.acquire(blocking=False):
            raise NoThreadFree(f"{TOOL_THREADS_MAX} tools have not returned yet")
        outcome: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        work = functools.partial(function, *args, **kwargs)
        context = contextvars.copy_context()
        threading.Thread(
            target=context.run,
            args=(_work, work, outcome),
            name=getattr(function, "__name__", "tool"),
            daemon=True,
        ).start()
        return await outcome

    return call


def _work(work: Callable[[], object], outcome: "asyncio.Future[object]") -> None:
    settle: Callable[[], None]
    try:
        settle = functools.partial(_settle, outcome.set_result, outcome, work())
    except BaseException as error:  # noqa: BLE001 a tool may raise anything, SystemExit too
        settle = functools.partial(_settle, outcome.set_exception, outcome, _to_exception(error))
    finally:
        _free.release()
    # Its caller may have left, and the event loop with it.
    with suppress(RuntimeError):
        outcome.get_loop().call_soon_threadsafe(settle)


def _settle(
    settle: Callable[[Any], None], outcome: "asyncio.Future[object]", value: object
) -> None:
    if not outcome.done():
        settle(value)


def _to_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)
