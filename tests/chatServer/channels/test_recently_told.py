"""What the bot has said lately."""

import pytest

from chatServer.channels.recently_told import MAX_KEYS, RECENT_SECONDS, RecentlyTold


def test_is_forgotten_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chatServer.channels.recently_told.time.monotonic", lambda: now[0])
    told = RecentlyTold()
    told.add(1)
    now[0] += RECENT_SECONDS - 1
    assert told.holds(1)
    assert not told.holds(2)
    now[0] += 1
    assert not told.holds(1)


def test_of_too_many_the_oldest_are_forgotten() -> None:
    told = RecentlyTold()
    for key in range(MAX_KEYS + 1):
        told.add(key)
    assert not told.holds(0)
    assert told.holds(1)
    assert told.holds(MAX_KEYS)
