"""Files on their way in, over real sockets, good and bad."""

import asyncio
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator

import pytest

from tests.chatServer.files import (
    BINARY,
    HTML,
    PDF,
    PNG,
    SVG,
    problem,
    stored_names,
    upload,
    uploaded,
)
from tests.chatServer.live_server import Visit, client_for, open_visit
from tests.chatServer.turn_stage import eventually
from tests.stack.api import SupabaseApi

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
async def visit(supabase_api: SupabaseApi) -> AsyncIterator[Visit]:
    async with open_visit(supabase_api) as opened:
        yield opened


class TestUpload:
    @pytest.mark.parametrize(
        ("content", "filename", "content_type", "kind"),
        [
            (PNG, "red.png", "image/png", "image"),
            (PNG, "red.jpg", "image/png", "image"),
            (b"\xff\xd8\xff\xe0" + bytes(20), "a.jpeg", "image/jpeg", "image"),
            (b"GIF89a" + bytes(20), "a.gif", "image/gif", "image"),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(9), "a.webp", "image/webp", "image"),
            (PDF, "paper.pdf", "application/pdf", "pdf"),
            ("größer".encode(), "notes.txt", "text/plain", "text"),
            (b"a,b\n1,2\n", "table.csv", "text/plain", "text"),
            (HTML, "page.html", "text/html", "text"),
            (SVG, "drawing.svg", "image/svg+xml", "text"),
            (BINARY, "data.bin", "application/octet-stream", "file"),
            (b"text\x00text", "data.txt", "application/octet-stream", "file"),
        ],
    )
    async def test_the_content_says_what_a_file_is(
        self, visit: Visit, content: bytes, filename: str, content_type: str, kind: str
    ) -> None:
        attachment = await uploaded(visit.client, visit.session_id, content, filename)
        assert (attachment["content_type"], attachment["kind"]) == (content_type, kind)
        assert attachment["filename"] == filename
        assert attachment["size_bytes"] == len(content)
        assert attachment["sha256"] == hashlib.sha256(content).hexdigest()
        assert attachment["message_id"] is None
        assert attachment["url"] == f"/api/chat/attachments/{attachment['id']}"

    async def test_the_largest_file_comes_back_as_it_was(self, visit: Visit) -> None:
        content = BINARY * (20 * MEGABYTE // len(BINARY))
        attachment = await uploaded(visit.client, visit.session_id, content, "large.bin")
        read = await visit.client.get(attachment["url"])
        assert read.status_code == 200
        assert hashlib.sha256(read.content).hexdigest() == attachment["sha256"]

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("می\u200cرود\u202e.txt", "می\u200cرود.txt"),
            ("\u200d\u200c", "file"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("..", "file"),
            ("a\u202etxt.exe", "atxt.exe"),
            ("line\r\nfeed.txt", "linefeed.txt"),
            ('a "fair" copy.txt', 'a "fair" copy.txt'),
            ("at 9.41\u202fAM.txt", "at 9.41\u202fAM.txt"),
            ("議事録\u3000最終.txt", "議事録\u3000最終.txt"),
            ("\u3000.\u00a0.\u3000", "file"),
            ("shaking \U0001fae8.txt", "shaking \U0001fae8.txt"),
            ("x" * 300 + ".txt", "x" * 251 + ".txt"),
            ("größe 📎.txt", "größe 📎.txt"),
        ],
    )
    async def test_a_name_is_a_base_name_that_can_be_shown(
        self, visit: Visit, name: str, kept: str
    ) -> None:
        attachment = await uploaded(visit.client, visit.session_id, b"text", name)
        assert attachment["filename"] == kept

    @pytest.mark.parametrize(
        ("content", "filename", "content_type"),
        [
            (HTML, "picture.png", "application/octet-stream"),
            (HTML, "picture", "image/png"),
            (PNG, "paper.pdf", "application/octet-stream"),
            (b"text", "paper", "application/pdf"),
            (SVG, "picture.gif", "image/svg+xml"),
        ],
    )
    async def test_what_is_called_an_image_or_a_pdf_and_is_none_is_refused(
        self, visit: Visit, content: bytes, filename: str, content_type: str
    ) -> None:
        refused = await upload(visit.client, visit.session_id, content, filename, content_type)
        assert problem(refused) == (415, "attachment_type_mismatch")

    async def test_an_empty_file_is_refused(self, visit: Visit) -> None:
        refused = await upload(visit.client, visit.session_id, b"")
        assert problem(refused) == (422, "attachment_empty")

    @pytest.mark.parametrize("size_bytes", [20 * MEGABYTE + 1, 21 * MEGABYTE])
    async def test_a_file_over_the_limit_is_refused(self, visit: Visit, size_bytes: int) -> None:
        refused = await upload(visit.client, visit.session_id, bytes(size_bytes))
        assert problem(refused) == (413, "attachment_too_large")

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"{}", "application/json"),
            (b"", "multipart/form-data; boundary=b"),
            (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
            (b"--b--\r\n", "multipart/form-data; boundary=b"),
            (b"", f"multipart/form-data; boundary={'b' * 300}"),
            (
                b'--b\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\na'
                b"\r\n--b--\r\n",
                "multipart/form-data; boundary=b",
            ),
            (
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbroken',
                "multipart/form-data; boundary=b",
            ),
            (
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n'
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nb'
                b"\r\n--b--\r\n",
                "multipart/form-data; boundary=b",
            ),
        ],
    )
    async def test_a_body_that_is_not_one_file_is_refused(
        self, visit: Visit, body: bytes, content_type: str
    ) -> None:
        refused = await visit.client.post(
            f"/api/chat/sessions/{visit.session_id}/attachments",
            content=body,
            headers={"Content-Type": content_type},
        )
        assert problem(refused) == (422, "validation_failed")

    async def test_a_stranger_sees_no_difference_from_a_session_that_never_was(
        self, visit: Visit
    ) -> None:
        stranger = await visit.stage.sign_up()
        async with client_for(visit.base_url, stranger) as client:
            foreign = await upload(client, visit.session_id, PNG, "a.png")
            unknown = await upload(client, str(uuid.uuid4()), PNG, "a.png")
        assert problem(foreign) == (404, "session_not_found")
        assert foreign.content == unknown.content

    async def test_one_that_breaks_off_leaves_nothing(
        self, supabase_api: SupabaseApi, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)

        async def is_over() -> bool:
            return "/attachments 499 " in caplog.text

        async with open_visit(supabase_api) as alone:
            host, _, port = alone.base_url.removeprefix("http://").partition(":")
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(
                f"POST /api/chat/sessions/{alone.session_id}/attachments HTTP/1.1\r\n"
                f"Host: {host}\r\nAuthorization: Bearer {alone.caller.access_token}\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n"
                '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
                + bytes(500_000)
            )
            await writer.drain()
            writer.close()
            await eventually(is_over, what="the server noted that its client was gone")
            assert "Traceback" not in caplog.text
            kept = await uploaded(alone.client, alone.session_id, b"whole")
            rows = await alone.stage.execute(
                "select from public.chat_attachment_objects where user_id = %s",
                alone.caller.user_id,
            )
            assert rows == 1
            assert len(await stored_names(supabase_api, alone.caller.user_id)) == 1
            assert kept["size_bytes"] == 5
