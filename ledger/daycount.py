"""How the days of a stretch count: the options of the table in accounting.md 6.2.

Every option starts at 0 and ends at 1. Where a stretch carries nothing by its option's measure
(no month's middle lies in it, or it is the 30th alone in a year of 360 days), its days are equal.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Literal

from ledger.calendar import Period, days_between, zone

#: Policy `day_count`; actual_days, the default, is written as no option at all.
DayCount = Literal[
    "exact_seconds", "even_months", "months_prorated", "full_months", "30_360", "mid_month"
]
MONTH_OF_360 = 30
#: A month counts if this day of it lies in the stretch (option mid_month).
MIDDLE = 15


def progress(
    option: DayCount, starts: date, ends: date, reached: date, timezone: str | None
) -> Fraction:
    """The part of ``[starts, ends)`` that has passed when the day `reached` begins.

    `timezone` says how long each local day lasts (exact_seconds): 23 or 25 hours when the clocks
    change. Raises ValueError for seconds without it.
    """
    if option == "exact_seconds":
        return _seconds(starts, reached, timezone) / _seconds(starts, ends, timezone)
    if option == "30_360":
        return _ratio(_days_360, starts, ends, reached)
    if option == "full_months":
        return _ratio(_months_begun, starts, ends, reached)
    months = list(_months(option, starts, ends))
    total = sum((weight for *_, weight in months), Fraction(0))
    if not total:
        return _ratio(days_between, starts, ends, reached)
    earned = (_passed(first, last, reached) * weight for first, last, weight in months)
    return sum(earned, Fraction(0)) / total


def _ratio(
    measure: Callable[[date, date], int], starts: date, ends: date, reached: date
) -> Fraction:
    whole = measure(starts, ends)
    if not whole:
        return _ratio(days_between, starts, ends, reached)
    return Fraction(measure(starts, reached), whole)


def _seconds(starts: date, ends: date, timezone: str | None) -> Fraction:
    """The seconds from one local midnight to another."""
    if timezone is None:
        raise ValueError("seconds are those of a time zone")
    first, last = (
        datetime(day.year, day.month, day.day, tzinfo=zone(timezone)).astimezone(UTC)
        for day in (starts, ends)
    )
    return Fraction((last - first) // timedelta(seconds=1))


def _days_360(starts: date, ends: date) -> int:
    """Months have 30 days: the first one 30 − start + 1 of them, the 31st is no day of its own."""
    months = (ends.year - starts.year) * 12 + ends.month - starts.month
    return months * MONTH_OF_360 + min(ends.day, MONTH_OF_360) - min(starts.day, MONTH_OF_360)


def _months_begun(starts: date, ends: date) -> int:
    """The calendar months of which ``[starts, ends)`` has a day: each is earned as it begins."""
    if ends <= starts:
        return 0
    months = (ends.year - starts.year) * 12 + ends.month - starts.month
    return months + (ends.day > 1)


def _months(option: DayCount, starts: date, ends: date) -> Iterator[tuple[date, date, Fraction]]:
    """The stretch month by month, each ``[first, last)`` with what it weighs; within a month
    days are equal.
    """
    first = starts
    while first < ends:
        period = Period.of(first)
        last = min(period.next().first, ends)
        yield first, last, _weight(option, period, starts, first, last)
        first = last


def _weight(option: DayCount, month: Period, starts: date, first: date, last: date) -> Fraction:
    after = month.next().first
    if option == "months_prorated":
        return Fraction(days_between(first, last), days_between(month.first, after))
    if option == "mid_month":
        return Fraction(first.day <= MIDDLE and (last.day > MIDDLE or last == after))
    is_cut_off = last < after and first > starts
    return Fraction(not is_cut_off)


def _passed(first: date, last: date, reached: date) -> Fraction:
    days = days_between(first, last)
    return Fraction(min(days_between(first, reached), days), days)
