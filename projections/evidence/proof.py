"""The chain proof of a packet: the cited events as recorded, each with its place in the chain."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from ledger.store.chain import chained
from ledger.store.rows import Head, Row
from ledger.store.store import EventStore

#: Cited entries at most so far apart are read in one go, so many at most.
_NEAR, _PAGE = 20, 400
_FIELDS = tuple(field.name for field in fields(Row))
CLAIM = (
    "What is proved from this folder alone: the SHA-256 of every cited entry is recomputed from "
    "its content and the hash before it, and entries that follow one another join. What is not: "
    "entries between cited ones are not disclosed; that they lead to the head of the record is "
    "shown by the clinic's full record, or by a head published earlier."
)


def proof(store: EventStore, clinic: str, positions: Sequence[int], head: Head) -> dict[str, Any]:
    """The rows at these positions with the hash before each; bodies hold no personal data."""
    return {
        "scheme": "v1",
        "claim": CLAIM,
        "head": {"position": head.position, "hash": head.hash},
        "events": [entry for run in _runs(positions) for entry in _proved(store, clinic, run)],
    }


def problems_of(chain: dict[str, Any]) -> list[str]:
    """What does not hold of a proof, in words."""
    problems: list[str] = []
    last: Row | None = None
    for entry in chain["events"]:
        row, previous = _row(entry), bytes.fromhex(entry["prev_hash"])
        if chained(row, previous) != row.hash:
            problems.append(f"event {row.position} is not the one that was recorded")
        if last is not None and row.position == last.position + 1 and previous != last.hash:
            problems.append(f"event {row.position} does not follow event {last.position}")
        if row.position == chain["head"]["position"] and row.hash.hex() != chain["head"]["hash"]:
            problems.append(f"event {row.position} is not the head")
        last = row
    return problems


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
            stored: dict[str, Any] = {name: _text(getattr(row, name)) for name in _FIELDS}
            yield {**stored, "prev_hash": (previous or bytes(len(row.hash))).hex()}
        previous = row.hash


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _row(entry: dict[str, Any]) -> Row:
    fields = {name: value for name, value in entry.items() if name != "prev_hash"}
    return Row(
        **{
            **fields,
            "effective_at": datetime.fromisoformat(entry["effective_at"]),
            "effective_on": date.fromisoformat(entry["effective_on"]),
            "recorded_at": datetime.fromisoformat(entry["recorded_at"]),
            "request_hash": bytes.fromhex(entry["request_hash"]),
            "hash": bytes.fromhex(entry["hash"]),
        }
    )
