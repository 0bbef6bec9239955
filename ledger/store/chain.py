"""The hash chain, recomputed from rows alone (reliability.md 6.8).

Written apart from the SQL that makes the chain, so that one mistake cannot hide in both.
Scheme v1: SHA-256 over the previous hash and the record's fields as netstrings.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from ledger.store.rows import Row

GENESIS = bytes(32)


def chained(row: Row, previous: bytes) -> bytes:
    """The hash that `row` must carry after `previous`."""
    fields = (
        "v1",
        row.clinic,
        str(row.position),
        row.stream,
        str(row.version),
        row.type,
        str(row.schema_version),
        _utc(row.effective_at),
        row.effective_on.isoformat(),
        _utc(row.recorded_at),
        row.actor,
        row.role,
        row.command,
        row.request_hash.hex(),
        row.meta,
        row.body,
    )
    chain = hashlib.sha256(previous)
    for field in fields:
        text = field.encode()
        chain.update(b"%d:%s," % (len(text), text))
    return chain.digest()


def verify(
    rows: Iterable[Row],
    start_hash: bytes = GENESIS,
    after: int = 0,
    end: tuple[int, bytes] | None = None,
) -> int | None:
    """The first position that is missing, out of place or altered; None when all is well.

    `rows` begin after the position `after`, whose hash is `start_hash`. They must reach the
    position and hash of `end` where that is given, or what follows the last row is missing.
    """
    previous = start_hash
    for row in rows:
        if row.position != after + 1 or row.hash != chained(row, previous):
            return after + 1
        after, previous = row.position, row.hash
    return None if end in (None, (after, previous)) else after + 1


def _utc(moment: datetime) -> str:
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"
