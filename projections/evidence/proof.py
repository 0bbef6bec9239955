"""The proof of a packet: the cited events as recorded, their place in the chain and the anchor."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledger.store.anchored import Inclusion
from ledger.store.rows import Head
from ledger.store.store import EventStore

#: Cited entries at most so far apart are read in one go, so many at most.
_NEAR, _PAGE = 20, 400
CLAIM = (
    "What the clinic's folder proves by itself: the SHA-256 of every cited entry is recomputed "
    "from its content and the hash before it, and where the record was anchored, every cited "
    "entry up to then leads to the anchor's root (RFC 6962), which is published from day to day. "
    "What it does not: entries that are not cited are not disclosed, and when an anchor was made "
    "is shown by its publication or its time stamp (RFC 3161)."
)


def proof(store: EventStore, clinic: str, positions: Sequence[int], head: Head) -> dict[str, Any]:
    """The rows at these positions with the hash before each; bodies hold no personal data."""
    return {
        "scheme": "v1",
        "claim": CLAIM,
        "head": {"position": head.position, "hash": head.hash},
        "events": [entry for run in _runs(positions) for entry in _proved(store, clinic, run)],
    }


def anchoring(found: Inclusion) -> dict[str, Any]:
    """The clinic's head in the anchor, and the way there from each entry up to it."""
    return {
        "salt": found.head.salt.hex(),
        "head": found.head.leaf(),
        "index": found.head.index,
        "path": _hex(found.path),
        "entries": [{"position": at, "path": _hex(path)} for at, path in found.entries.items()],
    }


def _runs(positions: Sequence[int]) -> Iterator[list[int]]:
    """Positions that are read together: near one another, and no more than a page."""
    run: list[int] = []
    for position in positions:
        if run and (position - run[-1] > _NEAR or position - run[0] >= _PAGE):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _proved(store: EventStore, clinic: str, run: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Each row of a run with the hash before it."""
    rows = store.read_rows(clinic, max(run[0] - 2, 0), run[-1])
    wanted, previous = set(run), b""
    for row in rows:
        if row.position in wanted:
            stored: dict[str, Any] = {name: _text(value) for name, value in row._asdict().items()}
            yield {**stored, "prev_hash": (previous or bytes(len(row.hash))).hex()}
        previous = row.hash


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _hex(path: Sequence[bytes]) -> list[str]:
    return [one.hex() for one in path]
