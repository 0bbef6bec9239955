"""What reports read of the events themselves, beside the books: who bought, what a visit used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pyarrow as pa

from ledger.books.placing import Close, place
from ledger.ids import key_of
from projections.close.books import Books
from projections.close.reading import reader


@dataclass(frozen=True, slots=True)
class Happened:
    """A recorded event; `key` names its stream, `posted_on` is its posting date (14.2)."""

    position: int
    type: str
    key: str
    effective_on: date
    posted_on: date
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Party:
    """Who bought a contract, who pays for it, when, and through which channel."""

    patient: str
    payer: str
    sold_on: date
    channel: str | None = None


def happened(conninfo: str, books: Books, types: Iterable[str], last: date) -> list[Happened]:
    """The events of these types that the books know and that are posted by the end of a day.

    In the order of recording; read as `ledger_api` under row security.
    """
    closes = [sealed.close for sealed in books.closes]
    with reader(conninfo, books.clinic) as events:
        read = [
            event
            for table in events.tables(0, books.cut, types)
            for event in _read(_as_restated(table, books), closes)
            if event.posted_on <= last
        ]
    return sorted(read, key=lambda event: event.position)


def _as_restated(table: pa.Table, books: Books) -> list[dict[str, Any]]:
    """The rows, with the bodies that the books know instead."""
    rows: list[dict[str, Any]] = table.to_pylist()
    events = {} if books.restated is None else books.restated.events
    for row in rows:
        if row["position"] in events:
            row["body"] = events[row["position"]].model_dump_json(exclude_none=True)
    return rows


def _read(rows: Iterable[dict[str, Any]], closes: list[Close]) -> Iterator[Happened]:
    for row in rows:
        on, position = row["effective_on"], row["position"]
        yield Happened(
            position=position,
            type=row["type"],
            key=key_of(row["stream"]),
            effective_on=on,
            posted_on=place(on, position, closes).posting_date,
            body=orjson.loads(row["body"]),
        )


def parties(conninfo: str, books: Books) -> dict[str, Party]:
    """Who bought each contract the books know, by subscription."""
    sales = happened(conninfo, books, ("PackageSold",), date.max)
    return {
        sale.key: Party(
            sale.body["patient"],
            sale.body.get("payer") or sale.body["patient"],
            date.fromisoformat(sale.body["sold_on"]),
            sale.body.get("channel"),
        )
        for sale in sales
    }
