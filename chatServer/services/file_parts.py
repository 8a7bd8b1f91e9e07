"""How a file is shown to a model: its name and text as text, an image or a PDF as a part."""

import base64
from dataclasses import dataclass
from typing import Any, Literal

from chatServer.models import Attachment

FileFeature = Literal["image", "pdf"]
"""What only some models take."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file in a message to a model; `item` is a part in the form of the Responses API.

    https://platform.openai.com/docs/guides/pdf-files
    """

    text: str
    item: dict[str, Any] | None = None
    feature: FileFeature | None = None


def name_file(attachment: Attachment) -> FilePart:
    """Return a file that the model only hears of."""
    return FilePart(f"[Attached, but its content cannot be seen: {_describe(attachment)}]")


def show_text_file(attachment: Attachment, content: bytes) -> FilePart:
    """Return a text file by what was read of it from its beginning."""
    # A cut may fall within a character; the file as a whole was found to be UTF-8.
    text = content.decode("utf-8", "ignore").removeprefix("\ufeff")
    is_cut = len(content) < attachment.size_bytes
    end = "Only its beginning is shown" if is_cut else "End of the file"
    name = attachment.filename
    return FilePart(f"[Attached: {_describe(attachment)}]\n{text}\n[{end}: {name}]")


def show_binary_file(attachment: Attachment, content: bytes) -> FilePart:
    """Return an image or a PDF with its bytes."""
    text = f"[Attached: {_describe(attachment)}]"
    url = f"data:{attachment.content_type};base64,{base64.b64encode(content).decode()}"
    if attachment.kind == "image":
        item = {"type": "input_image", "image_url": url, "detail": "auto"}
        return FilePart(text, item, "image")
    item = {"type": "input_file", "file_data": url, "filename": attachment.filename}
    return FilePart(text, item, "pdf")


def _describe(attachment: Attachment) -> str:
    return f"{attachment.filename} ({attachment.content_type})"
