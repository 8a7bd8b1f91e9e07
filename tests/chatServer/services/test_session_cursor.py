import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatServer.database.parameters import SessionPosition
from chatServer.errors import InvalidCursor
from chatServer.services.session_cursor import SessionCursors
from chatServer.services.signed_cursor import SIGNATURE_BYTES

cursors = SessionCursors("a secret of the server")
positions = st.builds(
    SessionPosition,
    st.datetimes(timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
)
POSITION = SessionPosition(datetime(2026, 11, 20, 23, 40, 30, 900, UTC), "telegram:42:1")


@given(positions)
def test_a_cursor_names_the_place_it_was_made_for(position: SessionPosition) -> None:
    assert cursors.decode(cursors.encode(position)) == position


@given(positions, st.data())
def test_a_cursor_with_one_character_changed_is_refused(
    position: SessionPosition, data: st.DataObject
) -> None:
    cursor = cursors.encode(position)
    place = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda character: character != cursor[place]))
    with pytest.raises(InvalidCursor):
        cursors.decode(cursor[:place] + other + cursor[place + 1 :])


@given(st.text())
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode(cursor)


def test_a_cursor_of_another_server_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        cursors.decode(SessionCursors("another secret").encode(POSITION))


def test_a_cursor_does_not_carry_its_key() -> None:
    signed = base64.urlsafe_b64decode(cursors.encode(POSITION))
    assert signed[SIGNATURE_BYTES:] == b"2026-11-20T23:40:30.000900+00:00 telegram:42:1"
    assert SIGNATURE_BYTES >= 16
