"""The digest that seals a period: the bytes of its entries (accounting.md 12.2)."""

import hashlib
from collections.abc import Iterable

from ledger.books.entries import Entry, sealed_shape
from ledger.canonical import canonical_trusted


def journal_digest(entries: Iterable[Entry]) -> str:
    """SHA-256, in hex, of the canonical JSON (RFC 8785) of a list of entries in their order."""
    return digest_of_texts(canonical_trusted(sealed_shape(entry)) for entry in entries)


def digest_of_texts(texts: Iterable[bytes]) -> str:
    """The same from canonical JSON, of an entry or of some with commas between; none is kept."""
    running = hashlib.sha256(b"[")
    for number, text in enumerate(texts):
        running.update(b"," + text if number else text)
    running.update(b"]")
    return running.hexdigest()
