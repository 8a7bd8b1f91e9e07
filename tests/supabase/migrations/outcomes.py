"""What the database says to a statement: its rows, or exactly how it was refused."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
import pytest


@contextmanager
def refused(code: str, message: str | None = None, details: str | None = None) -> Iterator[None]:
    """Expects an error with this SQLSTATE and, where given, exactly this message and detail."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    diagnostics = caught.value.diag
    assert diagnostics.sqlstate == code, str(caught.value)
    assert message is None or diagnostics.message_primary == message
    assert details is None or diagnostics.message_detail == details


def outcome(action: Callable[[], object], hidden: Mapping[str, str]) -> str:
    """All that the caller learns from an action, with the given texts replaced by their names."""
    try:
        told = repr(action())
    except psycopg.Error as error:
        diagnostics = error.diag
        told = repr(
            (
                diagnostics.sqlstate,
                diagnostics.message_primary,
                diagnostics.message_detail,
                diagnostics.message_hint,
            )
        )
    for text, name in hidden.items():
        told = told.replace(text, name)
    return told
