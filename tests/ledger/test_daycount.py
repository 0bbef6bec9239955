"""How time earns an amount under each day count (accounting.md 6.2), and how shares are rounded."""

from datetime import date, timedelta
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.daily import Freeze, Pace, earned_by_day
from ledger.daycount import DayCount, progress
from ledger.ratios import Rounding, allocated, part_of, rounded, share

NEW_YORK = "America/New_York"
EVERY: list[DayCount | None] = [None, *get_args(DayCount)]
#: 90 days from the middle of January to the middle of April; the clocks go forward on 8 March.
QUARTER = date(2026, 1, 15), date(2026, 4, 15)


def pace(option: DayCount | None) -> Pace:
    return Pace(option, NEW_YORK if option == "exact_seconds" else None)


@pytest.mark.parametrize(
    ("option", "monthly"),
    [
        # 17, 28, 31 and 14 of 90 days
        (None, [1700, 2800, 3100, 1400]),
        # an hour is missing in March: 7,772,400 seconds
        ("exact_seconds", [1701, 2801, 3097, 1401]),
        # three whole months; the last, partial one is cut off (Stripe)
        ("even_months", [3000, 3000, 3000, 0]),
        # 17/31 + 1 + 1 + 14/30 months (Stripe; Odoo "Months")
        ("months_prorated", [1637, 2985, 2985, 1393]),
        # four months were started (Odoo "Full months")
        ("full_months", [2250, 2250, 2250, 2250]),
        # 30 - 15 + 1 = 16 days in January, then 30, 30 and 14 (billwerk+)
        ("30_360", [1600, 3000, 3000, 1400]),
        # the 15th of January, February and March lie in it, that of April does not (PeopleSoft)
        ("mid_month", [3000, 3000, 3000, 0]),
    ],
)
def test_ninety_dollars_over_three_months(option: DayCount | None, monthly: list[int]) -> None:
    ends = [date(2026, month, 1) - timedelta(days=1) for month in (2, 3, 4, 5)]
    earned = [earned_by_day(9000, *QUARTER, (), day, pace(option)) for day in ends]
    assert [now - before for before, now in zip([0, *earned], earned, strict=False)] == monthly


@pytest.mark.parametrize(
    ("option", "starts", "ends", "through", "part"),
    [
        ("even_months", "2026-01-01", "2027-01-01", "2026-02-28", Fraction(2, 12)),
        ("even_months", "2026-01-15", "2027-01-15", "2026-12-31", Fraction(1)),
        ("even_months", "2026-01-15", "2026-01-25", "2026-01-19", Fraction(1, 2)),
        ("months_prorated", "2026-01-01", "2027-01-01", "2026-02-28", Fraction(1, 6)),
        ("months_prorated", "2026-02-15", "2026-03-15", "2026-02-28", Fraction(31, 59)),
        # a started month is earned on its first day
        ("full_months", "2026-01-15", "2026-04-15", "2026-01-15", Fraction(1, 4)),
        ("full_months", "2026-01-15", "2026-04-15", "2026-04-01", Fraction(1)),
        ("full_months", "2026-01-01", "2026-02-01", "2026-01-01", Fraction(1)),
        # the 31st is no day of its own, February has 30
        ("30_360", "2026-01-31", "2026-03-01", "2026-01-31", Fraction(1, 31)),
        ("30_360", "2026-01-01", "2026-03-01", "2026-02-28", Fraction(1)),
        ("30_360", "2026-01-01", "2027-01-01", "2026-06-30", Fraction(1, 2)),
        ("30_360", "2026-01-30", "2026-01-31", "2026-01-30", Fraction(1)),
        # from the 16th on a first month does not count, through the 15th a last one does
        ("mid_month", "2026-01-16", "2026-03-16", "2026-01-31", Fraction(0)),
        ("mid_month", "2026-01-16", "2026-03-16", "2026-02-28", Fraction(1, 2)),
        ("mid_month", "2026-01-15", "2026-02-15", "2026-01-31", Fraction(1)),
        ("mid_month", "2026-01-16", "2026-02-10", "2026-01-31", Fraction(16, 25)),
        # 23 hours on 8 March, 25 on 1 November
        ("exact_seconds", "2026-03-08", "2026-03-10", "2026-03-08", Fraction(23, 47)),
        ("exact_seconds", "2026-11-01", "2026-11-03", "2026-11-01", Fraction(25, 49)),
    ],
)
def test_progress(option: DayCount, starts: str, ends: str, through: str, part: Fraction) -> None:
    first, last = date.fromisoformat(starts), date.fromisoformat(ends)
    reached = date.fromisoformat(through) + timedelta(days=1)
    assert progress(option, first, last, reached, NEW_YORK) == part


def test_seconds_are_those_of_a_place() -> None:
    with pytest.raises(ValueError, match="time zone"):
        progress("exact_seconds", *QUARTER, QUARTER[1], None)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(EVERY),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.integers(1, 150),
    st.integers(0, 40),
    st.integers(0, 60),
)
def test_every_count_rises_to_the_whole_and_waits_while_time_stands_still(
    option: DayCount | None, starts: date, days: int, still: int, begins: int
) -> None:
    ends = starts + timedelta(days=days)
    first = starts + timedelta(days=min(begins, days))
    freeze: tuple[Freeze, ...] = ((first, first + timedelta(days=still)),) if still else ()
    walk = [
        earned_by_day(10007, starts, ends, freeze, starts + timedelta(days=n - 1), pace(option))
        for n in range(days + still + 1)
    ]
    assert walk == sorted(walk)
    assert (walk[0], walk[-1]) == (0, 10007)
    before = (first - starts).days
    assert len(set(walk[before : before + still + 1])) == 1
    assert [*walk[:before], *walk[before + still :]] == [
        earned_by_day(10007, starts, ends, (), starts + timedelta(days=n - 1), pace(option))
        for n in range(days + 1)
    ]


@pytest.mark.parametrize(
    ("rounding", "exact", "whole"),
    [
        (None, "5/2", 2),
        (None, "7/2", 4),
        ("half_even", "-5/2", -2),
        ("half_up", "5/2", 3),
        ("half_up", "7/2", 4),
        ("half_up", "-5/2", -3),
        ("half_up", "249/100", 2),
        ("half_up", "251/100", 3),
    ],
)
def test_rounding(rounding: Rounding | None, exact: str, whole: int) -> None:
    value = Fraction(exact)
    assert rounded(value, rounding) == whole
    assert part_of(value.numerator, 1, value.denominator, rounding) == whole
    assert share(value.numerator, Fraction(1, value.denominator), rounding) == whole


def test_half_up_over_days() -> None:
    starts, ends = date(2026, 1, 1), date(2026, 1, 3)
    by_rule = [
        earned_by_day(5, starts, ends, (), starts, Pace(rounding=rule))
        for rule in get_args(Rounding)
    ]
    assert by_rule == [2, 3]


@pytest.mark.parametrize(
    ("remainder", "total", "weights", "parts"),
    [
        ("largest_remainder", 100, [1, 1, 1], [34, 33, 33]),
        ("last_line", 100, [1, 1, 1], [33, 33, 34]),
        ("largest_line", 100, [1, 1, 1], [34, 33, 33]),
        ("largest_remainder", 101, [1, 2, 1], [25, 51, 25]),
        ("last_line", 101, [1, 2, 1], [25, 50, 26]),
        ("largest_line", 100, [4, 10, 1], [26, 68, 6]),
        ("largest_remainder", 100, [4, 10, 1], [27, 67, 6]),
        # two cents are over, and a line without a price gets nothing
        ("last_line", 11, [1, 1, 1, 0], [3, 3, 5, 0]),
        ("largest_line", 11, [1, 0, 1, 1], [5, 0, 3, 3]),
        ("last_line", -11, [1, 1, 1, 0], [-3, -3, -5, 0]),
        ("last_line", 0, [0, 0], [0, 0]),
    ],
)
def test_who_takes_the_remainder(
    remainder: str, total: int, weights: list[int], parts: list[int]
) -> None:
    assert allocated(total, weights, remainder) == parts  # type: ignore[arg-type]


@pytest.mark.parametrize("remainder", ["largest_remainder", "last_line", "largest_line"])
def test_nothing_can_carry_the_amount(remainder: str) -> None:
    with pytest.raises(ValueError, match="zero"):
        allocated(1, [0, 0], remainder)  # type: ignore[arg-type]
