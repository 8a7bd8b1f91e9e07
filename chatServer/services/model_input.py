"""What a model is given of a session: its messages as items of the OpenAI Agents SDK."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chatServer.models import Message
from chatServer.services.instructions import GO_ON

CALL = "function_call"
RESULT = "function_call_output"
TEXT_PARTS = frozenset({"input_text", "output_text", "refusal"})

Item = dict[str, Any]
"""An item as the OpenAI Agents SDK takes it: a message, a call of a tool, or its result."""


def to_items(messages: Sequence[Message], *, has_tools: bool = True) -> list[Item]:
    """Return a branch, oldest first, without what says nothing to a model.

    A result never stands without its call, nor a call without its result. Without tools both are
    left out: some models refuse what they cannot use. After an answer that broke off the model is
    asked to go on with it. The files of a message are named after its text; what they hold is
    not given.
    """
    items = [item for message in messages if (item := _to_item(message)) is not None]
    kept = list(_pair_calls(items)) if has_tools else [i for i in items if "role" in i]
    if messages and messages[-1].role == "assistant":
        kept.append({"role": "user", "content": GO_ON})
    return kept


def _to_item(message: Message) -> Item | None:
    item = message.item
    if item is not None and item.get("type") in (CALL, RESULT):
        return item
    role = item.get("role") if item is not None else message.role
    if item is not None and role in ("user", "assistant", "system") and _is_text(item):
        return {"role": role, "content": item["content"]} if item["content"] else None
    text = _text_of(message)
    if message.role == "tool" or not text:
        return None
    return {"role": message.role, "content": text}


def _text_of(message: Message) -> str:
    """Return what was written, and after it the names of its files."""
    files = [f"{file.filename} ({file.content_type})" for file in message.attachments]
    if not files:
        return message.content
    note = f"[Attached files, whose content you cannot see: {', '.join(files)}]"
    return f"{message.content}\n\n{note}" if message.content else note


def _is_text(item: Mapping[str, Any]) -> bool:
    """Tell whether a message's item is one that every model can be given."""
    content = item.get("content")
    if isinstance(content, list):
        return all(isinstance(part, dict) and part.get("type") in TEXT_PARTS for part in content)
    return isinstance(content, str)


def _pair_calls(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the items without calls and results that stand alone, each pair with its own id.

    Some providers count their calls anew in every answer.
    """
    results: dict[int, int] = {}
    waiting: dict[str, int] = {}
    for place, item in enumerate(items):
        if item.get("type") == CALL:
            waiting[str(item.get("call_id"))] = place
        elif item.get("type") == RESULT:
            called_at = waiting.pop(str(item.get("call_id")), None)
            if called_at is not None:
                results[called_at] = place
    calls = {result: call for call, result in results.items()}
    seen: dict[str, int] = {}
    new_ids: dict[int, str] = {}
    for place, item in enumerate(items):
        if item.get("type") == CALL and place in results:
            call_id = str(item["call_id"])
            seen[call_id] = seen.get(call_id, 0) + 1
            new_ids[place] = call_id if seen[call_id] == 1 else f"{call_id}_{seen[call_id]}"
            yield {**item, "call_id": new_ids[place]}
        elif item.get("type") == RESULT and place in calls:
            yield {**item, "call_id": new_ids[calls[place]]}
        elif item.get("type") not in (CALL, RESULT):
            yield item
