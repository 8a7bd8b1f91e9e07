"""The verbs of a session's items, each exactly one SQL function."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from chatServer.database.calls import RegistryCalls
from chatServer.database.results import AppendedItems, DeletedItems, MessageBatch, PoppedItem
from chatServer.database.transport import Caller
from chatServer.limits import CONTEXT_ITEMS_DEFAULT, CONTEXT_MAX_BYTES
from chatServer.models import Message


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Which items of a branch to read, the newest first: at most so many, and so large."""

    limit: int = CONTEXT_ITEMS_DEFAULT
    head_id: int | None = None
    before_id: int | None = None
    max_bytes: int = CONTEXT_MAX_BYTES


class ItemRegistry(RegistryCalls):
    """A branch as its agent remembers it: messages, and what was done for each answer."""

    async def list_session_items(
        self, caller: Caller, *, session_id: str, page: ItemPage
    ) -> MessageBatch:
        """List items oldest first, what was done for an answer before it.

        Raises:
            SessionNotFound: No such session of this user.
            MessageNotFound: `head_id` or `before_id` is not of this session.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_head_id": page.head_id,
            "p_before_id": page.before_id,
            "p_limit": page.limit,
            "p_max_bytes": page.max_bytes,
        }
        batch = await self.call_for(caller, "list_session_items", MessageBatch, params)
        batch.messages.sort(key=_place)
        return batch

    async def append_session_items(
        self,
        caller: Caller,
        *,
        session_id: str,
        items: Sequence[dict[str, JsonValue]],
        client_request_id: str,
    ) -> AppendedItems:
        """Add items after the newest one, all or none; a session that is not there is made.

        Each is `{"role", "content", "item"}`; the same `client_request_id` adds them once.

        Raises:
            SessionIdTaken: The id belongs to somebody else.
            SessionDeleted: The caller has deleted the session.
            ValidationFailed: An item is too large, or there are too many.
        """
        params: dict[str, JsonValue] = {
            "p_session_id": session_id,
            "p_items": {"items": list(items)},
            "p_client_request_id": client_request_id,
        }
        return await self.call_for(caller, "append_session_items", AppendedItems, params)

    async def pop_session_item(
        self, caller: Caller, *, session_id: str, seen_id: int | None
    ) -> PoppedItem:
        """Take the newest item back, but none that is newer than the message `seen_id`.

        Raises:
            AnswerStreaming: It is still being written.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id, "p_seen_id": seen_id}
        return await self.call_for(caller, "pop_session_item", PoppedItem, params)

    async def delete_session_items(self, caller: Caller, *, session_id: str) -> DeletedItems:
        """Delete all that was said and done in a session, which itself stays.

        Raises:
            AnswerStreaming: An answer is still being written.
        """
        params: dict[str, JsonValue] = {"p_session_id": session_id}
        return await self.call_for(caller, "delete_session_items", DeletedItems, params)


def _place(message: Message) -> tuple[int, bool, int]:
    return message.answer_id or message.id, message.answer_id is None, message.id
