"""The opaque cursor of the session list: a place in it, signed so that nobody makes one up."""

import base64
import binascii
import hmac
from datetime import datetime

from chatServer.database.parameters import SessionPosition
from chatServer.errors import InvalidCursor

SIGNATURE_BYTES = 16
KEY_PURPOSE = b"chat-registry session cursor v1"


class SessionCursors:
    """Writes and reads cursors with a key derived from the server's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), KEY_PURPOSE, "sha256")

    def encode(self, position: SessionPosition) -> str:
        """Return the cursor of the page below this session."""
        instant = position.updated_at.isoformat(timespec="microseconds")
        payload = f"{instant} {position.session_id}".encode()
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode()

    def decode(self, cursor: str) -> SessionPosition:
        """Return the place a cursor names.

        Raises:
            InvalidCursor: It was not written here, or has been changed since.
        """
        try:
            signed = base64.b64decode(cursor, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise InvalidCursor from None
        signature, payload = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload)):
            raise InvalidCursor
        # The last character may carry bits that decoding drops.
        if base64.urlsafe_b64encode(signed).decode() != cursor:
            raise InvalidCursor
        instant, _, session_id = payload.decode().partition(" ")
        return SessionPosition(datetime.fromisoformat(instant), session_id)

    def _sign(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:SIGNATURE_BYTES]
