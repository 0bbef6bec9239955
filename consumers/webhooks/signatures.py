"""Signatures of posted events: `t=…,v1=…`, HMAC-SHA256 over time, a dot, and the raw body.

The scheme is Stripe's, and ours for everybody else. Several `v1` and several secrets are for
the days on which a secret is exchanged; what is not `v1` is ignored.
"""

import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ledger.errors import LedgerError

TOLERANCE = timedelta(seconds=300)
_TIME = re.compile(r"[0-9]{1,11}")


class BadSignature(LedgerError):
    """The body is not what a holder of the secret sent just now."""


def verify(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> None:
    """Raises BadSignature, in the same way whatever is wrong; nothing is parsed before."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    marks = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise BadSignature("the signature is not right")
    if abs(now - datetime.fromtimestamp(int(times[0]), UTC)) > TOLERANCE:
        raise BadSignature("the signature is not right")
    right = [signed(body, times[0], secret) for secret in secrets]
    same = [hmac.compare_digest(mark.encode(), one.encode()) for mark in marks for one in right]
    if not any(same):
        raise BadSignature("the signature is not right")


def signed(body: bytes, time: str, secret: str) -> str:
    """The mark that the holder of the secret makes for a body at a time."""
    return hmac.new(secret.encode(), time.encode() + b"." + body, "sha256").hexdigest()
