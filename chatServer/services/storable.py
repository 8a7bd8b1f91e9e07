"""Makes text from outside such that Postgres can store it."""


def make_storable(text: str) -> str:
    """Leave out NUL, and put a question mark for each unpaired surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
