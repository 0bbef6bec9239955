"""The catch-up loop of every projection: batch, lock the mark, look again, apply, move.

Live feed, rebuild and tests run through the same few lines
(architecture.md 1.4; style.md 6.1, facts 11 to 15).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from ledger.errors import Broken
from ledger.events import Recorded
from ledger.store.marks import Marks, lock_all, move_all
from ledger.store.pool import Connection, clinic_transaction, lent
from ledger.store.recorder import read_page
from ledger.store.rows import Row
from ledger.store.store import EventStore

Found = TypeVar("Found")
BATCH = 1000
"""Events of a clinic in a transaction: of a read model that is behind, a contract's row is written
once for all that happened to it in a batch."""


class Projection(Protocol):
    """A read model: both methods run inside a transaction that sees one clinic only.

    One that reads few of the events has a method ``wants(row) -> bool`` beside them, which says
    whether `apply` reads the event: what no read model wants is not even decoded.
    """

    @property
    def name(self) -> str:
        """The name of its marks; never changed once deployed."""

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        """Writes what the events change: each comes once, in order.

        Left out are events it does not want; it may be given some of them all the same.
        """

    def reset(self, connection: Connection, clinic: str) -> None:
        """Removes all rows of the clinic."""


class Feed:
    """Feeds one projection, exactly once per event; any number of feeds may run at a time.

    `store` is one opened with the role ``ledger_projector``.
    """

    def __init__(self, store: EventStore, projection: Projection) -> None:
        self.store = store
        self.projection = projection
        self.marks = Marks(store.pool, projection.name)
        self.wants: Callable[[Row], bool] = getattr(projection, "wants", _wants_all)

    def catch_up(self, clinic: str, until: int | None = None) -> int:
        """Applies what is recorded, up to the position `until`; returns how many events.

        Raises Broken when a position is missing or an event cannot be read.
        """
        total = 0
        while True:
            with self._locked(clinic) as (connection, mark):
                rows = _page(connection, clinic, mark, until)
                if rows:
                    self.projection.apply(connection, clinic, _wanted([self], rows))
                    self.marks.move(connection, clinic, rows[-1].position)
            total += len(rows)
            if len(rows) < BATCH:
                return total

    def rebuild(self, clinic: str | None = None) -> int:
        """Empties the read model of one clinic, or of all, and applies its whole history."""
        clinics = [head.clinic for head in self.store.clinics()] if clinic is None else [clinic]
        for name in clinics:
            with self._locked(name) as (connection, _):
                self.projection.reset(connection, name)
                self.marks.move(connection, name, 0)
        return sum(self.catch_up(name) for name in clinics)

    def compared(self, clinic: str, look: Callable[[Connection], Found]) -> tuple[Found, Found]:
        """What `look` finds in the read model as it is, and as its events make it; they are applied
        again in a transaction that is taken back, while other feeds of it wait.
        """
        with self._locked(clinic) as (connection, mark):
            kept = look(connection)
            with connection.transaction(force_rollback=True):
                self.projection.reset(connection, clinic)
                for start in range(0, mark, BATCH):
                    rows = _page(connection, clinic, start, mark)
                    self.projection.apply(connection, clinic, _wanted([self], rows))
                return kept, look(connection)

    def lag(self) -> dict[str, int]:
        """Events yet to apply, for each clinic that has any."""
        return self.marks.lag()

    @contextmanager
    def _locked(self, clinic: str) -> Iterator[tuple[Connection, int]]:
        with lent(self.store.pool) as connection, clinic_transaction(connection, clinic):
            yield connection, self.marks.lock(connection, clinic)


def catch_up_together(feeds: Sequence[Feed], clinic: str) -> int:
    """Applies the next batch to several read models, read and decoded once, in one transaction.

    Each is given what lies beyond its own mark; returns how many events the batch had. The
    feeds are of one store; what a projection raises undoes the batch for all of them. Raises
    Broken when a position is missing or an event cannot be read.
    """
    names = [feed.projection.name for feed in feeds]
    with lent(feeds[0].store.pool) as connection, clinic_transaction(connection, clinic):
        marks = lock_all(connection, clinic, names)
        start = min(marks.values())
        rows = _page(connection, clinic, start, None)
        events = _wanted(feeds, rows)
        for feed in feeds:
            mark = marks[feed.projection.name]
            if fresh := [event for event in events if event.position > mark]:
                feed.projection.apply(connection, clinic, fresh)
        if rows:
            move_all(connection, clinic, names, rows[-1].position)
    return len(rows)


def _page(connection: Connection, clinic: str, mark: int, until: int | None) -> list[Row]:
    rows = read_page(connection, clinic, mark, until, BATCH)
    if [row.position for row in rows] != list(range(mark + 1, mark + 1 + len(rows))):
        raise Broken(f"{clinic} has a gap after position {mark}")
    return rows


def _wanted(feeds: Sequence[Feed], rows: Sequence[Row]) -> list[Recorded]:
    """The events that one of the feeds wants; raises Broken for any the catalog does not hold."""
    store = feeds[0].store
    wanting = [feed.wants for feed in feeds]
    events = []
    for row in rows:
        if any(wants(row) for wants in wanting):
            events.append(store.decode(row))
        else:
            store.catalog.require(row.type, row.schema_version)
    return events


def _wants_all(_: Row) -> bool:
    return True
