"""What memberships will ask for if nothing changes (product.md 138)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from aggregates.cycles import coming_cycle, goes_on
from aggregates.subscription.state import Subscription
from ledger.calendar import Period

#: Months that are looked ahead to: a quarter.
MONTHS = 3


class Income:
    """The cycles that begin in each of the months after a day, and their prices without tax."""

    def __init__(self, as_of: date) -> None:
        self._months: dict[Period, list[int]] = {}
        period = Period.of(as_of)
        for _ in range(MONTHS):
            period = period.next()
            self._months[period] = []
        self._last = period.last

    def add(self, state: Subscription) -> None:
        """Adds the cycles of a membership; one that is paid ahead has been income already."""
        for starts, price in _coming(state, self._last):
            found = self._months.get(Period.of(starts))
            if found is not None:
                found.append(price)

    def report(self) -> dict[str, Any]:
        """The next month, the quarter that begins with it, and each of its months."""
        months = [
            {"period": str(period), "cycles": len(prices), "amount": sum(prices)}
            for period, prices in self._months.items()
        ]
        amounts = [sum(prices) for prices in self._months.values()]
        return {"next_month": amounts[0], "next_quarter": sum(amounts), "months": months}


def _coming(state: Subscription, last: date) -> Iterator[tuple[date, int]]:
    """First day and price of the cycles that follow up to a day, as far as they are known."""
    for cycle in state.cycles.values():
        if cycle.status == "due":
            yield cycle.starts, cycle.price
    first = coming_cycle(state)
    if first is None:
        return
    number = first.number
    while goes_on(state, number - 1) and (plan := state.plan_of(number)) is not None:
        starts = plan.starts(number)
        if starts > last:
            return
        if not state.skips(starts):
            yield starts, plan.price
        number += 1
