"""How much of a session was too long for a model, so that it is not sent as much again."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from chatServer.services.model_input import Item, keep_newest_half

REMEMBERED_MAX = 2000
"""Sessions and models; the longest unused are forgotten, and tried anew."""


class Reader(NamedTuple):
    """A model that is told a session, with the tools and instructions of an agent."""

    session_id: str
    agent_name: str
    model_id: str


class RefusedSizes:
    """Knows the smallest part of each session that was refused; of this process, until it ends."""

    def __init__(self) -> None:
        self._sizes: OrderedDict[Reader, int] = OrderedDict()

    def note(self, reader: Reader, items: Sequence[Item]) -> None:
        """Remember that these were too much."""
        size = _measure(items)
        self._sizes[reader] = min(size, self._sizes.pop(reader, size))
        if len(self._sizes) > REMEMBERED_MAX:
            self._sizes.popitem(last=False)

    def shorten(self, reader: Reader, items: list[Item]) -> list[Item]:
        """Return the newest part of which it is not known that it is too much."""
        refused = self._sizes.get(reader)
        if refused is None:
            return items
        self._sizes.move_to_end(reader)
        while _measure(items) >= refused and (newer := keep_newest_half(items)) is not None:
            items = newer
        return items


def _measure(items: Sequence[Item]) -> int:
    return len(json.dumps(items, ensure_ascii=False, default=str))
