"""How long to wait before the next try of something that another system did not take."""

import random
from typing import Final

LONGEST_SECONDS: Final = 60.0


def backoff_seconds(attempts: int) -> float:
    """Return 1, 2, 4 … 60 seconds after the first, second, third … try, spread by a fifth."""
    seconds = min(2.0 ** min(attempts - 1, 10), LONGEST_SECONDS)
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 only spreads
