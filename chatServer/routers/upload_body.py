"""Reads the one file of a multipart body as it arrives, never more than a piece of it in memory."""

from collections.abc import AsyncIterator
from typing import Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from chatServer.errors import ValidationFailed
from chatServer.services.received_file import IncomingFile

FILE_FIELD: Final = "file"
UNREADABLE: Final = ("body", "cannot be read; send multipart/form-data")
NO_FILE: Final = (FILE_FIELD, "must be a file")
ONE_FILE: Final = (FILE_FIELD, "must be one file; send another request for each")
HEADERS_MAX: Final = 8
ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}
"""What browsers write into the name of a file: https://html.spec.whatwg.org/#multipart-form-data"""


async def open_upload(request: Request) -> IncomingFile:
    """Read up to the beginning of the file; its pieces read the rest.

    Raises:
        ValidationFailed: The body is not multipart, or no file comes first in it.
    """
    body = _Body(request)
    if not await body.find_file():
        raise ValidationFailed(NO_FILE)
    return IncomingFile(body.filename, body.declared_type, body.pieces())


class _Body:
    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type"))
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise ValidationFailed(UNREADABLE)
        self.filename: str | None = None
        self.declared_type: str | None = None
        self._stream = request.stream()
        self._headers: dict[bytes, bytes] = {}
        self._name = b""
        self._value = b""
        self._unread: list[bytes] = []
        self._is_file = False
        self._file_count = 0
        self._is_whole = False
        self._parser = self._new_parser(boundary)

    def _new_parser(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
                max_header_count=HEADERS_MAX,
            )
        except FormParserError:
            raise ValidationFailed(UNREADABLE) from None

    async def find_file(self) -> bool:
        while self._file_count == 0 and await self._read():
            pass
        return self._file_count > 0

    async def pieces(self) -> AsyncIterator[bytes]:
        while True:
            for piece in self._unread:
                yield piece
            self._unread.clear()
            if not await self._read():
                break
        if not self._is_whole:
            raise ValidationFailed(UNREADABLE)

    async def _read(self) -> bool:
        """Parse the next piece of the body; False at its end."""
        async for received in self._stream:
            try:
                self._parser.write(received)
            except FormParserError:
                raise ValidationFailed(UNREADABLE) from None
            if self._file_count > 1:
                raise ValidationFailed(ONE_FILE)
            return True
        return False

    def _on_part_begin(self) -> None:
        self._headers = {}
        self._is_file = False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._is_file = options.get(b"name") == FILE_FIELD.encode() and b"filename" in options
        if self._is_file:
            self._file_count += 1
            self.filename = options[b"filename"].decode("utf-8", "replace")
            for escape, character in ESCAPES.items():
                self.filename = self.filename.replace(escape, character)
            declared = self._headers.get(b"content-type")
            self.declared_type = None if declared is None else declared.decode("latin-1")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file and self._file_count == 1:
            self._unread.append(data[start:end])

    def _on_end(self) -> None:
        self._is_whole = True
