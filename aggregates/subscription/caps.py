"""Caps: at most so much in a calendar day, a Monday week or a calendar month (interfaces.md 4)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from aggregates.offer.lines import Cap
from aggregates.subscription.lot import NONE, Lot


def first_day(cap: Cap, on: date) -> date:
    """The first day of the stretch in which the cap counts that day."""
    if cap.per == "week":
        return on - timedelta(days=on.weekday())
    return on if cap.per == "day" else on.replace(day=1)


def room(lots: Iterable[Lot], cap: Cap, on: date) -> Decimal:
    """What the cap still allows on that day, over all lots of its line: cycles do not renew it."""
    start = first_day(cap, on)
    return cap.quantity - sum((lot.calendar.get(start, NONE) for lot in lots), NONE)


def counted(lot: Lot, quantity: Decimal, on: date) -> Lot:
    """The lot with use of that day, negative for what comes back, counted against its cap."""
    cap = lot.sold.cap
    if cap is None:
        return lot
    start = first_day(cap, on)
    count = lot.calendar.get(start, NONE) + quantity
    days = {day: used for day, used in lot.calendar.items() if day != start}
    return replace(lot, calendar=MappingProxyType(days | ({start: count} if count else {})))
