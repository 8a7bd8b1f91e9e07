"""Answers with a problem where uvicorn would close a connection or write plain text."""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chatServer.errors import DomainError, ValidationFailed
from chatServer.limits import URL_MAX_BYTES
from chatServer.routers.problems import to_response

TOO_LONG = ValidationFailed(("path", f"must be at most {URL_MAX_BYTES} bytes with its query"))
HALF_SENT = ValidationFailed(("body", "ended before it was complete"))


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which knows nothing below the app but the text "Invalid HTTP request"."""

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address; one that is over the limit is read to its end, not kept."""
        if len(self.url) <= URL_MAX_BYTES:
            super().on_url(url)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser refused."""
        if len(getattr(self, "url", b"")) > URL_MAX_BYTES:
            self._refuse(TOO_LONG)
        else:
            super().send_400_response(msg)

    def eof_received(self) -> None:
        """Refuse a body whose sender has closed its half of the connection."""
        cycle = self.cycle
        if cycle is not None and cycle.more_body and not cycle.response_started:
            self._refuse(HALF_SENT)

    def _refuse(self, error: DomainError) -> None:
        response = to_response(error)
        status = HTTPStatus(error.status_code)
        lines = [f"HTTP/1.1 {status} {status.phrase}".encode(), b"connection: close"]
        lines += [b"%s: %s" % header for header in response.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()
