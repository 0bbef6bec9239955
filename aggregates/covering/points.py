"""Points are redeemed when the visit asks for it, each for its value (accounting.md 5.6)."""

from decimal import ROUND_FLOOR, Decimal

from aggregates.covering.bill import Bill
from aggregates.covering.costs import money_cost
from aggregates.covering.drawing import Earned, affordable, draw
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.covering.order import candidates, in_scope
from ledger.quantity import times


def redeem(held: Holdings, bill: Bill) -> None:
    """Whole points, as many as asked for, and not worth more than the price that is left.

    They pay no tax: row 16 knows none.
    """
    asked = bill.line.points
    if asked is None:
        return
    for candidate in candidates(held, in_scope("points", bill.service)):
        if not bill.open_to(held, candidate):
            continue
        value = held.lot(candidate).sold.value or 1
        most = min(asked, Decimal(bill.price_left // value))
        given, short = affordable(held, candidate, bill.line.service, most)
        quantity = given.to_integral_value(ROUND_FLOOR)
        if short is not None:
            bill.reasons.append(short)
        if quantity and _redeemed(held, bill, candidate, quantity, times(value, quantity)):
            asked -= quantity


def _redeemed(
    held: Holdings, bill: Bill, candidate: Candidate, quantity: Decimal, worth: int
) -> bool:
    cost = money_cost(held, candidate, bill, worth)
    drawn = draw(held, candidate, bill.line, quantity, lambda _: Earned(), cost)
    if drawn is not None:
        bill.draws.append(drawn)
        bill.credit += worth
    return drawn is not None
