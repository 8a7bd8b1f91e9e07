"""What a model is given of a session: its messages as items of the OpenAI Agents SDK."""

from collections.abc import Sequence

from agents import TResponseInputItem

from chatServer.models import Message
from chatServer.services.instructions import GO_ON


def to_items(messages: Sequence[Message]) -> list[TResponseInputItem]:
    """Return the messages, oldest first, without those that say nothing to a model.

    The files of a message are named after its text; what they hold is not given. After an answer
    that broke off the model is asked to go on with it.
    """
    items: list[TResponseInputItem] = [
        {"role": message.role, "content": text}
        for message in messages
        if message.role != "tool" and (text := _text_of(message))
    ]
    if messages and messages[-1].role == "assistant":
        items.append({"role": "user", "content": GO_ON})
    return items


def _text_of(message: Message) -> str:
    files = [f"{file.filename} ({file.content_type})" for file in message.attachments]
    if not files:
        return message.content
    note = f"[Attached files, whose content you cannot see: {', '.join(files)}]"
    return f"{message.content}\n\n{note}" if message.content else note
