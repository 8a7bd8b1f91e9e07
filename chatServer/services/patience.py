"""Long work goes on when the database or the storage of files is away for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from chatServer.attachment_errors import StorageUnavailable
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import PATIENT_TRIES
from chatServer.services.backoff import backoff_seconds

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
