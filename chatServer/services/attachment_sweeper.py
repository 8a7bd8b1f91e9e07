"""Removes files that nothing refers to: of deleted sessions, of uploads that came to nothing."""

import asyncio
import logging

from chatServer.database.attachment_registry import AttachmentRegistry
from chatServer.database.attachment_store import AttachmentStore
from chatServer.limits import SWEEP_SECONDS
from chatServer.services.periodic_work import repeat

logger = logging.getLogger(__name__)


async def sweep_unused_files(registry: AttachmentRegistry, store: AttachmentStore) -> int:
    """Remove what can be claimed now; returns how many files are gone.

    The rows are the queue: a process that dies in between leaves them to be claimed again.

    Raises:
        DatabaseUnavailable: The database did not answer.
        StorageUnavailable: Storage did not; what was claimed is tried again after a while.
    """
    count = 0
    while unused := await registry.claim_unused_attachments():
        await store.remove([(found.user_id, found.id) for found in unused])
        count += await registry.delete_unused_attachments([found.id for found in unused])
    return count


class AttachmentSweeper:
    """Sweeps every `SWEEP_SECONDS` or so between `start` and `stop`; replicas share the work."""

    def __init__(self, registry: AttachmentRegistry, store: AttachmentStore) -> None:
        self._registry = registry
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop at once; what was claimed is claimed again later."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await repeat("the sweep of files", self._sweep, seconds=SWEEP_SECONDS)

    async def _sweep(self) -> None:
        count = await sweep_unused_files(self._registry, self._store)
        if count:
            logger.info("%d files that nothing refers to were removed", count)
