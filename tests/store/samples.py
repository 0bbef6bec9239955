"""A vocabulary of two events, so that what is tested is the store and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

from ledger.canonical import digest
from ledger.events import Event, NewEvent
from ledger.personal import PersonalText
from ledger.store.catalog import Catalog
from ledger.store.rows import CommandRow

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Sold(Event):
    units: int
    note: str | None = None


class Drawn(Event):
    visit: str
    on: date
    quantity: int


CATALOG = Catalog([("Sold", 1, Sold), ("Drawn", 2, Drawn)])


@CATALOG.lifts("Drawn", from_version=1)
def _one_unit_each(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "quantity": 1}


def sold(
    stream: str = "glow/subscription/s-1",
    units: int = 5,
    effective_on: date | None = None,
    effective_at: datetime | None = None,
) -> NewEvent:
    return NewEvent(stream, Sold(units=units), effective_on, effective_at)


def command(
    key: str, *events: NewEvent, content: object = None, personal: tuple[PersonalText, ...] = ()
) -> CommandRow:
    return CommandRow(
        id=key,
        name="sell_package",
        request_hash=digest(content or key),
        data={"order": key},
        actor="ana",
        role="front_desk",
        effective_at=NOON,
        effective_on=NOON.date(),
        events=events,
        meta={"request_id": f"r-{key}"},
        personal=personal,
    )
