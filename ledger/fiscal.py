"""Fiscal years of 52 or 53 whole weeks, in periods of 4, 4 and 5 of them (accounting.md 14.7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

MONTHS_OF_A_YEAR = 12
QUARTERS = 4
WEEK = timedelta(weeks=1)
#: A weekday is at most so many days from the end of a month where it is the nearest one.
_HALF_A_WEEK = 3

#: A period by the calendar month it stands for.
Named = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Weeks:
    """A year ends with a `weekday` (0 is Monday): the last one in `month`, or the one `nearest`
    to its end. Each quarter has periods of `pattern` weeks; a 53rd week belongs to the last period.

    A period is named for the month that most of it lies in: of a year that ends in January, the
    first period is that of February.
    """

    pattern: tuple[int, int, int]
    weekday: int
    month: int = MONTHS_OF_A_YEAR
    nearest: bool = False

    def last_of_year(self, year: int) -> date:
        """The last day of the fiscal year that ends about `month` of that calendar year."""
        return _last_of_year(self, year)

    def named(self, day: date) -> Named:
        """The period of a day."""
        year = day.year
        while day > self.last_of_year(year):
            year += 1
        while day <= self.last_of_year(year - 1):
            year -= 1
        passed = (day - self.last_of_year(year - 1)).days - 1
        number = sum(passed >= weeks * 7 for weeks in _ends(self.pattern)[1:-1])
        return _months_later(year, self.month, number + 1 - MONTHS_OF_A_YEAR)

    def first(self, name: Named) -> date:
        """The first day of a period."""
        year, month = name
        number = (month - self.month - 1) % MONTHS_OF_A_YEAR
        ending = year if month <= self.month else year + 1
        days = _ends(self.pattern)[number] * 7 + 1
        return self.last_of_year(ending - 1) + timedelta(days=days)

    def last(self, name: Named) -> date:
        """The last day of a period."""
        return self.first(_months_later(*name, 1)) - timedelta(days=1)


@lru_cache(maxsize=4096)
def _last_of_year(weeks: Weeks, year: int) -> date:
    after = date(year + weeks.month // MONTHS_OF_A_YEAR, weeks.month % MONTHS_OF_A_YEAR + 1, 1)
    end = after - timedelta(days=1)
    back = (end.weekday() - weeks.weekday) % 7
    last = end - timedelta(days=back)
    return last + WEEK if weeks.nearest and back > _HALF_A_WEEK else last


@lru_cache(maxsize=8)
def _ends(pattern: tuple[int, int, int]) -> tuple[int, ...]:
    """How many weeks of the year have passed when each of its periods begins, but for a 53rd."""
    return tuple(accumulate(pattern * QUARTERS, initial=0))


def _months_later(year: int, month: int, count: int) -> Named:
    years, rest = divmod(month - 1 + count, MONTHS_OF_A_YEAR)
    return year + years, rest + 1
