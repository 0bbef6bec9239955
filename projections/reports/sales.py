"""What was sold, new and renewed, kept apart from what visits earned of it (15.5)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from projections.close.books import Books
from projections.reports.happened import Happened, happened

_KINDS = {
    "PackageSold": "new",
    "CycleDue": "renewal",
    "CycleGranted": "renewal",
    "PlanChanged": "change",
    "ContractModified": "change",
    "CycleLapsed": "undone",
    "SaleVoided": "undone",
    "CreditNoted": "undone",
}
_KEY = ("program", "offer", "location", "provider", "channel", "kind")
# Of a contract, or of a visit that no contract pays for; interest is no revenue from customers.
_EARNED = """
SELECT subscription IS NOT NULL, CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account BETWEEN '4000' AND '4999' AND account <> '4800' AND posting_date BETWEEN ? AND ?
GROUP BY 1
"""


def sales(conninfo: str, books: Books, first: date, last: date) -> dict[str, Any]:
    """What was sold from `first` through `last`, and what was earned in that time.

    {from, through, rows:[{program, offer, location, provider, channel, kind, count, price,
    tax}], total:{count, price, tax}, revenue:{programs, visits}, owed_at_visits}. `kind` is
    "new", "renewal" (cycles after the first: one that nobody is bound to once it is paid, one
    within the commitment when it falls due), "change" (plan changes and modifications) or
    "undone" (voids, credit notes and lapsed sales, negative). Revenue of `programs` is that of
    contracts, of `visits` what store credit paid; `owed_at_visits` is charged elsewhere.
    """
    events = happened(conninfo, books, (*_KINDS, "VisitRecorded"), last)
    rows: dict[tuple[str | None, ...], list[int]] = {}
    for posted_on, key, amounts in _sold(events):
        if first <= posted_on:
            row = rows.setdefault(key, [0, 0, 0])
            row[:] = [one + more for one, more in zip(row, amounts, strict=True)]
    earned: dict[bool, int] = dict(books.rows(_EARNED, (first, last)))
    return {
        "from": first.isoformat(),
        "through": last.isoformat(),
        "rows": [_row(key, rows[key]) for key in sorted(rows, key=_order)],
        "total": _amounts(
            [sum(column) for column in zip(*rows.values(), strict=True)] or [0, 0, 0]
        ),
        "revenue": {"programs": earned.get(True, 0), "visits": earned.get(False, 0)},
        "owed_at_visits": sum(_owed(event) for event in events if first <= event.posted_on),
    }


@dataclass(slots=True)
class _Asked:
    """What a cycle, or a sale as the first, asks for; a renewal is `sold` once somebody owes it."""

    price: int
    tax: int
    sale: Mapping[str, str | None]
    sold: bool = False


def _sold(
    events: Iterable[Happened],
) -> Iterator[tuple[date, tuple[str | None, ...], tuple[int, int, int]]]:
    """When, under which key, how many sales at what price and tax; what is undone is negative."""
    asked: dict[tuple[str, int], _Asked] = {}
    channels: dict[str, str | None] = {}
    for event in events:
        body, kind = event.body, _KINDS.get(event.type)
        if event.type == "PackageSold":
            channels[event.key] = body.get("channel")
            price = body["price"] + body.get("setup_fee", 0)
            asked[event.key, 1] = _Asked(price, body["tax"], body["sale"], bool(body["lines"]))
        elif event.type == "CycleDue":
            cycle = _Asked(body["price"], body["tax"], body["sale"])
            asked[event.key, body["cycle"]] = cycle
        amounts = _amounts_of(event, asked)
        if kind and any(amounts):
            of = asked.get((event.key, body.get("cycle", 0)))
            sale = of.sale if of is not None and kind == "renewal" else body["sale"]
            yield event.posted_on, _key(sale, channels.get(event.key), kind), amounts


def _amounts_of(event: Happened, asked: Mapping[tuple[str, int], _Asked]) -> tuple[int, int, int]:
    body = event.body
    match event.type:
        case "PackageSold" if body["lines"]:
            of = asked[event.key, 1]
            return 1, of.price, of.tax
        case "CycleDue" | "CycleGranted":
            return _renewed(asked[event.key, body["cycle"]], body)
        case "PlanChanged":
            return 1, body["due"], 0
        case "ContractModified":
            return 1, body["price"], 0
        case "SaleVoided" | "CycleLapsed":
            of = asked[event.key, body.get("cycle", 1)]
            return (-1, -of.price, -of.tax) if of.sold else (0, 0, 0)
        case "CreditNoted":
            return 0, body["tax"] - body["amount"], -body["tax"]
    return 0, 0, 0


def _renewed(of: _Asked, body: Mapping[str, Any]) -> tuple[int, int, int]:
    """Nobody owes a cycle beyond the commitment: it is sold when it is paid in full (6.3)."""
    if of.sold or not body.get("committed", True):
        return 0, 0, 0
    of.sold = True
    return 1, of.price, of.tax


def _key(sale: Mapping[str, str | None], channel: str | None, kind: str) -> tuple[str | None, ...]:
    places = (sale.get(name) for name in ("program", "offer", "location", "provider"))
    return (*places, channel, kind)


def _order(key: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(part or "" for part in key)


def _row(key: tuple[str | None, ...], amounts: list[int]) -> dict[str, Any]:
    return {**dict(zip(_KEY, key, strict=True)), **_amounts(amounts)}


def _amounts(amounts: Iterable[int]) -> dict[str, int]:
    return dict(zip(("count", "price", "tax"), amounts, strict=True))


def _owed(event: Happened) -> int:
    """What a visit's lines leave to be charged elsewhere."""
    rows = event.body["coverage"] if event.type == "VisitRecorded" else ()
    return sum(row["patient_owes"] for row in rows)
