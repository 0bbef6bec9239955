"""What was used of a lot, at the list prices of the sale (accounting.md 8.1)."""

from datetime import date
from fractions import Fraction

from aggregates.subscription.lot import Lot
from aggregates.subscription.span import TimeSpan
from ledger.calendar import ONE_DAY, days_between
from ledger.daily import frozen_days


def is_goodwill(lot: Lot) -> bool:
    """Whether the lot was given apart from the sale: it has no price, and its use costs nothing."""
    return lot.sold.bonus and not lot.sold.ssp and not lot.sold.allocated


def used_at_list(lot: Lot, on: date) -> Fraction:
    """Units at the list price of what was used, credit at face, points at their value; a
    discount's uses and a time line's days at the stand-alone price.
    """
    if is_goodwill(lot):
        return Fraction(0)
    if lot.is_time:
        return stand_alone(lot) * days_used(lot, on)
    if lot.kind == "discount":
        return lot.sold.ssp * Fraction(lot.used) / Fraction(lot.granted)
    return lot.used_at_list


def stand_alone(lot: Lot) -> Fraction:
    """A lot's stand-alone price; the only one that carries value may have just its own (4.1)."""
    return lot.sold.ssp or Fraction(lot.sold.allocated)


def days_used(lot: Lot, on: date) -> Fraction:
    """The part of a time line's days that have passed by the end of that day.

    Days that were spread anew weigh as much as the value that was spread over them.
    """
    spread = sum(span.amount if span.fixed is None else span.fixed for span in lot.spans)
    total = max(lot.sold.allocated, spread)
    if not total:
        return max((_passed(span, on) for span in lot.spans), default=Fraction(0))
    return sum((_done(span, on) for span in lot.spans), Fraction(0)) / total


def _done(span: TimeSpan, on: date) -> Fraction:
    return span.amount * _passed(span, on) if span.fixed is None else Fraction(span.fixed)


def _passed(span: TimeSpan, on: date) -> Fraction:
    days = days_between(span.start, span.end)
    after = on + ONE_DAY
    passed = days_between(span.start, after) - frozen_days(span.frozen, span.start, after)
    return Fraction(min(passed, days), days) if days else Fraction(1)
