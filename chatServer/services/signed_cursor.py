"""Opaque cursors: a place in a list, signed so that nobody makes one up."""

import base64
import binascii
import hmac

from chatServer.errors import InvalidCursor

SIGNATURE_BYTES = 16


class SignedCursors:
    """Writes and reads cursors with a key derived from the server's secret for one purpose."""

    def __init__(self, secret: str, *, purpose: str) -> None:
        self._key = hmac.digest(secret.encode(), purpose.encode(), "sha256")

    def encode(self, place: str) -> str:
        """Return the cursor of a place."""
        payload = place.encode()
        return base64.urlsafe_b64encode(self._sign(payload) + payload).decode()

    def decode(self, cursor: str) -> str:
        """Return the place a cursor names.

        Raises:
            InvalidCursor: It was not written here for this purpose, or has been changed since.
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
        return payload.decode()

    def _sign(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:SIGNATURE_BYTES]
