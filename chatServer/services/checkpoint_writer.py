"""Stores how far all answers of a process are, many in one call when there are many."""

import asyncio
from collections.abc import Iterator
from typing import Literal

from chatServer.database.parameters import Checkpoint
from chatServer.database.session_registry import SessionRegistry
from chatServer.errors import DatabaseUnavailable
from chatServer.limits import CHECKPOINT_BATCH, CHECKPOINT_BATCH_BYTES, LEASE_SECONDS

Outcome = Literal["stored", "busy", "lost"]
"""`busy`: somebody else is changing the row; `lost`: the answer is not its writer's any more."""

Waiting = tuple[Checkpoint, "asyncio.Future[Outcome]"]


class CheckpointWriter:
    """One call at a time; what comes in meanwhile shares the next one."""

    def __init__(self, registry: SessionRegistry) -> None:
        self._registry = registry
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, checkpoint: Checkpoint) -> Outcome:
        """Store how far one answer is and renew its lease.

        Raises:
            DatabaseUnavailable: It could not be stored now.
        """
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((checkpoint, outcome))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await outcome

    async def stop(self) -> None:
        """End a call that nobody waits for any more."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                for batch in _split(waiting):
                    await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: list[Waiting]) -> None:
        checkpoints = [checkpoint for checkpoint, _ in batch]
        try:
            done = await self._registry.checkpoint_turns(checkpoints, lease_seconds=LEASE_SECONDS)
        except Exception as error:  # noqa: BLE001 told to each who waits for this call
            if len(batch) > 1 and not isinstance(error, DatabaseUnavailable):
                # One of them cannot be stored, and the others are other people's.
                for waiting in batch:
                    await self._write_batch([waiting])
                return
            for _, outcome in batch:
                if not outcome.done():
                    outcome.set_exception(error)
            return
        for checkpoint, outcome in batch:
            if outcome.done():  # its turn was ended meanwhile
                continue
            message_id = checkpoint.lease.message_id
            if message_id not in done.held:
                outcome.set_result("lost")
            elif checkpoint.is_renewal or message_id in done.stored:
                outcome.set_result("stored")
            else:
                outcome.set_result("busy")


def _split(waiting: list[Waiting]) -> Iterator[list[Waiting]]:
    batch: list[Waiting] = []
    size_bytes = 0
    for checkpoint, outcome in waiting:
        length_bytes = len((checkpoint.content or "").encode())
        is_full = size_bytes + length_bytes > CHECKPOINT_BATCH_BYTES
        if batch and (is_full or len(batch) == CHECKPOINT_BATCH):
            yield batch
            batch, size_bytes = [], 0
        batch.append((checkpoint, outcome))
        size_bytes += length_bytes
    if batch:
        yield batch
