"""A long history of one clinic: a patient's story, decided by commands, told of many patients."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from statistics import median
from time import perf_counter

from consumers.bootstrap import Ledger, catalog, running
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
LATER = datetime(2028, 6, 1, tzinfo=UTC)
"""The clock's time when stories of many months are told."""
PATIENTS = 40
"""In one append."""
WINDOW = 5_000
"""Events before a size over which the cost of appending at that size is taken."""


@dataclass(slots=True)
class History:
    """The clinic `LONG` of a database of its own, which grows on demand.

    `stories` are told one after the other, each for `each` events and the last one for ever.
    `costs` tells, per size reached, what appending one event cost just before, in seconds.
    """

    place: Place
    database: str
    stories: list[list[Row]]
    each: int
    patients: int
    costs: dict[int, float]

    def grow(self, events: int, told: Callable[[int], None]) -> int:
        """Appends patient after patient until there are so many events, and returns the head.

        `told` hears how far it is.
        """
        spent: list[tuple[int, float]] = []
        with EventStore.open(self.database, catalog()) as store:
            head = store.head(LONG)
            position = head.position if head else 0
            while position < events:
                story = self.stories[min(position // self.each, len(self.stories) - 1)]
                count, seconds = self._append(store, story)
                position += count
                if position > events - WINDOW:
                    spent.append((count, seconds))
                told(position)
        if spent:
            self.costs[events] = median(seconds / count for count, seconds in spent)
        return position

    def _append(self, store: EventStore, story: list[Row]) -> tuple[int, float]:
        first, self.patients = self.patients, self.patients + PATIENTS
        told = [item for number in range(first, self.patients) for item in _copy(story, number)]
        commands = [command for command, _ in told]
        events = [
            replace(event, command=number)
            for number, (_, events) in enumerate(told, start=1)
            for event in events
        ]
        start = perf_counter()
        append(store.pool, LONG, commands, events, {}, now=None)
        return len(events), perf_counter() - start


def made(place: Place, name: str = "history", each: int = sys.maxsize, months: int = 1) -> History:
    """The clinic set up, with nothing sold yet; a story begins in each of so many months."""
    database = place.create(name)
    with running(place.settings(database, LATER if months > 1 else None)) as ledger:
        for clinic in (MODEL, LONG):
            clinics.record(ledger.commands, clinic, clinics.setup(clinic), 1)
        stories = [_told(ledger, month) for month in range(months)]
    return History(place, database, stories, each, 1, {})


def _told(ledger: Ledger, month: int) -> list[Row]:
    head = ledger.store.head(MODEL)
    patient = _name(month)
    visits = [clinics.visit(MODEL, patient, n, month) for n in range(clinics.VISITS_EACH)]
    clinics.record(ledger.commands, MODEL, [clinics.sale(MODEL, patient, month), *visits], 1)
    return ledger.store.read_rows(MODEL, head.position if head else 0)


def _name(number: int) -> str:
    """What is in every id of a patient; of one length, so that it can be replaced."""
    return f"n{number:07}"


def _copy(story: list[Row], number: int) -> Iterator[tuple[CommandRow, list[EncodedEvent]]]:
    mark, name = story[0].stream.rsplit("-", 1)[1], _name(number)
    for key, rows in groupby(story, key=lambda row: row.command):
        events = [_copied(row, mark, name) for row in rows]
        first = events[0]
        yield _command(key.replace(mark, name), first.effective_at, first), events


def _copied(row: Row, mark: str, name: str) -> EncodedEvent:
    return EncodedEvent(
        command=0,
        stream=row.stream.replace(MODEL, LONG, 1).replace(mark, name),
        version=row.version,
        type=row.type,
        schema_version=row.schema_version,
        effective_at=row.effective_at,
        effective_on=row.effective_on,
        body=row.body.replace(mark, name),
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
