"""Signatures over the raw bytes of a message; nothing is parsed before one is right.

Several secrets are for the days on which one is exchanged. Every comparison takes the same time
whether right or wrong.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

#: How old, or how far ahead, a signed time may be.
TOLERANCE = timedelta(seconds=300)
_SECONDS = re.compile(r"[0-9]{1,11}")


def timed_mark(header: str, raw: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Stripe's scheme, ``t=…,v1=…``: HMAC-SHA256 over the time, a dot, and the raw bytes.

    There may be several ``v1``; any other scheme is ignored.
    """
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    marks = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]):
        return False
    if abs(now - datetime.fromtimestamp(int(times[0]), UTC)) > TOLERANCE:
        return False
    signed = times[0].encode() + b"." + raw
    return same(marks, (hmac.digest(key.encode(), signed, "sha256").hex() for key in secrets))


def base64_mark(header: str, signed: bytes, keys: Iterable[bytes]) -> bool:
    """HMAC-SHA256 in base64, as Adyen and Square write it."""
    right = (base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys)
    return same([header], right)


def same(given: Iterable[str], right: Iterable[str]) -> bool:
    """Whether one of the marks is one of the right ones; all are compared."""
    marks = [mark.encode() for mark in given]
    found = [hmac.compare_digest(mark, one.encode()) for one in right for mark in marks]
    return any(found)
