"""Anchors: the root over the heads of all clinics, from day to day (reliability.md 6.8).

The heads are leaves of one tree that only grows (RFC 6962). A root that was published shows
later whether the history still leads there: a cut or rewritten end cannot.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self

from psycopg.rows import class_row

from ledger.canonical import canonical
from ledger.errors import Broken
from ledger.merkle import Tree, bagged, grown, leaf_hash
from ledger.store.pool import Connection, Pool, lent, open_pool

ROLE = "ledger_anchor"
SCHEME = "rfc6962-sha256"
_SALT_BYTES = 16
_PAGE = 10_000

# One process at a time grows the tree; the number is only this lock's name.
_LOCK = "SELECT pg_advisory_xact_lock(7226374302)"
_MOVED = """
SELECT h.clinic, h.position, h.hash, h.recorded_at, coalesce(a.position, 0), a.peaks
FROM ledger.clinic_head h
LEFT JOIN LATERAL (
    SELECT position, hash, peaks FROM anchor.head
    WHERE clinic = h.clinic ORDER BY position DESC LIMIT 1
) a ON true
WHERE h.position <> coalesce(a.position, 0) OR h.hash <> a.hash
ORDER BY h.clinic
"""
_HASHES = """
SELECT hash FROM ledger.event
WHERE clinic = %s AND position > %s AND position <= %s ORDER BY position
"""
_ADD_HEAD = """
INSERT INTO anchor.head (clinic, position, hash, recorded_at, entries, peaks, salt, index)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_ANCHOR = """
SELECT number, size, root, peaks, made_at, token
FROM anchor.anchor LEFT JOIN anchor.stamp USING (number)
"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The tree as it stood at `made_at`; `token` is a time-stamp authority's answer."""

    number: int
    size: int
    root: bytes
    peaks: list[bytes]
    made_at: datetime
    token: bytes | None = None

    def statement(self) -> dict[str, Any]:
        """What is published of it; the time stamp is over the canonical form."""
        return {
            "made_at": utc_text(self.made_at),
            "number": self.number,
            "root": self.root.hex(),
            "scheme": SCHEME,
            "size": self.size,
        }


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """A clinic's head as it is in the tree; `entries` is the root over its entries' hashes."""

    clinic: str
    position: int
    hash: bytes
    recorded_at: datetime
    entries: bytes
    salt: bytes
    index: int

    def leaf(self) -> dict[str, Any]:
        """What the leaf is the hash of; the clinic as a salted digest, which nobody can guess."""
        return {
            "clinic": sha256(self.salt + self.clinic.encode()).hexdigest(),
            "entries": self.entries.hex(),
            "hash": self.hash.hex(),
            "position": self.position,
            "recorded_at": utc_text(self.recorded_at),
        }


class Anchors:
    """Makes anchors, and reads them for whoever looks over all clinics."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    def open(cls, conninfo: str) -> Self:
        """Opens connections that can do nothing but this."""
        return cls(open_pool(conninfo, ROLE, 2))

    def close(self) -> None:
        """Closes the connections."""
        self._pool.close()

    def make(self, now: datetime, *, daily: bool = False) -> Anchor | None:
        """Adds the heads that moved, and the anchor of the tree; None while there is no history.

        `daily`: none when the day, in UTC, has one. Raises Broken for a history that does not
        lead from its last anchored head to the present one: no root is made over that.
        """
        with lent(self._pool) as connection, connection.transaction():
            connection.execute(_LOCK)
            last = latest(connection)
            if daily and last and last.made_at.astimezone(UTC).date() >= now.astimezone(UTC).date():
                return None
            size, peaks = (last.size, last.peaks) if last else (0, [])
            leaves = list(_added(connection, size))
            if not last and not leaves:
                return None
            peaks = grown(peaks, size, leaves)
            number, size = (last.number if last else 0) + 1, size + len(leaves)
            made = Anchor(number, size, bagged(peaks), peaks, now)
            connection.execute(
                "INSERT INTO anchor.anchor (number, size, root, peaks, made_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                (made.number, made.size, made.root, made.peaks, made.made_at),
            )
        return made

    def latest(self) -> Anchor | None:
        """The last anchor."""
        with lent(self._pool) as connection:
            return latest(connection)

    def numbered(self, number: int) -> Anchor | None:
        """The anchor of this number."""
        with (
            lent(self._pool) as connection,
            connection.cursor(row_factory=class_row(Anchor)) as read,
        ):
            return read.execute(f"{_ANCHOR} WHERE number = %s".encode(), (number,)).fetchone()

    def stamp(self, anchor: Anchor, token: bytes) -> None:
        """Keeps the authority's answer; the first one stays."""
        with lent(self._pool) as connection:
            connection.execute(
                "INSERT INTO anchor.stamp (number, token) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (anchor.number, token),
            )

    def tree(self) -> Tree:
        """The whole tree, from its leaves."""
        with lent(self._pool) as connection:
            return tree_of(connection)


def latest(connection: Connection) -> Anchor | None:
    """The last anchor, as any role that may read them sees it."""
    with connection.cursor(row_factory=class_row(Anchor)) as read:
        return read.execute(f"{_ANCHOR} ORDER BY number DESC LIMIT 1".encode()).fetchone()


def tree_of(connection: Connection, size: int | None = None) -> Tree:
    """The tree of the first `size` leaves, by default of all."""
    rows = connection.execute(
        "SELECT hash FROM anchor.leaf WHERE index < coalesce(%s, index + 1) ORDER BY index",
        (size,),
    )
    return Tree([bytes(row[0]) for row in rows])


def utc_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond, as hashes take it."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    return naive.isoformat(timespec="microseconds") + "Z"


def _added(connection: Connection, size: int) -> Iterator[bytes]:
    """Records the heads that moved and gives the hashes of their leaves."""
    for index, row in enumerate(connection.execute(_MOVED).fetchall(), size):
        clinic, position, hash_, recorded_at, before, peaks = row
        hashes = list(_hashes(connection, clinic, before, position))
        if len(hashes) != position - before or hashes[-1:] != [hash_]:
            raise Broken(f"the history of {clinic} does not lead from its anchor to its head")
        own = grown(peaks or [], before, (leaf_hash(one) for one in hashes))
        salt = secrets.token_bytes(_SALT_BYTES)
        head = AnchoredHead(clinic, position, hash_, recorded_at, bagged(own), salt, index)
        leaf = leaf_hash(canonical(head.leaf()))
        connection.execute("INSERT INTO anchor.leaf (index, hash) VALUES (%s, %s)", (index, leaf))
        connection.execute(
            _ADD_HEAD,
            (clinic, position, hash_, recorded_at, head.entries, own, salt, index),
        )
        yield leaf


def _hashes(connection: Connection, clinic: str, after: int, until: int) -> Iterator[bytes]:
    """The hashes of a clinic's entries at positions in ``(after, until]``, page by page."""
    for start in range(after, until, _PAGE):
        page = connection.execute(_HASHES, (clinic, start, min(start + _PAGE, until)))
        yield from (bytes(row[0]) for row in page)
