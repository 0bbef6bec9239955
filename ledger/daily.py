"""What the days of a stretch have earned (accounting.md 6.2, 6.4)."""

from collections.abc import Sequence
from datetime import date

from ledger.calendar import ONE_DAY, days_between
from ledger.ratios import part_of

#: Days in which time stands still, ``[first, until)``; an open one has no end yet.
Freeze = tuple[date, date | None]


def earned_by_day(
    amount: int, starts: date, ends: date, frozen: Sequence[Freeze], through: date
) -> int:
    """The part of `amount` earned by the end of the day `through`, half-even.

    Every local day of ``[starts, ends)`` is equal. Frozen days count neither as passed nor as a
    part of the whole: the stretch then lasts as many days longer.
    """
    total = days_between(starts, ends)
    if total == 0:
        return amount
    before = through + ONE_DAY
    passed = days_between(starts, before) - frozen_days(frozen, starts, before)
    return part_of(amount, min(passed, total), total)


def refrozen(frozen: Sequence[Freeze], starts: date, until: date | None) -> tuple[Freeze, ...]:
    """The freezes with one from `starts` on, in place of what was said of it before."""
    others = tuple(freeze for freeze in frozen if freeze[0] != starts)
    return others if until == starts else (*others, (starts, until))


def frozen_days(frozen: Sequence[Freeze], starts: date, before: date) -> int:
    """The frozen days in ``[starts, before)``; the stretches do not overlap."""
    return sum(
        days_between(max(first, starts), min(until or before, before)) for first, until in frozen
    )
