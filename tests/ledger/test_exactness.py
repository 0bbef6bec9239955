"""Money, quantities, splits and the calendar: exact, or refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import (
    Duration,
    Period,
    end_of_day,
    local_date,
)
from ledger.canonical import canonical, digest
from ledger.daily import earned_by_day
from ledger.ids import from_subject_token as from_token
from ledger.ids import is_clinic_id, is_id, key_of, kind_of, stream, subject_token
from ledger.money import parse_major, text_of
from ledger.quantity import parse_quantity
from ledger.quantity import text_of as quantity_text
from ledger.ratios import largest_remainder, share


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (180000, [25000, 75000, 18000, 40000, 21000, 13500], None),
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1, 2], [34, 67]),
        (1, [1, 2, 2], [0, 1, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [0, 0], [0, 0]),
        (33333, [66667, 33333, 10000], [20202, 10101, 3030]),
    ],
)
def test_largest_remainder(total: int, weights: list[int], parts: list[int] | None) -> None:
    expected = parts or [23377, 70130, 16831, 37403, 19636, 12623]
    assert largest_remainder(total, weights) == expected


def test_nothing_can_carry_the_amount() -> None:
    with pytest.raises(ValueError, match="all zero"):
        largest_remainder(1, [0, 0])


WEIGHTS = st.lists(st.fractions(0, 1000), min_size=1, max_size=8).filter(any)


@given(st.integers(-(10**9), 10**9), WEIGHTS)
def test_parts_add_up_and_stay_within_a_cent(total: int, weights: list[Fraction]) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1
        assert weight or not part
    assert largest_remainder(-total, weights) == [-part for part in parts]


@given(st.integers(0, 10**9), st.integers(1, 400))
def test_slices_of_a_running_total_leave_nothing_over(amount: int, days: int) -> None:
    totals = [share(amount, Fraction(day, days)) for day in range(days + 1)]
    slices = [after - before for before, after in pairwise(totals)]
    assert sum(slices) == amount
    assert max(slices) - min(slices) <= 2


@pytest.mark.parametrize("text", ["1.005", "1e3", "NaN", "Infinity", "+1", " 1", "", "1,000"])
def test_an_amount_is_never_rounded_on_the_way_in(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_major(text, "USD")


def test_amounts_know_their_currency() -> None:
    assert parse_major("1800.00", "USD") == 180000
    assert parse_major("-1.5", "USD") == -150
    assert parse_major("1800", "JPY") == 1800
    assert parse_major("1.234", "KWD") == 1234
    assert text_of(180000, "USD") == "$1,800.00"


@pytest.mark.parametrize("value", [0.5, True, "-1", "1e2", "0.0001", ".5", None, Decimal("0.0001")])
def test_what_is_no_quantity(value: Any) -> None:
    with pytest.raises(ValueError, match="at most three places"):
        parse_quantity(value)


@pytest.mark.parametrize(("value", "text"), [("0.250", "0.25"), (5, "5"), ("100", "100")])
def test_quantities_are_written_shortest(value: Any, text: str) -> None:
    assert quantity_text(parse_quantity(value)) == text


@pytest.mark.parametrize(
    ("start", "duration", "times", "end"),
    [
        ("2026-01-31", Duration(months=1), 1, "2026-02-28"),
        ("2026-01-31", Duration(months=1), 2, "2026-03-31"),
        ("2028-01-31", Duration(months=1), 1, "2028-02-29"),
        ("2026-01-15", Duration(months=1), 1, "2026-02-15"),
        ("2026-01-05", Duration(weeks=12), 1, "2026-03-30"),
        ("2028-02-29", Duration(years=1), 1, "2029-02-28"),
    ],
)
def test_months_are_anchored(start: str, duration: Duration, times: int, end: str) -> None:
    assert duration.after(date.fromisoformat(start), times).isoformat() == end


def test_a_day_is_the_clinics() -> None:
    assert local_date(datetime(2026, 2, 1, 4, 30, tzinfo=UTC), "America/New_York") == date(
        2026, 1, 31
    )
    assert end_of_day(date(2026, 3, 8), "America/New_York") == datetime(
        2026, 3, 9, 3, 59, 59, tzinfo=UTC
    )
    assert end_of_day(date(2026, 11, 1), "America/New_York") == datetime(
        2026, 11, 2, 4, 59, 59, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("through", "progress"),
    [("2026-01-14", 0), ("2026-01-15", Fraction(1, 31)), ("2026-02-14", 1), ("2026-03-01", 1)],
)
def test_the_first_day_counts_and_the_end_does_not(through: str, progress: Fraction) -> None:
    interval = date(2026, 1, 15), date(2026, 2, 15)
    assert earned_by_day(31, *interval, (), date.fromisoformat(through)) == 31 * progress
    assert earned_by_day(31, interval[0], interval[0], (), interval[0]) == 31


def test_periods_follow_one_another() -> None:
    december = Period.parse("2025-12")
    assert str(december.next()) == "2026-01"
    assert december.next().previous() == december
    assert (december.first, december.last) == (date(2025, 12, 1), date(2025, 12, 31))
    assert [str(p) for p in december.until(Period(2026, 2))] == ["2025-12", "2026-01", "2026-02"]
    for text in ("2026-13", "2026-1", "26-01", "2026-00"):
        with pytest.raises(ValueError, match="period"):
            Period.parse(text)


def test_names_of_streams() -> None:
    assert stream("glow", "clinic") == "glow/clinic"
    assert (kind_of("glow/visit/v-1"), key_of("glow/visit/v-1")) == ("visit", "v-1")
    assert key_of("glow/clinic") == ""
    assert [text for text in ("a.b:c-d_E9", "a/b", "x" * 65, "") if is_id(text)] == ["a.b:c-d_E9"]
    assert [text for text in ("glow", "glow.us") if is_clinic_id(text)] == ["glow"]
    assert from_token(subject_token("a.b")) == "a.b"
    assert subject_token("a.b") == "a%2Eb"


def test_canonical_bytes() -> None:
    assert canonical({"b": [1, True, None], "a": "é"}) == '{"a":"é","b":[1,true,null]}'.encode()
    assert digest({"a": 1}) == digest({"a": 1})
    for value in (1.0, {"a": [0.5]}, ({"x": 2.0},)):
        with pytest.raises(TypeError, match="floating-point"):
            canonical(value)
