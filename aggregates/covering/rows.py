"""Covering one visit line; what nobody covers is an answer, because it is billed elsewhere."""

from functools import partial
from itertools import takewhile

from aggregates.covering import credit, discounts, points, units
from aggregates.covering.bill import Bill
from aggregates.covering.holdings import Holdings
from aggregates.covering.order import candidates, is_preferred, of_units
from aggregates.service.events import ServiceDefined
from aggregates.visit.events import CoverageRow
from aggregates.visit.orders import VisitLine

#: How a draw was posted is the ledger's own business (interfaces.md 4, the coverage row).
_INWARD = frozenset(
    {"tax", "payable", "revenue", "cost", "cost_of", "interlocation", "returnable_until"}
)


def cover_line(held: Holdings, line: VisitLine, service: ServiceDefined) -> CoverageRow:
    """Covers a line in the order of draw; the draws are collected in `held`.

    Credit of a preferred contract goes before the units of others where it pays all the rest.
    """
    missed = held.order.status != "completed"
    bill = Bill(line, service, missed, line.quantity)
    found = candidates(held, of_units(line.service))
    preferred = sum(1 for _ in takewhile(partial(is_preferred, held), found))
    units.cover(held, bill, found[:preferred])
    if not credit.suffices(held, bill):
        units.cover(held, bill, found[preferred:])
    if bill.owed:
        discounts.take_off(held, bill)
        points.redeem(held, bill)
        credit.pay(held, bill)
    return bill.row()


def coverage_data(rows: tuple[CoverageRow, ...]) -> list[dict[str, object]]:
    """The rows as the interface shows them."""
    shown = []
    for row in rows:
        data = row.model_dump(mode="json", exclude_none=True)
        draws = [
            {name: value for name, value in draw.items() if name not in _INWARD}
            for draw in data["draws"]
        ]
        shown.append(data | {"draws": draws})
    return shown
