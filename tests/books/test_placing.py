"""The lock rule of accounting.md 14.2, case by case."""

from datetime import date

import duckdb
import pytest

from ledger.books.placing import Close, Placed, place
from ledger.calendar import Period
from projections.close.compile import posting_date

JANUARY, FEBRUARY = Close(Period(2026, 1), 10), Close(Period(2026, 2), 20)
CASES = [
    # closes, dated, position, posted, prior period
    ((), "2026-01-15", 11, "2026-01-15", None),
    ((JANUARY,), "2026-01-15", 10, "2026-01-15", None),
    ((JANUARY,), "2026-01-15", 11, "2026-02-01", "2026-01"),
    ((JANUARY,), "2026-01-31", 11, "2026-02-01", "2026-01"),
    ((JANUARY,), "2026-02-01", 11, "2026-02-01", None),
    ((JANUARY,), "2025-11-30", 11, "2026-02-01", "2025-11"),
    ((JANUARY,), "2026-03-05", 11, "2026-03-05", None),
    ((JANUARY, FEBRUARY), "2026-01-15", 15, "2026-02-01", "2026-01"),
    ((JANUARY, FEBRUARY), "2026-02-15", 15, "2026-02-15", None),
    ((JANUARY, FEBRUARY), "2026-01-15", 21, "2026-03-01", "2026-01"),
    ((JANUARY, FEBRUARY), "2026-02-28", 21, "2026-03-01", "2026-02"),
    ((FEBRUARY, JANUARY), "2026-02-28", 21, "2026-03-01", "2026-02"),
]


@pytest.mark.parametrize(("closes", "dated", "position", "posted", "prior"), CASES)
def test_place(
    closes: tuple[Close, ...], dated: str, position: int, posted: str, prior: str | None
) -> None:
    day = date.fromisoformat(dated)
    assert place(day, position, closes) == Placed(date.fromisoformat(posted), posted[:7], prior)
    compiled = f"""
        SELECT {posting_date(closes)}
        FROM (SELECT DATE '{dated}' AS effective_on, {position} AS position)
    """
    assert duckdb.connect().execute(compiled).fetchall() == [(date.fromisoformat(posted),)]
