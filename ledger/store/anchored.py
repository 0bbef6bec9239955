"""What the anchors say about one clinic, read with the clinic's own rights."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from ledger.canonical import canonical
from ledger.merkle import Tree, leaf_hash
from ledger.store.anchors import Anchor, AnchoredHead, latest, tree_of
from ledger.store.pool import Connection, clinic_transaction, lent
from ledger.store.store import EventStore

_HEADS = """
SELECT clinic, position, hash, recorded_at, entries, salt, index FROM anchor.head
WHERE clinic = %s
"""
_STANDING = """
SELECT e.hash, l.hash FROM anchor.head a
JOIN anchor.leaf l USING (index)
LEFT JOIN ledger.event e ON e.clinic = a.clinic AND e.position = a.position
WHERE a.clinic = %s ORDER BY a.position
"""
_ENTRIES = "SELECT hash FROM ledger.event WHERE clinic = %s AND position <= %s ORDER BY position"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A clinic's head in an anchor, and its entries under that head.

    `path` leads from the head's leaf to the anchor's root; `entries` from the hash of each
    position to the head's own root.
    """

    anchor: Anchor
    head: AnchoredHead
    path: Sequence[bytes]
    entries: dict[int, Sequence[bytes]]


def inclusion(store: EventStore, clinic: str, positions: Sequence[int]) -> Inclusion | None:
    """The clinic's place in the last anchor, with these of its entries that lie before it.

    None while nothing of the clinic is anchored.
    """
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        anchor = latest(connection)
        heads = _heads(connection, clinic)
        inside = [one for one in heads if anchor is not None and one.index < anchor.size]
        if anchor is None or not inside:
            return None
        head = inside[-1]
        path = tree_of(connection, anchor.size).inclusion(head.index)
        rows = connection.execute(_ENTRIES, (clinic, head.position))
        own = Tree([leaf_hash(row[0]) for row in rows])
    covered = [position for position in positions if position <= own.size]
    return Inclusion(anchor, head, path, {at: own.inclusion(at - 1) for at in covered})


def broken_anchor(store: EventStore, clinic: str) -> int | None:
    """The first anchored position to which the history no longer leads; None when all hold.

    Shows what the chain alone cannot: an end that was cut off or written anew, head and all.
    """
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        heads = _heads(connection, clinic)
        standing = connection.execute(_STANDING, (clinic,)).fetchall()
    for head, (recorded, leaf) in zip(heads, standing, strict=True):
        if recorded != head.hash or leaf != leaf_hash(canonical(head.leaf())):
            return head.position
    return None


def _heads(connection: Connection, clinic: str) -> list[AnchoredHead]:
    with connection.cursor(row_factory=class_row(AnchoredHead)) as read:
        return read.execute(f"{_HEADS} ORDER BY position".encode(), (clinic,)).fetchall()
