"""What an agent program knows of one session: the items of its branch in use."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from chatServer.database.item_registry import ItemPage, ItemRegistry
from chatServer.database.results import MessageBatch
from chatServer.database.transport import Caller
from chatServer.errors import DatabaseUnavailable, MessageNotFound, SessionNotFound
from chatServer.limits import CONTEXT_ITEMS_MAX, MEMORY_RETRY_SECONDS
from chatServer.services.agent_items import leave_out_half_pairs, to_item, to_row
from chatServer.services.model_input import Item

Result = TypeVar("Result")


class ItemNotRemovable(Exception):
    """Others have added to the session since it was read, or its last item has other versions."""


class SessionMemory:
    """Reads, adds and takes back items for one caller, one call at a time.

    It remembers the newest message that it has read or written, and takes nothing newer back.
    """

    def __init__(self, registry: ItemRegistry, caller: Caller, *, session_id: str) -> None:
        self._registry = registry
        self._caller = caller
        self._session_id = session_id
        self._seen_id: int | None = None
        self._lock = asyncio.Lock()

    async def list_items(self, limit: int | None) -> list[Item]:
        """List the newest items, oldest first, all without a limit; none without a session.

        With a limit there may be fewer: a result never comes without its call.
        """
        async with self._lock:
            while True:
                try:
                    return await self._list_items(limit)
                except MessageNotFound:
                    # What the next page begins after found its place below an answer meanwhile.
                    continue
                except SessionNotFound:
                    self._seen_id = 0
                    return []

    async def append_items(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Add items after the newest, all or none, and once however often the database is away.

        Raises:
            DomainError: As `ItemRegistry.append_session_items` says.
        """
        rows = [to_row(item) for item in items]
        if not rows:
            return
        request_id = str(uuid.uuid4())
        async with self._lock:
            appended = await _settle(
                _repeat(
                    lambda: self._registry.append_session_items(
                        self._caller,
                        session_id=self._session_id,
                        items=rows,
                        client_request_id=request_id,
                    )
                )
            )
            self._seen_id = appended.head_id

    async def pop_item(self) -> Item | None:
        """Take the newest item back; None when there is none.

        Raises:
            ItemNotRemovable: It was not read here, or other versions of it stand beside it.
            AnswerStreaming: It is still being written.
        """
        async with self._lock:
            popped = await _settle(
                self._registry.pop_session_item(
                    self._caller, session_id=self._session_id, seen_id=self._seen_id
                )
            )
            if popped.is_refused:
                raise ItemNotRemovable("The last item is not one that was read here; read again.")
            if self._seen_id is not None or popped.message is not None:
                self._seen_id = popped.head_id or 0
            return None if popped.message is None else to_item(popped.message)

    async def delete_items(self) -> None:
        """Forget everything; the session itself stays.

        Raises:
            AnswerStreaming: An answer is still being written.
        """
        async with self._lock:
            await _settle(
                _repeat(
                    lambda: self._registry.delete_session_items(
                        self._caller, session_id=self._session_id
                    )
                )
            )
            self._seen_id = 0

    async def _list_items(self, limit: int | None) -> list[Item]:
        items: list[Item] = []
        before_id: int | None = None
        while True:
            missing = CONTEXT_ITEMS_MAX if limit is None else limit - len(items)
            batch = await self._read(min(missing, CONTEXT_ITEMS_MAX), before_id)
            if before_id is None:
                self._seen_id = batch.messages[-1].id if batch.messages else 0
            items[:0] = [item for message in batch.messages if (item := to_item(message))]
            if not batch.has_more or not batch.messages:
                return items
            if limit is not None and len(items) >= limit:
                return list(leave_out_half_pairs(items))
            before_id = batch.messages[0].id

    async def _read(self, limit: int, before_id: int | None) -> MessageBatch:
        page = ItemPage(limit=limit, before_id=before_id)
        return await _repeat(
            lambda: self._registry.list_session_items(
                self._caller, session_id=self._session_id, page=page
            )
        )


async def _repeat(call: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a call that may be made twice while the database is away, for a moment."""
    for pause_seconds in MEMORY_RETRY_SECONDS:
        try:
            return await call()
        except DatabaseUnavailable:
            await asyncio.sleep(pause_seconds)
    return await call()


async def _settle(change: Awaitable[Result]) -> Result:
    """Wait until it is known what became of a change, also for a caller who leaves."""
    running = asyncio.ensure_future(change)
    left: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError as cancelled:
            left = left or cancelled
    if left is not None:
        running.exception()
        raise left
    return running.result()
