"""Units, pools and unlimited lines cover what they can (interfaces.md 4, "Using")."""

from collections.abc import Iterable
from decimal import Decimal

from aggregates.covering.bill import Bill
from aggregates.covering.costs import unit_cost
from aggregates.covering.drawing import Earned, affordable, draw, draw_kinds
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.subscription.state import sale_of
from ledger.codes import Code


def cover(held: Holdings, bill: Bill, candidates: Iterable[Candidate]) -> None:
    """Draws from the candidates in turn until nothing is needed any more."""
    for candidate in candidates:
        if not bill.need:
            return
        if bill.missed and not sale_of(held.contract(candidate)).no_show_consumes:
            bill.spared = True
            continue
        if not bill.open_to(held, candidate):
            continue
        quantity, short = affordable(held, candidate, bill.line.service, bill.need)
        if quantity > 0:
            short = _drawn(held, bill, candidate, quantity) or short
        if short is not None:
            bill.reasons.append(short)


def _drawn(held: Holdings, bill: Bill, candidate: Candidate, quantity: Decimal) -> Code | None:
    def earns(amount: int) -> Earned:
        sold, term = sale_of(held.contract(candidate)), held.lot(candidate).term(bill.line.service)
        return draw_kinds(sold, term, held.order.status, quantity, amount)

    cost = unit_cost(held, candidate, bill, quantity)
    drawn = draw(held, candidate, bill.line, quantity, earns, cost)
    if drawn is None:
        return Code.EXPIRED
    bill.draws.append(drawn)
    bill.need -= quantity
    return None
