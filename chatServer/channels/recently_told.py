"""What the bot has said lately, so that it does not repeat itself."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

RECENT_SECONDS: Final = 600.0
MAX_KEYS: Final = 10_000


class RecentlyTold:
    """Remembers for ten minutes what was told, by a key of the caller's, in this process alone."""

    def __init__(self) -> None:
        self._told_at: OrderedDict[Hashable, float] = OrderedDict()

    def holds(self, key: Hashable) -> bool:
        """Tell whether a key was added lately."""
        told_at = self._told_at.get(key)
        return told_at is not None and time.monotonic() - told_at < RECENT_SECONDS

    def add(self, key: Hashable) -> None:
        """Remember a key, and forget the oldest when there are too many."""
        self._told_at[key] = time.monotonic()
        self._told_at.move_to_end(key)
        while len(self._told_at) > MAX_KEYS:
            self._told_at.popitem(last=False)
