"""Where a list goes on: opaque to callers, and good for that list of that clinic only."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from consumers.http.asked import wrong

_SEAL = 16


class Cursors:
    """Makes and reads them, sealed with the server's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, clinic: str, listed: str, last: str) -> str:
        """The cursor after an item."""
        return urlsafe_b64encode(self._seal(clinic, listed, last) + last.encode()).decode()

    def read(self, clinic: str, listed: str, cursor: str) -> str:
        """The item it goes on after; raises Refusal with 400 for one that is not ours."""
        try:
            last = urlsafe_b64decode(cursor.encode())[_SEAL:].decode()
        except (binascii.Error, UnicodeError):
            raise _strange() from None
        if not hmac.compare_digest(cursor.encode(), self.make(clinic, listed, last).encode()):
            raise _strange()
        return last

    def _seal(self, clinic: str, listed: str, last: str) -> bytes:
        text = f"cursor\0{clinic}\0{listed}\0{last}"
        return hmac.new(self._secret, text.encode(), sha256).digest()[:_SEAL]


def _strange() -> Exception:
    return wrong("cursor", "It is not one of this list.")
