"""What bonus units change about a refund when they count as used last (accounting.md 8.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.listprices import days_used, is_goodwill, stand_alone, used_at_list
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.unused import is_refundable
from ledger.quantity import steps


@dataclass(frozen=True, slots=True)
class Worth:
    """A lot's paid units: their stand-alone and list prices, and the part of them unused."""

    price: Fraction
    at_list: Fraction
    unused: Fraction


def bonus_excess(state: Subscription, lots: Sequence[Lot], on: date) -> Fraction:
    """How much more the unused units carry than the paid ones among them are worth when the
    price is spread over paid units only and all use is counted against them first.

    Negative where bonus units expired or were refunded before paid ones. Cycles of a membership
    are worked out one by one.
    """
    priced = [lot for lot in lots if lot.kind != "setup_fee" and not is_goodwill(lot)]
    cycles = dict.fromkeys(lot.sold.cycle for lot in priced)
    groups = [[lot for lot in priced if lot.sold.cycle == cycle] for cycle in cycles]
    return sum((_excess(state, group, on) for group in groups if _has_bonus(group)), Fraction(0))


def _has_bonus(lots: Sequence[Lot]) -> bool:
    return any(lot.sold.bonus or lot.sold.bonus_face for lot in lots)


def _excess(state: Subscription, lots: Sequence[Lot], on: date) -> Fraction:
    carried = sum(lot.value_left(on) for lot in lots if is_refundable(lot, on))
    paid = [_worth(lot, on) for lot in lots if not lot.sold.bonus]
    price = _price(state, lots)
    total = sum((item.price for item in paid), Fraction(0))
    at_list = sum((item.at_list for item in paid), Fraction(0))
    if not total:
        return Fraction(carried)
    unused = sum((item.price * item.unused for item in paid), Fraction(0)) * price / total
    bonus = sum((used_at_list(lot, on) for lot in lots if lot.sold.bonus), Fraction(0))
    return carried - max(unused - (bonus * price / at_list if at_list else 0), Fraction(0))


def _price(state: Subscription, lots: Sequence[Lot]) -> Fraction:
    """What the lots were sold for: their part of the price as fees and credit notes left it."""
    sold = sum(lot.sold.allocated for lot in lots)
    whole = sum(lot.sold.allocated for lot in state.lots.values())
    if sale_of(state).is_recurring or not whole:
        return Fraction(sold)
    return Fraction(state.price * sold, whole)


def _worth(lot: Lot, on: date) -> Worth:
    if lot.is_time:
        left = 1 - days_used(lot, on) if is_refundable(lot, on) else Fraction(0)
        return Worth(stand_alone(lot), stand_alone(lot), left)
    paid = lot.granted - (lot.sold.bonus_face or NONE)
    part = Fraction(paid) / Fraction(lot.granted)
    left = _paid_left(lot, paid) if is_refundable(lot, on) else Fraction(0)
    return Worth(stand_alone(lot) * part, _at_list(lot) * part, left / Fraction(paid))


def _paid_left(lot: Lot, paid: Decimal) -> Fraction:
    """The paid units that are left: of a pool, use takes paid face first (5.4), and what left
    otherwise took paid and bonus face alike.
    """
    if lot.sold.bonus_face is None:
        return Fraction(lot.remaining)
    unused = lot.granted - lot.used
    if not unused:
        return Fraction(0)
    return Fraction(max(paid - lot.used, NONE)) * Fraction(lot.remaining) / Fraction(unused)


def _at_list(lot: Lot) -> Fraction:
    match lot.kind:
        case "units":
            mean = Fraction(sum(term.list_price for term in lot.services), len(lot.services))
            return mean * steps(lot.granted) / 1000
        case "credit":
            return Fraction(lot.granted)
        case "points":
            return Fraction(lot.granted) * (lot.sold.value or 0)
        case _:
            return lot.sold.ssp
