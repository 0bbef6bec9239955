"""The books of a clinic in memory as a replay holds them, with its identities checked."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledger.books.entries import Entry, Source
from ledger.books.interpret import entries_of
from ledger.calendar import Period
from projections.close.books import Books
from projections.close.figures import checks
from tests.books.stories import Happened, chunk_of
from tests.support.clinic import RULES, Glow


def row_by_row(glow: Glow) -> list[Entry]:
    """The entries of every event, as the journal posts them one by one."""
    return [
        entry
        for item in glow.history
        for entry in entries_of(
            RULES,
            Source(item.position, type(item.event).__name__, item.stream),
            item.effective_on,
            item.event.model_dump(mode="json", exclude_none=True),
            (),
        )
    ]


@contextmanager
def closed(glow: Glow, period: str) -> Iterator[Books]:
    """The books after a first close of `period`; every identity of 15.6 holds in them, and they
    are what the journal posts row by row.
    """
    happened = [Happened(item.effective_on, item.event, item.stream) for item in glow.history]
    with Books("glow", len(happened), []) as books:
        books.load([chunk_of(happened)])
        by_day = sorted(row_by_row(glow), key=lambda entry: entry.posting_date)
        assert list(books.entries()) == by_day
        books.close_now(Period.parse(period))
        assert [check for check in checks(books, Period.parse(period)) if not check.ok] == []
        yield books


def balances(books: Books, period: str) -> dict[str, int]:
    """The trial balance at the end of a period, debits positive, without accounts at zero."""
    rows = books.totals(Period.parse(period).last)
    return {row.account: row.balance for row in rows if row.balance}
