"""Makes text from outside such that Postgres can store it."""

from pydantic import JsonValue


def make_storable(text: str) -> str:
    """Leave out NUL, and put a question mark for each unpaired surrogate."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def make_json_storable(value: JsonValue) -> JsonValue:
    """Do the same in every text within a JSON value."""
    if isinstance(value, str):
        return make_storable(value)
    if isinstance(value, list):
        return [make_json_storable(part) for part in value]
    if isinstance(value, dict):
        return {make_storable(key): make_json_storable(part) for key, part in value.items()}
    return value
