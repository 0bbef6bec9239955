"""A first close over many months posts what one close after the other would, in one reading."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from ledger.calendar import Period
from projections.close.books import Books
from tests.books.stories import Story, drawn, paid, share, sold, time_lines, units
from tests.books.test_stories import sealed, told

MONTHS = [Period(2026, month) for month in range(1, 8)]


def ahead_of_payment() -> Story:
    """Two of three sessions are used in January and April, and all are paid in June."""
    story = Story()
    story.on("2026-01-05", sold("2026-01-05", units("session", 3, 30000)))
    story.on("2026-01-10", drawn("session", 10000))
    story.on("2026-04-10", drawn("session", 10000))
    story.on("2026-06-05", paid([share("session", 30000)]))
    return story


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that books are asked."""
    found: list[str] = []
    read = Books.rows

    def counted(books: Books, sql: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        found.append(sql)
        return read(books, sql, parameters)

    monkeypatch.setattr(Books, "rows", counted)
    return found


@pytest.mark.parametrize(
    ("story", "rule", "months"),
    [
        (time_lines(), "14", {"2026-01", "2026-02", "2026-03", "2026-04"}),
        # What is used ahead of payment is an asset, also at the end of a month with no visit.
        (ahead_of_payment(), "53", {f"2026-0{month}" for month in range(1, 7)}),
    ],
)
def test_months_closed_at_once_are_closes_one_after_the_other(
    story: Story, rule: str, months: set[str]
) -> None:
    with told(story, [sealed(month, len(story.events)) for month in MONTHS]) as books:
        apart = [books.digest(month) for month in MONTHS]
        lines = [(entry.entry, entry.lines) for entry in books.entries()]
    with told(story) as books:
        books.close_now(MONTHS[-1])
        assert [(entry.entry, entry.lines) for entry in books.entries()] == lines
        assert [books.digest(month) for month in MONTHS] == apart
        written = {entry.period for entry in books.entries() if entry.rule == rule}
    assert written == months


def test_a_contract_is_read_once_however_many_months_are_open(asked: list[str]) -> None:
    with told(time_lines()) as books:
        books.close_now(MONTHS[3])
    steps = [sql for sql in asked if "ORDER BY subscription, position, n" in sql]
    assert len(steps) == 1


def test_a_month_in_which_nothing_happens_asks_for_nothing(asked: list[str]) -> None:
    counts = []
    for year in (2027, 2036):
        with told(ahead_of_payment()) as books:
            asked.clear()
            books.bring_up_to(date(year, 1, 31))
            counts.append(len(asked))
    assert counts[0] == counts[1]
