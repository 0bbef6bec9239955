"""Milestones that passed without a visit (product.md 109)."""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import Milestone
from ledger.calendar import ONE_DAY


@dataclass(frozen=True, slots=True)
class Planned:
    """A milestone with its days; each asks for a visit before the next one comes.

    Without a `service` any visit will do. `met` are the places of the days that had one.
    """

    service: str | None
    days: tuple[date, ...]
    met: set[int] = field(default_factory=set)

    def visited(self, on: date, services: Collection[str]) -> None:
        """Takes note of a visit on that day."""
        place = bisect_right(self.days, on) - 1
        if place >= 0 and (self.service is None or self.service in services):
            self.met.add(place)

    @property
    def missed(self) -> int:
        """The days after which the next one came without a visit."""
        return sum(place not in self.met for place in range(len(self.days) - 1))


def planned(state: Subscription, last: date | None, as_of: date) -> tuple[Planned, ...]:
    """The milestones of a contract up to its `last` day and the first day after `as_of`.

    A day on which the clock stands still asks for nothing.
    """
    if state.awaits_use:
        return ()
    through = as_of + ONE_DAY if last is None else min(last, as_of + ONE_DAY)
    return tuple(
        Planned(milestone.service, _days(state, milestone, through))
        for milestone in sale_of(state).milestones
    )


def _days(state: Subscription, milestone: Milestone, through: date) -> tuple[date, ...]:
    first = state.started_on or sale_of(state).starts
    every, days, number = milestone.every.span(), [], 1
    while (day := every.after(first, number)) <= through:
        number += 1
        if not state.is_stopped(day):
            days.append(day)
    return tuple(days)
