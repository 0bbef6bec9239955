"""A first close over many months posts what one close after the other would, in one reading."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ledger.calendar import Period
from projections.close.books import Books
from tests.books.stories import time_lines
from tests.books.test_stories import sealed, told

MONTHS = [Period(2026, month) for month in (1, 2, 3, 4)]


def test_four_months_closed_at_once_are_four_closes_one_after_the_other() -> None:
    story = time_lines()
    with told(story, [sealed(month, len(story.events)) for month in MONTHS]) as books:
        apart = [books.digest(month) for month in MONTHS]
        lines = [(entry.entry, entry.lines) for entry in books.entries()]
    with told(story) as books:
        books.close_now(MONTHS[-1])
        assert [(entry.entry, entry.lines) for entry in books.entries()] == lines
        assert [books.digest(month) for month in MONTHS] == apart
        accrued = {entry.period for entry in books.entries() if entry.rule == "14"}
    assert accrued == {str(month) for month in MONTHS}


def test_a_contract_is_read_once_however_many_months_are_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    read = Books.rows

    def counted(books: Books, sql: str, parameters: Sequence[object] = ()) -> Iterator[Any]:
        asked.append(sql)
        return read(books, sql, parameters)

    monkeypatch.setattr(Books, "rows", counted)
    with told(time_lines()) as books:
        books.close_now(MONTHS[-1])
    steps = [sql for sql in asked if "ORDER BY subscription, position, n" in sql]
    assert len(steps) == 1
