"""Whom the bot has told something lately, so that it does not repeat itself."""

import time
from collections import OrderedDict
from typing import Final

RECENT_SECONDS: Final = 600.0
MAX_SENDERS: Final = 10_000


class RecentSenders:
    """Remembers senders for ten minutes, in this process alone."""

    def __init__(self) -> None:
        self._added_at: OrderedDict[int, float] = OrderedDict()

    def holds(self, user_id: int) -> bool:
        """Tell whether a sender was added lately."""
        added_at = self._added_at.get(user_id)
        return added_at is not None and time.monotonic() - added_at < RECENT_SECONDS

    def add(self, user_id: int) -> None:
        """Remember a sender, and forget the oldest when there are too many."""
        self._added_at[user_id] = time.monotonic()
        self._added_at.move_to_end(user_id)
        while len(self._added_at) > MAX_SENDERS:
            self._added_at.popitem(last=False)
