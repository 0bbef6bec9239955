"""Effective interest on payments over time (accounting.md 10.6)."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import Duration
from ledger.interest import Payment, Schedule, Stretch, schedule, unit_months

BEGINS = date(2026, 1, 1)


def monthly(amount: int, count: int) -> list[Payment]:
    return [Payment(Duration(months=1).after(BEGINS, n), amount) for n in range(1, count + 1)]


def test_a_payment_after_two_years_holds_two_years_of_interest() -> None:
    """IFRS 15 Example 26: 121 in 24 months at 10 % is worth 100."""
    assert schedule(Fraction("0.10"), BEGINS, [Payment(date(2028, 1, 1), 12100)]) == Schedule(
        months=12,
        stretches=(
            Stretch(date(2026, 1, 1), date(2027, 1, 1), 1000),
            Stretch(date(2027, 1, 1), date(2028, 1, 1), 1100),
        ),
        parts=(2100,),
    )


def test_sixty_monthly_payments_bear_a_twelfth_of_the_rate_each_month() -> None:
    """IFRS 15 Example 28, case B: 1,000,000 over 60 months at 5 %, worth 848,357 at 12 %."""
    payments = monthly(1887123, 60)
    found = schedule(Fraction("0.12"), BEGINS, payments)
    assert round((60 * 1887123 - found.interest) / 100) == 848357
    assert found.parts[0] == round((60 * 1887123 - found.interest) * Fraction(1, 100))


def test_interest_is_simple_within_a_month_and_follows_what_is_left() -> None:
    """1,200.00 at 1 % a month: 12.00, then on 812.00 and 420.12 what is left."""
    amounts = [Payment(date(2026, 2, 1), 40000), Payment(date(2026, 3, 1), 40000)]
    last = Payment(date(2026, 4, 1), 42433)
    found = schedule(Fraction("0.12"), BEGINS, [*amounts, last])
    assert found.parts == (1200, 812, 420)
    assert 122433 - found.interest == 120001


@pytest.mark.parametrize(
    ("days", "months"),
    [
        ([], 1),
        (["2028-01-01"], 12),
        (["2026-02-01", "2026-03-01", "2026-06-01"], 1),
        (["2026-04-01", "2026-07-01"], 3),
        (["2026-01-31", "2026-03-02"], 1),
        (["2026-01-15", "2026-01-29"], 1),
        (["2026-02-01", "2026-08-01"], 1),
    ],
)
def test_the_unit_period_is_the_commonest_interval_of_at_most_a_year(
    days: list[str], months: int
) -> None:
    assert unit_months(BEGINS, [date.fromisoformat(day) for day in days]) == months


@given(
    st.fractions(0, 1, max_denominator=1000),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 90_000)), max_size=24),
)
def test_parts_and_stretches_come_to_the_same_and_no_payment_is_all_interest_and_more(
    rate: Fraction, given_payments: list[tuple[int, int]]
) -> None:
    payments = [
        Payment(Duration(days=days).after(BEGINS), amount)
        for days, amount in sorted(given_payments)
    ]
    found = schedule(rate, BEGINS, payments)
    assert sum(found.parts) == found.interest
    assert all(0 <= part <= one.amount for part, one in zip(found.parts, payments, strict=True))
    assert all(one.ends <= two.starts for one, two in pairwise(found.stretches))
    assert all(stretch.interest > 0 for stretch in found.stretches)
