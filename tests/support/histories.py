"""Whole histories with their closes, stored once and never edited; and how one is written.

    python -m tests.support.histories NAME

decides a history with the rules of the day and stores it in ``tests/golden/histories``; a file
that is there stays as it is. Each line is an event as it was recorded, the closes among them.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import orjson

from aggregates.payout.events import PayoutRecorded
from aggregates.period.events import PeriodReopened
from ledger.calendar import Period
from ledger.store.catalog import Catalog
from ledger.store.rows import Row
from projections.close.figures import figures
from tests.books.clinic import Clinic, open_clinic
from tests.books.stories import NOBODY, Happened
from tests.support.lives import CLUB, CREDIT, GIFT, PACK, Life
from tests.support.servers import (
    fresh_database,
    make_folder,
    make_template,
    remove_folder,
    shared_postgres,
)

FOLDER = Path(__file__).parent.parent / "golden" / "histories"
JANUARY, FEBRUARY, MARCH = (Period(2026, month) for month in (1, 2, 3))

Steps = tuple[tuple[Any, ...], ...]
_VISIT = ("visit", "massage", "completed", 0, 0, 0)
_IN_JANUARY: Steps = (
    _VISIT,
    ("days", 3),
    ("visit", "sauna", "completed", 0, 7, 0),
    ("visit", "massage", "no_show", 333, 0, 0),
    ("goodwill", PACK),
    ("transfer", "1"),
    _VISIT,
    ("reverse", 1),
    ("days", 8),
    ("extend", CREDIT, 100, 500),
    ("pay", CLUB, 1500, "cash", 0),
    ("days", 13),
)
_IN_FEBRUARY: Steps = (
    ("visit", "massage", "completed", 0, 0, 9),
    ("settle", CLUB, 0),
    ("dispute", 5000, "lost"),
    ("modify", PACK, 3000, "1", "catch_up"),
    _VISIT,
    ("pause", CLUB, 2, 6, "stop_clock"),
    ("days", 12),
    ("note", PACK, 700),
    ("write_off", PACK, 900),
    ("settle", PACK, 0),
    ("refund", CREDIT, "store_credit", 0),
    ("win_late", 0),
    ("days", 11),
)
_IN_MARCH: Steps = (
    ("visit", "massage", "completed", 333, 0, 9),
    ("visit", "sauna", "completed", 0, 0, 9),
    ("plan", "gold", "days", "now"),
    ("settle", CLUB, 0),
    ("refund", PACK, "original", 777),
    ("days", 9),
    ("reverse", 2),
    ("days", 12),
    ("cancel", CLUB, "period_end"),
    ("days", 12),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as a line of a file has it."""

    on: date
    stream: str
    type: str
    schema_version: int
    body: str

    @classmethod
    def of(cls, row: Row) -> Self:
        """The line of a recorded event."""
        return cls(row.effective_on, row.stream, row.type, row.schema_version, row.body)

    def happened(self, catalog: Catalog) -> Happened:
        """The event as today's code reads it."""
        event = catalog.decode(self.type, self.schema_version, self.body.encode())
        return Happened(self.on, event, self.stream)


def stored(file: Path) -> Iterator[Stored]:
    """The events of a file, in the order of recording."""
    for line in file.read_bytes().splitlines():
        fields = orjson.loads(line)
        yield Stored(**(fields | {"on": date.fromisoformat(fields["on"])}))


def tell(clinic: Clinic) -> None:
    """January is closed, February twice, March once; each time something comes late."""
    life = Life({"draw_before_payment": True}, paid=True)
    told = 0

    def happens(*steps: tuple[Any, ...]) -> int:
        nonlocal told
        for step in steps:
            life.take(step)
        events = life.happened()
        head = clinic.record(events[told:])
        told = len(events)
        return head

    def close(period: Period, cut: int, version: int = 1) -> None:
        clinic.close(period, cut, figures(clinic.url, "glow", period, cut), version)

    cut = happens(*_IN_JANUARY)
    happens(*_IN_FEBRUARY[:2])
    close(JANUARY, cut)
    happens(*_IN_FEBRUARY[2:])
    clinic.record([_payout(date(2026, 2, 27))])
    close(FEBRUARY, happens(*_IN_MARCH[:1]))
    clinic.record([_reopening(FEBRUARY)])
    close(FEBRUARY, happens(*_IN_MARCH[1:4]), version=2)
    close(MARCH, happens(*_IN_MARCH[4:], ("settle", GIFT, 0)))


def _payout(on: date) -> Happened:
    event = PayoutRecorded(payout="po-1", amount=9000, fees=100, payments=(), unmatched=0)
    return Happened(on, event, "glow/payout/po-1")


def _reopening(period: Period) -> Happened:
    event = PeriodReopened(period=str(period), version=1, approvers=("bo", "cy"), reason=NOBODY)
    return Happened(period.next().first, event, f"glow/period/{period}")


def write(name: str) -> None:
    """Stores a history; raises FileExistsError when there is one of that name."""
    folder = make_folder()
    try:
        url = shared_postgres(folder, durable=False)
        make_template(url, folder)
        with fresh_database(url) as database, open_clinic(database) as clinic:
            tell(clinic)
            rows = [Stored.of(row) for row in clinic.api.read_rows("glow", 0)]
        with (FOLDER / f"{name}.jsonl").open("xb") as file:
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)
    finally:
        remove_folder(folder)


if __name__ == "__main__":
    write(sys.argv[1])
