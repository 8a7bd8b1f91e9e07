"""Ends the turns of processes that died: their leases run out and nobody renews them."""

import logging

from chatServer.database.session_registry import SessionRegistry
from chatServer.limits import SWEEP_SECONDS
from chatServer.services.periodic_work import repeat

logger = logging.getLogger(__name__)


async def sweep_expired_turns(registry: SessionRegistry) -> None:
    """Sweep for ever, every `SWEEP_SECONDS` or so; replicas share the work."""

    async def sweep() -> None:
        count = await registry.fail_expired_turns()
        if count:
            logger.info("%d orphaned answers were marked interrupted", count)

    await repeat("the sweep of expired turns", sweep, seconds=SWEEP_SECONDS)
