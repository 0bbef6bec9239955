"""Effective interest on payments over time (accounting.md 10.6; 606-10-32-15; IFRS 9.5.4.1).

A yearly rate is compounded over unit periods, as Appendix J of Regulation Z counts them: the
commonest interval between payments in whole months, at least one and at most twelve. Within a
unit period interest is simple, by day. So a monthly plan at 12 % bears 1 % a month, and a single
payment after two years bears two years' interest.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from ledger.calendar import Duration
from ledger.ratios import rounded

_YEAR = 12
#: Mean days of a month, to name an interval in whole months.
_MONTH = Fraction(1461, 48)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days ``[starts, ends)`` that bear `interest`, the same on each."""

    starts: date
    ends: date
    interest: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The interest in payments: how many `months` a unit period has, the interest by stretches
    of days, and how much of it is in each of the payments, in their order.
    """

    months: int
    stretches: tuple[Stretch, ...]
    parts: tuple[int, ...]

    @property
    def interest(self) -> int:
        """What the payments come to more than their present value."""
        return sum(stretch.interest for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount in minor units that is due on a day."""

    due: date
    amount: int


def schedule(rate: Fraction, begins: date, payments: Sequence[Payment]) -> Schedule:
    """The interest in `payments`, in the order of their days, seen from the day `begins`.

    What is due by that day bears none. Cumulative interest is rounded, never that of a stretch
    (accounting.md 0.2); a payment covers the interest that has run so far first.
    """
    later = sorted({payment.due for payment in payments if payment.due > begins})
    months = unit_months(begins, later)
    growth = _Growth(rate * months / _YEAR, begins, months)
    stretches = tuple(_stretches(growth, payments, later))
    return Schedule(months, stretches, tuple(_parts(stretches, payments)))


def unit_months(begins: date, days: Sequence[date]) -> int:
    """The months of a unit period: the commonest interval between `days`, the shortest of
    several that are as common.
    """
    intervals = Counter(_months(one, other) for one, other in pairwise((begins, *days)))
    return min(intervals, key=lambda months: (-intervals[months], months), default=1)


def _months(one: date, other: date) -> int:
    return min(max(rounded((other - one).days / _MONTH), 1), _YEAR)


@dataclass(frozen=True, slots=True)
class _Growth:
    """How an amount grows from the day `begins`, at `rate` in each unit period of `months`."""

    rate: Fraction
    begins: date
    months: int

    def boundary(self, number: int) -> date:
        return Duration(months=self.months).after(self.begins, number)

    def at(self, day: date) -> Fraction:
        months = (day.year - self.begins.year) * _YEAR + day.month - self.begins.month
        number = months // self.months
        if self.boundary(number) > day:
            number -= 1
        start, end = self.boundary(number), self.boundary(number + 1)
        part = Fraction((day - start).days, (end - start).days)
        return _compounded(1 + self.rate, number) * (1 + self.rate * part)

    def days(self, payments: Sequence[date]) -> list[date]:
        """The days on which the balance or the base of its interest changes, `begins` first."""
        last, number, found = max(payments, default=self.begins), 0, set(payments)
        while (day := self.boundary(number)) < last or not number:
            found.add(day)
            number += 1
        return sorted(found)


@lru_cache(maxsize=256)
def _compounded(base: Fraction, times: int) -> Fraction:
    return base**times


def _stretches(
    growth: _Growth, payments: Sequence[Payment], later: Sequence[date]
) -> Iterator[Stretch]:
    """Over each stretch the present value of what is still to be paid grows."""
    values = [(one.due, one.amount / growth.at(one.due)) for one in payments if one.due in later]
    exact, told = Fraction(0), 0
    for starts, ends in pairwise(growth.days(later)):
        left = sum((value for due, value in values if due >= ends), Fraction(0))
        exact += left * (growth.at(ends) - growth.at(starts))
        interest = rounded(exact) - told
        told += interest
        if interest:
            yield Stretch(starts, ends, interest)


def _parts(stretches: Sequence[Stretch], payments: Sequence[Payment]) -> Iterator[int]:
    before = 0
    for payment in payments:
        run = sum(stretch.interest for stretch in stretches if stretch.ends <= payment.due)
        part = min(run - before, payment.amount)
        before += part
        yield part
