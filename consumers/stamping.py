"""Asks a time-stamp authority (RFC 3161) to say that these bytes exist now."""

import hashlib
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    decode_timestamp_response,
)

from ledger.errors import LedgerError

_SECONDS = 20
_LARGEST = 1 << 20
_GRANTED = 0


class NotStamped(LedgerError):
    """The authority gave no time stamp, or one about something else."""


def stamped(url: str, message: bytes) -> bytes:
    """The authority's answer about `message`, DER, as `openssl ts -verify -in` takes it.

    That it was signed by that authority is left to whoever relies on it and has its
    certificates. Raises NotStamped.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise NotStamped(f"LEDGER_TSA_URL is no http address: {url}")
    asked = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _asked(url, asked.as_bytes())
    _check(asked, answer, hashlib.sha256(message).digest())
    return answer


def _asked(url: str, query: bytes) -> bytes:
    headers = {"Content-Type": "application/timestamp-query"}
    request = Request(url, query, headers)  # noqa: S310  the scheme was checked
    try:
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
            body: bytes = answer.read(_LARGEST)
    except (OSError, HTTPException) as error:
        raise NotStamped(f"the time-stamp authority did not answer: {error}") from None
    return body


def _check(asked: TimeStampRequest, answer: bytes, digest: bytes) -> None:
    try:
        read = decode_timestamp_response(answer)
        if read.status != _GRANTED:
            raise NotStamped(f"the time-stamp authority refused: {read.status_string}")
        info = read.tst_info
        same = (info.nonce, info.message_imprint.message) == (asked.nonce, digest)
    except ValueError as error:
        raise NotStamped(f"the time-stamp authority's answer cannot be read: {error}") from None
    if not same:
        raise NotStamped("the time-stamp authority answered about something else")
