"""Revenue less what the visits that earned it cost, matched on the same visit (15.5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.service.costs import cost_kind
from ledger.ratios import rounded
from projections.close.books import Books
from projections.reports.fields import DIMENSIONS
from projections.reports.happened import Happened, happened

AMOUNTS = ("revenue", "service_cost", "supply_cost", "margin")
Place = tuple[str | None, ...]
#: Lots that count units; of the others a draw counts money.
_COUNTED = frozenset({"packages", "memberships"})
# Revenue from customers; refunds, disputes and voids lower it, interest is none.
_REVENUE = """
SELECT program, offer, location, provider, CAST(sum(credit - debit) AS BIGINT)
FROM views.journal_line
WHERE account BETWEEN '4000' AND '4999' AND account <> '4800' AND posting_date BETWEEN ? AND ?
GROUP BY program, offer, location, provider
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit of a service costs from a day on; `supply` is lab work and supplies."""

    since: date
    amount: int
    supply: bool


@dataclass(slots=True)
class Result:
    """What one place earned and spent."""

    revenue: int = 0
    service_cost: Fraction = Fraction(0)
    supply_cost: Fraction = Fraction(0)


def profitability(conninfo: str, books: Books, first: date, last: date) -> list[dict[str, Any]]:
    """Revenue, costs and margin by program, offer, location and provider (interfaces.md 6).

    Postings from `first` through `last`. A draw costs its quantity × the service's `cost` on the
    day of the visit; where credit pays a part of a visit line, that part of its cost. Missed
    visits cost nothing; a reversed draw takes its cost back. Revenue sums to the accounts
    4000-4920 less interest.
    """
    found: dict[Place, Result] = {}
    for *place, revenue in books.rows(_REVENUE, (first, last)):
        found.setdefault(tuple(place), Result()).revenue = revenue
    events = happened(
        conninfo, books, ("ServiceDefined", "VisitRecorded", "UnitsDrawn", "DrawReversed"), last
    )
    costs, parts = _costs(events), _parts_paid_by_money(events)
    for event in events:
        if event.type in ("UnitsDrawn", "DrawReversed") and first <= event.posted_on:
            _spend(found, event, costs, parts)
    rows = [_row(place, found[place]) for place in sorted(found, key=_order)]
    return [row for row in rows if row["revenue"] or row["service_cost"] or row["supply_cost"]]


def by_dimensions(rows: Iterable[Mapping[str, Any]], by: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of `profitability` added up by some of the `DIMENSIONS`; the others are null."""
    totals: dict[Place, dict[str, int]] = {}
    for row in rows:
        key = tuple(row[name] if name in by else None for name in DIMENSIONS)
        known = totals.setdefault(key, dict.fromkeys(AMOUNTS, 0))
        for name in AMOUNTS:
            known[name] += row[name]
    return [
        {**dict(zip(DIMENSIONS, place, strict=True)), **totals[place]}
        for place in sorted(totals, key=_order)
    ]


def _costs(events: Iterable[Happened]) -> dict[str, list[Cost]]:
    """The costs of each service in the order in which they were defined.

    What an agent owes the principal is not in revenue (accounting.md 3.6), so it is no cost.
    """
    costs: dict[str, list[Cost]] = {}
    for event in events:
        if event.type == "ServiceDefined":
            body = event.body
            kind = cost_kind(body.get("category"), product=bool(body.get("product")))
            amount = (body.get("cost") or 0) if body.get("principal", True) else 0
            cost = Cost(event.effective_on, amount, kind != "service")
            costs.setdefault(body["service"], []).append(cost)
    return costs


def _parts_paid_by_money(events: Iterable[Happened]) -> dict[tuple[str, str], Fraction]:
    """By visit and line: how much of its quantity one minor unit of value drawn pays for.

    Only of lines that lots counting money pay; what the patient owes is charged elsewhere.
    """
    units: dict[tuple[str, str], Fraction] = {}
    money: dict[tuple[str, str], int] = {}
    for body in (event.body for event in events if event.type == "UnitsDrawn"):
        line = (body["visit"], body["visit_line"])
        if body["liability"] in _COUNTED:
            units[line] = units.get(line, Fraction(0)) + Fraction(body["quantity"])
        else:
            money[line] = money.get(line, 0) + body["amount"]
    parts: dict[tuple[str, str], Fraction] = {}
    for event in events:
        for row in event.body["coverage"] if event.type == "VisitRecorded" else ():
            line = (event.body["visit"], row["line"])
            if money.get(line):
                rest = Fraction(row["quantity"]) - units.get(line, Fraction(0))
                paid = Fraction(row["credit"], row["credit"] + row["patient_owes"] or 1)
                parts[line] = rest * paid / money[line]
    return parts


def _spend(
    found: dict[Place, Result],
    event: Happened,
    costs: Mapping[str, Sequence[Cost]],
    parts: Mapping[tuple[str, str], Fraction],
) -> None:
    body = event.body
    known = [cost for cost in costs.get(body["service"], ()) if cost.since <= event.effective_on]
    if body["status"] != "completed" or not known:
        return
    spent = known[-1].amount * _quantity(body, parts)
    if event.type == "DrawReversed":
        spent = -spent
    sale = body["sale"]
    place = (sale.get("program"), sale["offer"], body.get("location"), body.get("provider"))
    result = found.setdefault(place, Result())
    if known[-1].supply:
        result.supply_cost += spent
    else:
        result.service_cost += spent


def _quantity(body: Mapping[str, Any], parts: Mapping[tuple[str, str], Fraction]) -> Fraction:
    """How much of the visit line a draw pays for."""
    if body["liability"] in _COUNTED:
        return Fraction(body["quantity"])
    return int(body["amount"]) * parts.get((body["visit"], body["visit_line"]), Fraction(0))


def _order(place: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(part or "" for part in place)


def _row(place: Place, result: Result) -> dict[str, Any]:
    service, supply = rounded(result.service_cost), rounded(result.supply_cost)
    return {
        **dict(zip(DIMENSIONS, place, strict=True)),
        "revenue": result.revenue,
        "service_cost": service,
        "supply_cost": supply,
        "margin": result.revenue - service - supply,
    }
