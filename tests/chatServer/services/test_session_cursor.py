import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatServer.database.parameters import SessionFilter, SessionPosition
from chatServer.errors import InvalidCursor
from chatServer.services.session_cursor import UNBOUND_PURPOSE, SessionCursors
from chatServer.services.signed_cursor import SIGNATURE_BYTES, SignedCursors

cursors = SessionCursors("a secret of the server")
positions = st.builds(
    SessionPosition,
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
)
LIST = SessionFilter()
POSITION = SessionPosition(datetime(2026, 11, 20, 23, 40, 30, 900, UTC), "telegram:42:1")


@given(positions)
def test_a_cursor_names_the_place_it_was_made_for(position: SessionPosition) -> None:
    assert cursors.decode(cursors.encode(position, where=LIST), where=LIST) == position


@given(positions, st.data())
def test_a_cursor_with_one_character_changed_is_refused(
    position: SessionPosition, data: st.DataObject
) -> None:
    cursor = cursors.encode(position, where=LIST)
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda character: character != cursor[place]))
    with pytest.raises(InvalidCursor):
        cursors.decode(cursor[:place] + other + cursor[place + 1 :], where=LIST)


@given(st.text())
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode(cursor, where=LIST)


def test_a_cursor_of_another_server_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode(SessionCursors("another secret").encode(POSITION, where=LIST), where=LIST)


@pytest.mark.parametrize(
    "other",
    [
        SessionFilter(channel="web"),
        SessionFilter(archived=True),
        SessionFilter(agent_name="cook"),
        SessionFilter(updated_from=POSITION.updated_at),
        SessionFilter(updated_to=POSITION.updated_at),
        SessionFilter(is_pinned=True),
    ],
)
def test_a_cursor_of_another_filter_is_refused(other: SessionFilter) -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode(cursors.encode(POSITION, where=LIST), where=other)


def test_a_cursor_that_a_browser_kept_from_an_earlier_release_leads_on() -> None:
    before = SignedCursors("a secret of the server", purpose=UNBOUND_PURPOSE)
    cursor = before.encode("2026-11-20T23:40:30.000900+00:00 telegram:42:1")
    assert cursors.decode(cursor, where=SessionFilter(archived=True)) == POSITION


def test_a_cursor_does_not_carry_its_key() -> None:
    signed = base64.urlsafe_b64decode(cursors.encode(POSITION, where=LIST))
    assert (
        signed[SIGNATURE_BYTES:].partition(b" ")[2]
        == b"2026-11-20T23:40:30.000900+00:00 telegram:42:1"
    )
    assert SIGNATURE_BYTES >= 16
