"""What a model is given of a session: its messages as items of the OpenAI Agents SDK."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from chatServer.agent_models import ToolStep
from chatServer.models import Attachment, Message
from chatServer.services.file_parts import FilePart, name_file
from chatServer.services.instructions import GO_ON
from chatServer.turn_events import ToolCall

CALL = "function_call"
RESULT = "function_call_output"
TEXT_PARTS = frozenset({"input_text", "output_text", "refusal"})

Item = dict[str, Any]
"""An item as the OpenAI Agents SDK takes it: a message, a call of a tool, or its result."""


def to_items(
    messages: Sequence[Message],
    *,
    has_tools: bool = True,
    files: Mapping[UUID, FilePart] | None = None,
) -> list[Item]:
    """Return a branch, oldest first, without what says nothing to a model.

    A result never stands without its call, nor a call without its result. Without tools both are
    left out: some models refuse what they cannot use. After an answer that broke off the model is
    asked to go on with it. The files of a message come after its text; one that is not among
    `files` is only named.
    """
    shown = files or {}
    items = [item for message in messages if (item := _to_item(message, shown)) is not None]
    kept = list(_pair_calls(items)) if has_tools else [i for i in items if "role" in i]
    if messages and messages[-1].role == "assistant":
        kept.append({"role": "user", "content": GO_ON})
    return kept


def keep_newest_half(items: Sequence[Item]) -> list[Item] | None:
    """Return the newer half, its calls and results still in pairs; None when nothing can go.

    What is asked stays: the last message, and the answer that a model is asked to go on with.
    """
    asked = 2 if items and items[-1].get("content") == GO_ON else 1
    count = max(len(items) // 2, asked)
    return list(_pair_calls(items[-count:])) if count < len(items) else None


def find_calls(items: Sequence[Item], steps: Sequence[ToolStep]) -> list[ToolCall | None]:
    """Return the call of each step, of those that were made for its answer, oldest first."""
    made: list[tuple[str, ToolCall]] = []
    waiting: dict[str, int] = {}
    for item in items:
        if item.get("type") == CALL:
            waiting[str(item["call_id"])] = len(made)
            made.append((str(item["name"]), ToolCall(str(item["arguments"]), None)))
        elif item.get("type") == RESULT and str(item["call_id"]) in waiting:
            place = waiting.pop(str(item["call_id"]))
            name, call = made[place]
            made[place] = name, replace(call, result=str(item["output"]))
    calls: list[ToolCall | None] = []
    for step in steps:
        place = next((at for at, (name, _) in enumerate(made) if name == step.name), -1)
        calls.append(made.pop(place)[1] if place >= 0 else None)
    return calls


def _to_item(message: Message, files: Mapping[UUID, FilePart]) -> Item | None:
    item = message.item
    if item is not None and item.get("type") in (CALL, RESULT):
        return item
    role = item.get("role") if item is not None else message.role
    if item is not None and role in ("user", "assistant", "system") and _is_text(item):
        said = read_text(item)
        return {"role": role, "content": said} if said else None
    content = _content_of(message, files)
    if message.role == "tool" or not content:
        return None
    return {"role": message.role, "content": content}


def read_text(item: Mapping[str, Any]) -> str:
    """Return what a message's item says, its parts put together; nothing of what is not text."""
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = [part for part in content or () if isinstance(part, dict)]
    return "".join(str(part.get("text") or part.get("refusal") or "") for part in parts)


def text_of(message: Message) -> str:
    """Return what was written, and after it the names of its files."""
    content = _content_of(message, {})
    return content if isinstance(content, str) else message.content


def _content_of(message: Message, files: Mapping[UUID, FilePart]) -> str | list[Item]:
    """Return text alone as a string, which every model takes, else the parts of the message."""
    if not message.attachments:
        return message.content
    parts = [_show_file(attachment, files) for attachment in message.attachments]
    text = "\n\n".join(filter(None, [message.content, *(part.text for part in parts)]))
    others = [part.item for part in parts if part.item is not None]
    return [{"type": "input_text", "text": text}, *others] if others else text


def _show_file(attachment: Attachment, files: Mapping[UUID, FilePart]) -> FilePart:
    return files.get(attachment.id) or name_file(attachment)


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
