"""An amount that time earns, day by day (accounting.md 6.2)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ledger.calendar import ONE_DAY, days_between
from ledger.daily import BY_DAYS, Freeze, Pace, earned_by_day, frozen_days, refrozen


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """An amount earned by day over ``[start, end)``, until it is fixed at an event.

    `frozen` are stretches in which time stands still, so that the last day moves back (6.4).
    """

    amount: int
    start: date
    end: date
    fixed: int | None = None
    frozen: tuple[Freeze, ...] = ()
    pace: Pace = BY_DAYS

    def earned(self, through: date) -> int:
        """What is earned by the end of that day."""
        if self.fixed is not None:
            return self.fixed
        return earned_by_day(self.amount, self.start, self.end, self.frozen, through, self.pace)

    def runs_after(self, on: date) -> bool:
        """Whether days are left after that day; there are while time stands still."""
        days = 0
        for first, until in self.frozen:
            if until is None:
                return True
            days += days_between(max(first, self.start), until)
        return on < self.end + timedelta(days=days) - ONE_DAY

    def rest(self, amount: int, after: date) -> "TimeSpan":
        """The days that are left after a day, for another amount; they stand still as these do."""
        starts = max(after + ONE_DAY, self.start)
        still = tuple(item for item in self.frozen if item[1] is None or item[1] > starts)
        passed = days_between(self.start, starts) - frozen_days(self.frozen, self.start, starts)
        left = max(days_between(self.start, self.end) - passed, 0)
        return TimeSpan(amount, starts, starts + timedelta(days=left), None, still, self.pace)

    def stopped(self, starts: date, until: date | None) -> "TimeSpan":
        """The span with time standing still from `starts` on, in place of what was said of it."""
        return replace(self, frozen=refrozen(self.frozen, starts, until))
