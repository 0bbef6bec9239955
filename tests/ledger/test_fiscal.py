"""Fiscal calendars of weeks (accounting.md 14.7), against years that others have published."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import MONTHS, ONE_DAY, Calendar, Period
from ledger.fiscal import Weeks

SATURDAY = 5
RETAIL = Weeks((4, 5, 4), SATURDAY, month=1, nearest=True)
DECEMBER = Weeks((4, 4, 5), SATURDAY)


@pytest.mark.parametrize(
    ("year", "weeks", "last"),
    [
        # The retail calendar: Saturday nearest the end of January; 2006, 2012, 2017 and 2023 are
        # the years of 53 weeks.
        (2006, 53, "2007-02-03"),
        (2012, 53, "2013-02-02"),
        (2016, 52, "2017-01-28"),
        (2017, 53, "2018-02-03"),
        (2018, 52, "2019-02-02"),
        (2022, 52, "2023-01-28"),
        (2023, 53, "2024-02-03"),
        (2024, 52, "2025-02-01"),
    ],
)
def test_the_years_of_the_retail_calendar(year: int, weeks: int, last: str) -> None:
    calendar = Calendar(((date.min, RETAIL),))
    first, final = calendar.period(f"{year}-02"), calendar.period(f"{year + 1}-01")
    assert final.last == date.fromisoformat(last)
    assert (final.last - first.first).days + 1 == weeks * 7


def test_the_periods_of_a_year_of_53_weeks() -> None:
    """2023 of the retail calendar: 4, 5 and 4 weeks, and the last period has one more."""
    first = Calendar(((date.min, RETAIL),)).period("2023-02")
    periods = list(first.until(Period(2024, 1)))
    weeks = [((period.last - period.first).days + 1) // 7 for period in periods]
    assert weeks == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]
    assert (periods[0].first, periods[1].first) == (date(2023, 1, 29), date(2023, 2, 26))


def test_a_year_that_ends_in_december_with_the_last_saturday() -> None:
    """2022 ends on New Year's Eve, a Saturday, and so has 53 weeks."""
    calendar = Calendar(((date.min, DECEMBER),))
    assert calendar.period("2022-01").first == date(2021, 12, 26)
    assert calendar.period("2022-12").last == date(2022, 12, 31)
    assert calendar.of(date(2023, 1, 1)) == Period(2023, 1)
    lengths = [
        (period.last - period.first).days + 1
        for period in calendar.period("2022-10").until(Period(2022, 12))
    ]
    assert lengths == [28, 28, 42]


rules = st.builds(
    Weeks,
    st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
    st.integers(0, 6),
    month=st.integers(1, 12),
    nearest=st.booleans(),
)
days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(rules, days)
def test_every_day_lies_in_one_period_and_periods_follow_each_other(
    weeks: Weeks, day: date
) -> None:
    period = Calendar(((date.min, weeks),)).of(day)
    assert period.first <= day <= period.last
    assert period.calendar.of(period.first) == period.calendar.of(period.last) == period
    assert period.next().first == period.last + ONE_DAY
    assert period.previous().last == period.first - ONE_DAY
    assert (period.last - period.first).days + 1 in {28, 35, 42}
    middle = period.first + (period.last - period.first) / 2
    assert (middle.year, middle.month) == (period.year, period.month)


@given(rules, days, st.integers(0, 800))
def test_a_calendar_that_changes_leaves_no_day_out(weeks: Weeks, day: date, later: int) -> None:
    """From months to weeks with a period of these, and back to months on the first of one."""
    begins = Calendar(((date.min, weeks),)).of(day).first
    back = (begins + timedelta(days=later)).replace(day=1)
    changes = ((begins, weeks), (back, None)) if back > begins else ((begins, weeks),)
    calendar = Calendar(changes)
    period = calendar.of(begins - timedelta(days=70))
    assert period == MONTHS.of(begins - timedelta(days=70))
    while period.first < begins + timedelta(days=later + 100):
        assert period.next().first == period.last + ONE_DAY
        for end in (period.first, period.last):
            assert calendar.of(end) == period
        period = period.next()


def test_months_are_what_they_always_were() -> None:
    for day in (date(2024, 2, 29), date(2026, 12, 31)):
        period = MONTHS.of(day)
        assert (period, str(period)) == (Period(day.year, day.month), f"{day:%Y-%m}")
        assert period.last == day
        assert period.next().previous() == period
