"""How long a provider asks to be left alone."""

import math
import time
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz


def read_retry_seconds(headers: Mapping[str, str]) -> float | None:
    """Return what `Retry-After` says, as seconds or as a date; None when it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        date = parsedate_tz(said)
        if date is None:
            return None
        seconds = mktime_tz(date) - time.time()
    return seconds if math.isfinite(seconds) and seconds > 0 else None


def name_wait(seconds: float) -> str:
    """Return a time to wait in words, rounded up."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds > size * 1.5:
            count = math.ceil(seconds / size)
            return f"{count} {unit}s"
    count = math.ceil(seconds)
    return "1 second" if count == 1 else f"{count} seconds"
