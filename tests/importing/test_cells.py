"""What a cell is read as, and what is refused instead of guessed (reliability.md 7.3)."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from consumers.importing import cells
from consumers.importing.cells import Cell, Layout

US = Layout("USD", "America/New_York")
EUROPE = Layout("EUR", "Europe/Berlin", decimal_comma=True, dates="dmy")
AMERICA = Layout("USD", "America/New_York", dates="mdy")
YEN = Layout("JPY", "Asia/Tokyo")
Read = Callable[[Cell, Layout], Any]


@pytest.mark.parametrize(
    ("read", "cell", "layout", "value"),
    [
        (cells.money, "1800.00", US, 180000),
        (cells.money, "1800", US, 180000),
        (cells.money, "0", US, 0),
        (cells.money, "1800,5", EUROPE, 180050),
        (cells.money, "1800", YEN, 1800),
        (cells.money, Decimal("1800.1"), US, 180010),
        (cells.money, Decimal("1800.0"), YEN, 1800),
        (cells.money, Decimal("4.35"), EUROPE, 435),
        (cells.quantity, "2.5", US, "2.5"),
        (cells.quantity, "0,250", EUROPE, "0.25"),
        (cells.quantity, Decimal("10.0"), US, "10"),
        (cells.whole, Decimal("14.0"), US, 14),
        (cells.whole, "14", US, 14),
        (cells.key, "s-1.A_b:2", US, "s-1.A_b:2"),
        (cells.key, "000123", US, "000123"),
        (cells.key, Decimal("1001.0"), US, "1001"),
        (cells.key, Decimal(999999999999999), US, "999999999999999"),
        (cells.keys, "drip, facial|peel", US, ["drip", "facial", "peel"]),
        (cells.keys, Decimal(7), US, ["7"]),
        (cells.text, "=1+1", US, "=1+1"),
        (cells.text, Decimal("12.0"), US, "12.0"),
        (cells.day, "2025-12-31", US, date(2025, 12, 31)),
        (cells.day, "31/12/2025", EUROPE, date(2025, 12, 31)),
        (cells.day, "3.4.2026", EUROPE, date(2026, 4, 3)),
        (cells.day, "3/4/2026", AMERICA, date(2026, 3, 4)),
        (cells.day, datetime(2025, 12, 31), US, date(2025, 12, 31)),  # noqa: DTZ001
        (cells.day, date(2024, 2, 29), US, date(2024, 2, 29)),
        (cells.yes, "Yes", US, True),
        (cells.yes, "no", US, False),
        (cells.span, "12 weeks", US, {"weeks": 12}),
        (cells.span, "1 Year", US, {"years": 1}),
        (cells.one_of("card", "cash"), "Card", US, "card"),
    ],
)
def test_a_cell_is_read_exactly(read: Read, cell: Cell, layout: Layout, value: Any) -> None:
    assert read(cell, layout) == value


@pytest.mark.parametrize(
    ("cell", "layout", "told"),
    [
        ("2026-01-08", US, "2026-01-08T12:00:00-05:00"),
        ("2026-07-08", US, "2026-07-08T12:00:00-04:00"),
        ("2026-01-08 14:30", US, "2026-01-08T14:30:00-05:00"),
        ("2026-01-08T14:30:05", US, "2026-01-08T14:30:05-05:00"),
        ("2026-11-01T01:30:00-04:00", US, "2026-11-01T01:30:00-04:00"),
        ("8.1.2026 09:15", EUROPE, "2026-01-08T09:15:00+01:00"),
        (datetime(2026, 1, 8, 14, 29, 59, 999990), US, "2026-01-08T14:30:00-05:00"),  # noqa: DTZ001
        (date(2026, 1, 8), US, "2026-01-08T12:00:00-05:00"),
    ],
)
def test_a_time_is_the_clinics(cell: Cell, layout: Layout, told: str) -> None:
    assert cells.moment(cell, layout).isoformat() == told


@pytest.mark.parametrize(
    ("read", "cell", "layout", "told"),
    [
        (cells.money, "1,234.56", US, "--decimal-comma"),
        (cells.money, "1.234,56", EUROPE, "without a point"),
        (cells.money, "1800.001", US, "2 decimal places"),
        (cells.money, "1800.5", YEN, "0 decimal places"),
        (cells.money, Decimal("0.30000000000000004"), US, "plain decimal"),
        (cells.money, "(12.00)", US, "not negative"),
        (cells.money, "-12", US, "not negative"),
        (cells.money, Decimal(-12), US, "not negative"),
        (cells.money, "−12", US, "plain decimal"),
        (cells.money, "$12", US, "plain decimal"),
        (cells.money, "12-", US, "plain decimal"),
        (cells.money, "1e5", US, "plain decimal"),
        (cells.money, date(2026, 1, 1), US, "this is a date"),
        (cells.quantity, "1.0001", US, "three places"),
        (cells.quantity, "ten", US, "a quantity is"),
        (cells.whole, "1.5", US, "whole number"),
        (cells.key, "Jane Doe", US, "nobody's name"),
        (cells.key, "jane@example.com", US, "an id is"),
        (cells.key, "1.23E+15", US, "an id is"),
        (cells.key, Decimal(1230000000000001), US, "lost digits"),
        (cells.key, Decimal("10.5"), US, "lost digits"),
        (cells.key, "x" * 65, US, "an id is"),
        (cells.key, date(2026, 3, 4), US, "this is a date"),
        (cells.keys, "drip; Jane Doe!", US, "an id is"),
        (cells.text, "x" * 201, US, "at most 200"),
        (cells.day, "3/4/26", US, "--dates dmy or mdy"),
        (cells.day, "3/4/26", AMERICA, "01/31/2026"),
        (cells.day, "13/12/2025", AMERICA, "no such day"),
        (cells.day, "2025-02-29", US, "no such day"),
        (cells.day, "45000", US, "2026-01-31"),
        (cells.day, Decimal(45000), US, "2026-01-31"),
        (cells.day, "1789-07-14", US, "years run from 1900"),
        (cells.day, datetime(2026, 1, 1, 9), US, "this is a time"),  # noqa: DTZ001
        (cells.moment, "2026-03-08 02:30", US, "twice or never"),
        (cells.moment, "2026-11-01 01:30", US, "twice or never"),
        (cells.moment, "2026-01-08 25:00", US, "no such time"),
        (cells.moment, "noon: 2026", US, "2026-01-31 14:30"),
        (cells.yes, "maybe", US, "yes or no"),
        (cells.span, "half a year", US, "6 months"),
        (cells.one_of("card", "cash"), "gold", US, "card, cash"),
    ],
)
def test_what_could_mean_two_things_is_refused(
    read: Read, cell: Cell, layout: Layout, told: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        read(cell, layout)


@pytest.mark.parametrize("cell", ["Jane Doe", "jane@example.com"])
def test_what_may_be_a_name_is_not_repeated(cell: str) -> None:
    with pytest.raises(ValueError, match="an id is") as refused:
        cells.key(cell, US)
    assert cell not in str(refused.value)
