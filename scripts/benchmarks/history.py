"""A long history of one clinic: one patient's story, decided by commands, told of many patients."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from statistics import median
from time import perf_counter

from consumers.bootstrap import catalog, running
from ledger.canonical import digest
from ledger.store.appending import EncodedEvent, append
from ledger.store.rows import CommandRow, Row
from ledger.store.store import EventStore
from scripts.benchmarks import clinic as clinics
from scripts.benchmarks.place import Place

LONG = "long"
"""The clinic with the history."""
MODEL = "model"
"""The clinic whose one patient is copied."""
MARK = "n0000000"
"""In every id of the model's patient; the same length as the number that replaces it."""
PATIENTS = 40
"""In one append."""
WINDOW = 5_000
"""Events before a size over which the cost of appending at that size is taken."""


@dataclass(slots=True)
class History:
    """The clinic `LONG` of a database of its own, which grows on demand.

    `costs` tells, per size reached, what appending one event cost just before, in seconds.
    """

    place: Place
    database: str
    story: list[Row]
    patients: int
    costs: dict[int, float]

    def grow(self, events: int, told: Callable[[int], None]) -> None:
        """Appends patient after patient until there are so many events; `told` hears how far."""
        spent: list[tuple[int, float]] = []
        with EventStore.open(self.database, catalog()) as store:
            head = store.head(LONG)
            position = head.position if head else 0
            while position < events:
                count, seconds = self._append(store)
                position += count
                if position > events - WINDOW:
                    spent.append((count, seconds))
                told(position)
        if spent:
            self.costs[events] = median(seconds / count for count, seconds in spent)

    def _append(self, store: EventStore) -> tuple[int, float]:
        first, self.patients = self.patients, self.patients + PATIENTS
        told = [item for number in range(first, self.patients) for item in self._copy(number)]
        commands = [command for command, _ in told]
        events = [
            replace(event, command=number)
            for number, (_, events) in enumerate(told, start=1)
            for event in events
        ]
        start = perf_counter()
        append(store.pool, LONG, commands, events, {}, now=None)
        return len(events), perf_counter() - start

    def _copy(self, number: int) -> Iterator[tuple[CommandRow, list[EncodedEvent]]]:
        name = f"n{number:07}"
        for key, rows in groupby(self.story, key=lambda row: row.command):
            events = [_copied(row, name) for row in rows]
            first = events[0]
            yield _command(key.replace(MARK, name), first.effective_at, first), events


def made(place: Place) -> History:
    """The clinic set up, with nothing sold yet."""
    database = place.create("history")
    with running(place.settings(database)) as ledger:
        for name in (MODEL, LONG):
            clinics.record(ledger.commands, name, clinics.setup(name), 1)
        start = len(ledger.store.read_rows(MODEL, 0))
        visits = (clinics.visit(MODEL, MARK, n) for n in range(clinics.VISITS_EACH))
        clinics.record(ledger.commands, MODEL, [clinics.sale(MODEL, MARK), *visits], 1)
        story = ledger.store.read_rows(MODEL, start)
    return History(place, database, story, 1, {})


def _copied(row: Row, name: str) -> EncodedEvent:
    return EncodedEvent(
        command=0,
        stream=row.stream.replace(MODEL, LONG, 1).replace(MARK, name),
        version=row.version,
        type=row.type,
        schema_version=row.schema_version,
        effective_at=row.effective_at,
        effective_on=row.effective_on,
        body=row.body.replace(MARK, name),
    )


def _command(key: str, at: datetime, event: EncodedEvent) -> CommandRow:
    return CommandRow(
        id=key,
        name="record_visit" if event.type == "VisitRecorded" else "sell_package",
        request_hash=digest(key),
        data={},
        actor="bench",
        role="clinic_admin",
        effective_at=at,
        effective_on=event.effective_on,
        events=(),
    )
