"""The largest single discount in scope comes off what units do not cover (accounting.md 5.5)."""

from decimal import Decimal

from aggregates.covering.bill import Bill
from aggregates.covering.drawing import Earned, affordable, draw
from aggregates.covering.exercising import exercise
from aggregates.covering.hindrance import is_counted
from aggregates.covering.holdings import Candidate, Holdings
from aggregates.covering.order import candidates, hinders, in_scope
from aggregates.subscription.lot import Lot
from ledger.ratios import part_of

ONE_USE = Decimal(1)


def take_off(held: Holdings, bill: Bill) -> None:
    """Applies the best discount; one that counts its uses gives one of them (row 16).

    Of equal ones a standing discount goes first, then the order of draw.
    """
    found = candidates(held, in_scope("discount", bill.service))
    for candidate in sorted(found, key=lambda item: _worth(held, bill, item), reverse=True):
        worth, _ = _worth(held, bill, candidate)
        if not worth:
            return
        if hinders(held, candidate) is None and _used(held, bill, candidate, worth):
            bill.discount = worth
            return


def _worth(held: Holdings, bill: Bill, candidate: Candidate) -> tuple[int, bool]:
    lot = held.lot(candidate)
    return discount_of(lot, bill.price_left), not is_counted(lot)


def discount_of(lot: Lot, price: int) -> int:
    """What a discount takes off a price: a percentage rounded once, or an amount up to it."""
    if lot.sold.percent is not None:
        return part_of(price, lot.sold.percent, 100)
    return min(lot.sold.amount or 0, price)


def _used(held: Holdings, bill: Bill, candidate: Candidate, off: int) -> bool:
    if not is_counted(held.lot(candidate)):
        return True
    quantity, _ = affordable(held, candidate, bill.line.service, ONE_USE)
    if quantity < ONE_USE:
        return False
    earned = exercise(held, candidate, bill, off)
    drawn = draw(held, candidate, bill.line, ONE_USE, lambda _: Earned(), worth=earned)
    if drawn is not None:
        bill.draws.append(drawn)
    return drawn is not None
