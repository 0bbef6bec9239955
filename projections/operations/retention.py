"""Who stayed: members by the month in which they began (product.md 135)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aggregates.subscription.state import Subscription
from ledger.calendar import Period
from projections.operations.memberships import left_on, since
from projections.ratios import rate_text


@dataclass(slots=True)
class Cohort:
    """The memberships that began in a month, and the months in which members of them left."""

    joined: int = 0
    left: dict[Period, int] = field(default_factory=dict)


class Retention:
    """Cohorts up to a day."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self._cohorts: dict[Period, Cohort] = {}

    def add(self, state: Subscription) -> None:
        """Adds a membership that has begun."""
        if since(state) > self._as_of:
            return
        cohort = self._cohorts.setdefault(Period.of(since(state)), Cohort())
        cohort.joined += 1
        left = left_on(state)
        if left is not None:
            month = Period.of(left)
            cohort.left[month] = cohort.left.get(month, 0) + 1

    def report(self) -> list[dict[str, Any]]:
        """For each cohort how many were members after the end of each month that is over."""
        return [
            {"cohort": str(month), "joined": cohort.joined, "months": self._kept(month, cohort)}
            for month, cohort in sorted(self._cohorts.items())
        ]

    def _kept(self, first: Period, cohort: Cohort) -> list[dict[str, Any]]:
        rows, kept = [], cohort.joined
        for period in first.until(Period.of(self._as_of)):
            kept -= cohort.left.get(period, 0)
            if period.last <= self._as_of:
                rate = rate_text(kept, cohort.joined)
                rows.append({"period": str(period), "kept": kept, "rate": rate})
        return rows
