"""Items of the OpenAI Agents SDK as rows of a session, and rows as items."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import JsonValue

from chatServer.limits import ITEM_SHOWN_LENGTH, MESSAGE_MAX_BYTES
from chatServer.models import Message
from chatServer.services.model_input import CALL, RESULT, Item, read_text, text_of
from chatServer.services.storable import make_json_storable

ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
"""The role of an item's message → that of its row."""
NOT_TEXT = {"input_image": "[Image]", "input_file": "[File]", "input_audio": "[Audio]"}
SILENT: Item = {"role": "assistant", "content": ""}
"""Stands for the last words of an answer that had none."""
CUT = "…"


def to_row(item: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Return an item as `append_session_items` takes it: what a reader sees, and the item.

    Raises:
        TypeError: It is no mapping, or holds what JSON has no word for.
        ValueError: It holds a number that JSON does not have.
    """
    if not isinstance(item, Mapping):
        raise TypeError(f"An item is a dict as the Agents SDK makes it, not {type(item).__name__}.")
    stored = cast("Item", make_json_storable(json.loads(json.dumps(item, allow_nan=False))))
    role = ROLES.get(str(stored.get("role"))) if _is_message(stored) else None
    if role is None:
        return {"role": "tool", "content": show_item(stored), "item": stored}
    content = _show_message(stored)
    row: dict[str, JsonValue] = {"role": role, "content": content}
    return row if content and stored == row else {**row, "item": stored}


def to_item(message: Message) -> Item | None:
    """Return a row as it was added, or as an agent of the server is told of it.

    None is for what says nothing: an answer that is still being written, or that has no words.
    """
    if message.status == "streaming":
        return None
    if message.item is not None:
        return message.item if message.item != SILENT else None
    text = text_of(message)
    return None if message.role == "tool" or not text else {"role": message.role, "content": text}


def show_item(item: Mapping[str, Any]) -> str:
    """Return what a reader of the stored row sees of what is no message."""
    if item.get("type") == CALL:
        return f"{item.get('name', '')} {item.get('arguments', '')}"[:ITEM_SHOWN_LENGTH]
    return str(item.get("output", ""))[:ITEM_SHOWN_LENGTH] if item.get("type") == RESULT else ""


def leave_out_half_pairs(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items without the results whose call is not among them: it was cut off."""
    called: set[tuple[str, object]] = set()
    for item in items:
        kind = str(item.get("type"))
        if kind.endswith("_output") and "call_id" in item:
            if (kind.removesuffix("_output"), item["call_id"]) not in called:
                continue
        elif "call_id" in item:
            called.add((kind, item["call_id"]))
        yield item


def _is_message(item: Item) -> bool:
    return item.get("type") in (None, "message") and isinstance(item.get("content"), (str, list))


def _show_message(item: Item) -> str:
    content = item["content"]
    if item["role"] == "assistant" or isinstance(content, str):
        text = read_text(item)
    else:
        parts = [part for part in content if isinstance(part, dict)]
        shown = [str(part.get("text") or NOT_TEXT.get(str(part.get("type")), "")) for part in parts]
        text = "\n".join(part for part in shown if part)
    data = text.encode()
    if item["role"] != "user" or len(data) <= MESSAGE_MAX_BYTES:
        return text
    return data[: MESSAGE_MAX_BYTES - len(CUT.encode())].decode("utf-8", "ignore") + CUT
