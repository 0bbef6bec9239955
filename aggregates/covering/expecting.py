"""Points are worth more where some are expected never to be redeemed (accounting.md 5.6)."""

from decimal import Decimal
from fractions import Fraction

from aggregates.covering.holdings import Candidate, Holdings
from aggregates.estimate.state import Sold
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import sale_of
from ledger.ratios import share

_ALL_ARE_USED = Fraction(0)


def unused_rate(held: Holdings, candidate: Candidate) -> Fraction:
    """The share of a lot's points that the estimate in force on the day counts as never used."""
    if held.lot(candidate).kind != "points":
        return _ALL_ARE_USED
    sold = sale_of(held.contract(candidate))
    about = Sold.on(sold.sold_on, sold.sale.offer, sold.sale.program)
    return held.estimates.rate("breakage", about, held.on) or _ALL_ARE_USED


def draw_worth(lot: Lot, quantity: Decimal, service: str, unused: Fraction) -> int:
    """What a draw earns: A × redeemed ÷ expected to be redeemed, less what was earned before.

    As many are expected as have been redeemed, at least; with none `unused` it is any draw.
    """
    if not unused:
        return lot.draw_amount(quantity, service)
    redeemed = Fraction(lot.drawn + quantity)
    expected = max(Fraction(lot.units - lot.lapsed) * (1 - unused), redeemed)
    earned = share(lot.amount - lot.lapsed_value, redeemed / expected)
    return max(earned - lot.recognised, 0)
