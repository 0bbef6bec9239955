"""Proration by whole local days (product.md rules 26 to 30; accounting.md 9.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from aggregates.subscription.pause import Pause, stopped
from ledger.calendar import days_between
from ledger.daily import frozen_days
from ledger.ratios import rounded


@dataclass(frozen=True, slots=True)
class Rate:
    """A price for so many days: what one day costs is an exact ratio."""

    price: int
    days: int

    def of(self, days: int) -> Fraction:
        """The exact price of so many of its days."""
        return Fraction(self.price * days, self.days)


def gap(new: Rate, old: Rate, days: int) -> int:
    """What `days` cost more, or less, at the new rate than at the old one; rounded once."""
    return rounded(new.of(days) - old.of(days))


def running_days(starts: date, ends: date, pauses: Iterable[Pause]) -> int:
    """The days of ``[starts, ends)`` in which the clock does not stand still."""
    return days_between(starts, ends) - frozen_days(stopped(pauses), starts, ends)
