"""Long work goes on when the database or the storage of files is away for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chatServer.attachment_errors import StorageUnavailable
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import LEASE_SECONDS, PATIENT_TRIES
from chatServer.services.backoff import backoff_seconds

RETRY_FIRST_SECONDS = 0.25
RETRY_LONGEST_SECONDS = 2.0

Result = TypeVar("Result")


async def call_patiently(call: Callable[[], Awaitable[Result]]) -> Result:
    """Try again while one of them does not answer, `PATIENT_TRIES` times in all.

    Raises:
        DatabaseUnavailable: The database never did.
        StorageUnavailable: The storage of files never did.
    """
    for tried in range(1, PATIENT_TRIES):
        try:
            return await call()
        except (DatabaseUnavailable, StorageUnavailable):
            await asyncio.sleep(backoff_seconds(tried))
    return await call()


async def persist(call: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a call while the database is away, as long as a lease lasts."""
    clock = asyncio.get_running_loop().time
    give_up_at = clock() + LEASE_SECONDS
    pause_seconds = RETRY_FIRST_SECONDS
    while True:
        try:
            return await call()
        except DatabaseUnavailable:
            if clock() + pause_seconds >= give_up_at:
                raise
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, RETRY_LONGEST_SECONDS)
