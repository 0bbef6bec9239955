"""Visits and payments from files, each as it happened."""

from collections.abc import Iterator, Sequence
from typing import Any

from consumers.importing import cells
from consumers.importing.balances import TENDERS
from consumers.importing.kinds import Column, Entry, Kind, Step, Terms

_STATUS = ("completed", "no_show", "late_cancel")


def _visit(entries: Sequence[Entry], _: Terms) -> Iterator[Step]:
    first = entries[0]
    data = first.picked("visit", "patient", "booking", "location", "provider")
    data["status"] = first.cells.get("status", "completed")
    if "prefer" in first.cells:
        data["prefer"] = first.cells["prefer"]
    data["lines"] = [_line(entry, number) for number, entry in enumerate(entries, start=1)]
    rows = tuple(entry.row for entry in entries)
    yield Step("record_visit", first.cells["at"], data, rows)


def _line(entry: Entry, number: int) -> dict[str, Any]:
    line = entry.picked("service", "quantity", "list_price", "tax")
    return {"line": f"{number}", **line}


def _payment(entries: Sequence[Entry], _: Terms) -> Iterator[Step]:
    [entry] = entries
    names = ("payment", "subscription", "amount", "tender", "currency", "tax", "charge")
    data = entry.picked(*names, "processor", "fee")
    yield Step("record_payment", entry.cells["at"], data, (entry.row,))


VISITS = Kind(
    name="visits",
    about="Visits; a further row below for each further service of a visit.",
    columns=(
        Column("visit", "id of the visit, your own", cells.key, "v-2001", needed=True),
        Column("patient", "the patient's id, never a name", cells.key, "p-17", needed=True),
        Column("at", "day, or day and time of the clinic", cells.moment, "2026-01-08 14:30", True),
        Column("service", "code of the service", cells.key, "drip", needed=True),
        Column("quantity", "1 if empty", cells.quantity, "1"),
        Column("status", "completed (if empty), no_show or late_cancel", cells.one_of(*_STATUS)),
        Column("list_price", "price of a unit that day, if not the list price", cells.money),
        Column("tax", "tax on the line", cells.money),
        Column("location", "where", cells.key),
        Column("provider", "by whom: an id", cells.key),
        Column("booking", "id of the booking it was held for", cells.key),
        Column("prefer", "contracts to draw from first", cells.keys),
    ),
    key=("visit",),
    together="patient",
    each=("service", "quantity", "list_price", "tax"),
    steps=_visit,
)
PAYMENTS = Kind(
    name="payments",
    about="Payments for contracts that the ledger knows.",
    columns=(
        Column("payment", "id of the payment, your own", cells.key, "pay-3001", needed=True),
        Column("subscription", "id of the contract", cells.key, "s-1001", needed=True),
        Column("amount", "amount with tax", cells.money, "500.00", needed=True),
        Column("tender", f"how: {', '.join(TENDERS)}", cells.one_of(*TENDERS), "card", needed=True),
        Column("at", "day, or day and time of the clinic", cells.moment, "2026-01-08", needed=True),
        Column("currency", "the clinic's, as a check", cells.text),
        Column("tax", "tax in it, if not in proportion", cells.money),
        Column("charge", "the processor's id of the charge", cells.key),
        Column("processor", "which processor", cells.text),
        Column("fee", "the processor's fee", cells.money),
    ),
    key=("payment",),
    together="subscription",
    steps=_payment,
)
