"""What a model is given of a session: its messages as items of the OpenAI Agents SDK."""

from collections.abc import Sequence

from agents import TResponseInputItem

from chatServer.models import Message
from chatServer.services.instructions import GO_ON


def to_items(messages: Sequence[Message]) -> list[TResponseInputItem]:
    """Return the messages, oldest first, without those that say nothing to a model.

    After an answer that broke off the model is asked to go on with it.
    """
    items: list[TResponseInputItem] = [
        {"role": message.role, "content": message.content}
        for message in messages
        if message.role != "tool" and message.content
    ]
    if messages and messages[-1].role == "assistant":
        items.append({"role": "user", "content": GO_ON})
    return items
