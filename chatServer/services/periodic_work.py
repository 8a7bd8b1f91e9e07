"""Does the same again and again, in every replica at its own moments."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import NoReturn

from chatServer.errors import DomainError

logger = logging.getLogger(__name__)


async def rest(seconds: float) -> None:
    """Wait about so long; replicas that began together drift apart."""
    await asyncio.sleep(seconds * random.uniform(0.8, 1.2))  # noqa: S311 only spreads


async def repeat(name: str, work: Callable[[], Awaitable[object]], *, seconds: float) -> NoReturn:
    """Do it, then rest about `seconds`, for ever; after a failure the next time tries again.

    Nothing is taken over from one time to the next: what is left to do stands in the database.
    """
    while True:
        try:
            await work()
        except DomainError as error:
            logger.warning("%s failed: %s", name, error.title)
        except Exception:
            logger.exception("%s failed; it goes on", name)
        await rest(seconds)
