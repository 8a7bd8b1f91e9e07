"""The header that names a file and says whether it may be shown where it is opened."""

from typing import Literal
from urllib.parse import quote


def name_file(name: str, disposition: Literal["inline", "attachment"] = "attachment") -> str:
    """Return the header's value, with the name for old readers and for new ones (RFC 6266)."""
    ascii_name = name.encode("ascii", "replace").decode()
    for character in '?"\\':
        ascii_name = ascii_name.replace(character, "_")
    return f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
