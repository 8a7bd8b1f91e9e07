"""Ends the turns of processes that died: their leases run out and nobody renews them."""

import asyncio
import logging
import random

from chatServer.database.session_registry import SessionRegistry
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import SWEEP_SECONDS

logger = logging.getLogger(__name__)


async def sweep_expired_turns(registry: SessionRegistry) -> None:
    """Sweep for ever, every `SWEEP_SECONDS` or so; replicas share the work."""
    while True:
        try:
            count = await registry.fail_expired_turns()
            if count:
                logger.info("%d orphaned answers were marked interrupted", count)
        except DatabaseUnavailable:
            logger.warning("the sweep of expired turns failed: the database does not answer")
        except Exception:
            logger.exception("the sweep of expired turns failed; it goes on")
        await asyncio.sleep(SWEEP_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 only spreads
