"""What the days of a stretch have earned (accounting.md 6.2, 6.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.calendar import ONE_DAY, days_between
from ledger.daycount import DayCount, progress
from ledger.ratios import Rounding, part_of, share

#: Days in which time stands still, ``[first, until)``; an open one has no end yet.
Freeze = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How time earns an amount: how its days count, in which zone they have their seconds, and
    how the cumulative share is rounded; each None by default (policies `day_count`, `rounding`).
    """

    day_count: DayCount | None = None
    timezone: str | None = None
    rounding: Rounding | None = None


BY_DAYS = Pace()


def earned_by_day(
    amount: int,
    starts: date,
    ends: date,
    frozen: Sequence[Freeze],
    through: date,
    pace: Pace = BY_DAYS,
) -> int:
    """The part of `amount` earned by the end of the day `through`.

    By default every local day of ``[starts, ends)`` is equal. Frozen days count neither as
    passed nor as a part of the whole: the stretch then lasts as many days longer, and its own
    calendar goes on where it stood still, whatever counts its days.
    """
    total = days_between(starts, ends)
    if total == 0:
        return amount
    before = through + ONE_DAY
    passed = days_between(starts, before)
    if frozen:
        passed -= frozen_days(frozen, starts, before)
    if pace.day_count is None:
        return part_of(amount, min(passed, total), total, pace.rounding)
    reached = starts + timedelta(days=min(passed, total))
    return share(
        amount, progress(pace.day_count, starts, ends, reached, pace.timezone), pace.rounding
    )


def refrozen(frozen: Sequence[Freeze], starts: date, until: date | None) -> tuple[Freeze, ...]:
    """The freezes with one from `starts` on, in place of what was said of it before."""
    others = tuple(freeze for freeze in frozen if freeze[0] != starts)
    return others if until == starts else (*others, (starts, until))


def frozen_days(frozen: Sequence[Freeze], starts: date, before: date) -> int:
    """The frozen days in ``[starts, before)``; the stretches do not overlap."""
    return sum(
        days_between(max(first, starts), min(until or before, before)) for first, until in frozen
    )
