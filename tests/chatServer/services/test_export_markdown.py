import uuid

import pytest
from markdown_it import MarkdownIt

from chatServer.models import Attachment
from chatServer.services.export_markdown import write_message
from tests.chatServer.rows import NOW, message_row


class Credulous(MarkdownIt):
    """A reader that refuses no link and takes HTML for what it is."""

    def validateLink(self, url: str) -> bool:
        return url is not None


READER = Credulous("commonmark", {"html": True})


def file_called(filename: str) -> Attachment:
    number = uuid.uuid4()
    return Attachment(
        id=number,
        session_id="s",
        message_id=1,
        url=f"/api/chat/attachments/{number}",
        filename=filename,
        content_type="application/octet-stream",
        kind="file",
        size_bytes=3,
        sha256="0" * 64,
        created_at=NOW,
    )


class TestWriteMessage:
    @pytest.mark.parametrize(
        "filename",
        [
            "](javascript:alert(1))",
            "![x](http://example.com/x.png)",
            "<img src=x onerror=alert(1)>",
            "<javascript:alert(1)>.txt",
            "`) <script>alert(1)</script> `.md",
            "*[x]: javascript:alert(1)*",
            '=HYPERLINK("http://example.com")',
            "&lt;b&gt;.txt",
        ],
    )
    def test_reads_a_hostile_file_name_as_the_words_it_is_made_of(self, filename: str) -> None:
        file = file_called(filename)
        message = message_row("See below").model_copy(update={"attachments": [file]})
        written = write_message(message, above=None, agent_name="assistant")
        *_, last = (token for token in READER.parse(written) if token.type == "inline")
        assert {child.type for child in last.children or []} <= {"text", "text_special"}
        assert "".join(child.content for child in last.children or []) == (
            f"Attachment {file.id}: {filename} (application/octet-stream, 3 bytes)"
        )
