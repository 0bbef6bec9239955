"""Visits whose units a refund had given back already (accounting.md 12.1, 13)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from ledger.books.placing import place
from ledger.calendar import Period
from ledger.codes import Code
from ledger.ratios import rounded
from projections.close.books import Books
from projections.close.sessions import session
from projections.reports.happened import Happened, happened

# The text of a body is canonical, so that a reason can be found without parsing it.
_CANCELLED = f"""
SELECT position, effective_on, body::jsonb FROM ledger.event
WHERE clinic = %s AND position > %s AND position <= %s AND type = 'VisitRecorded'
  AND effective_on <= %s AND strpos(body, '"reason":"{Code.CANCELLED}"') > 0
ORDER BY position
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Units of a line that a refund took, for which services and people they were, and what
    had been paid for them.
    """

    refund: Happened
    people: frozenset[str]
    services: frozenset[str]
    units: Fraction
    paid: int

    def was_for(self, position: int, on: date, patient: str, service: str) -> bool:
        """Whether a visit recorded later, of that day or before it, would have used them."""
        later = self.refund.position < position and on <= self.refund.effective_on
        return later and patient in self.people and service in self.services


def over_refunds(
    conninfo: str, books: Books, period: Period, through: date
) -> list[dict[str, Any]]:
    """Rows of the late-event report for visits of `period`, or posted in it, by the end of the
    day `through`, that took place before a refund of what they would have used.

    `amount` is what had been paid for it, in minor units, and `over_refund` the refund. Nothing
    is posted: what is done about it is a person's decision.
    """
    closes = [sealed.close for sealed in books.closes]
    seen = max((close.cut for close in closes if close.period < period), default=0)
    given = (books.clinic, seen, books.cut, through)
    with session(conninfo, books.clinic) as connection:
        visits = connection.execute(_CANCELLED, given).fetchall()
    given_back = list(_given_back(conninfo, books)) if visits else []
    rows = []
    for position, on, visit in visits:
        placed = place(on, position, closes, books.calendar)
        told = {
            "position": position,
            "type": "VisitRecorded",
            "service_date": on.isoformat(),
            "prior_period_of": placed.prior_period_of,
            "posting_date": placed.posting_date.isoformat(),
        }
        if placed.period == str(period):
            rows += [told | found for found in _of_visit(position, on, visit, given_back)]
    return rows


def _of_visit(
    position: int, on: date, visit: dict[str, Any], given_back: Sequence[GivenBack]
) -> Iterator[dict[str, Any]]:
    for row in visit["coverage"]:
        short = Fraction(row["quantity"]) - Fraction(row["covered"])
        for one in given_back if row.get("reason") == Code.CANCELLED else ():
            if short > 0 and one.was_for(position, on, visit["patient"], row["service"]):
                taken = min(short, one.units)
                short -= taken
                amount = rounded(one.paid * taken / one.units)
                yield {"amount": amount, "over_refund": one.refund.body["refund"]}


def _given_back(conninfo: str, books: Books) -> Iterator[GivenBack]:
    told = happened(conninfo, books, ("PackageSold", "Refunded"), date.max)
    sales = {event.key: event.body for event in told if event.type == "PackageSold"}
    for event in told:
        if event.type == "Refunded":
            yield from _of_refund(event, sales[event.key])


def _of_refund(refund: Happened, sale: dict[str, Any]) -> Iterable[GivenBack]:
    people = frozenset([sale["patient"], *sale.get("members", ())])
    services = {
        line["line"]: frozenset(term["service"] for term in line["services"])
        for line in sale["lines"]
    }
    for lot in refund.body.get("lots", ()):
        units = Fraction(0) if lot.get("time") else Fraction(lot["quantity"])
        if units > 0:
            known = services.get(lot["line"], frozenset())
            yield GivenBack(refund, people, known, units, lot["freed"])
