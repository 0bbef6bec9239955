"""The journal's tables, held alike by PostgreSQL (the read model) and DuckDB (a replay).

Statements about them are written once, in the SQL both engines share, with ``?`` for
parameters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, islice
from typing import Any, Protocol

from ledger.books.accrual import Window
from ledger.books.entries import Dimensions, Entry, Line, Source
from ledger.books.placing import Close

#: Where a line belongs, column by column as in `Dimensions`; ``grant`` is a word of SQL.
PLACE = tuple("grant_id" if name == "grant" else name for name in Dimensions._fields)
COLUMNS = (
    "entry",
    "ordinal",
    "position",
    "n",
    "closing",
    "lot",
    "rule",
    "posting_date",
    "service_date",
    "period",
    "prior_period_of",
    "type",
    "stream",
    "provisional",
    "account",
    "debit",
    "credit",
    *PLACE,
)
#: Order of the journal (accounting.md 12.2): events by position, then closing entries.
ORDER = """
posting_date, closing, CASE closing WHEN 0 THEN position ELSE 0 END, n,
CASE closing WHEN 0 THEN '' ELSE coalesce(subscription, '') END, lot,
coalesce(prior_period_of, ''), ordinal
"""
#: Event entries of a replay leave `entry` out: it follows from position and n.
ENTRY = "coalesce(entry, 'e-' || position || '-' || n)"
_SELECT = f"""
SELECT {ENTRY}, posting_date, period, service_date, rule, prior_period_of, position, type, stream,
       provisional, n, closing, lot, account, debit, credit, {", ".join(PLACE)}
FROM views.journal_line WHERE {{condition}} ORDER BY {ORDER}
"""  # noqa: S608 - made of constants
_ENTRY_WIDTH = 13
#: How many entries are written at a time: those of many months need not fit into memory.
_BATCH = 20_000

Tuple = tuple[Any, ...]


class Tables(Protocol):
    """One clinic's ``views.journal_line`` and ``views.journal_step``, wherever they are."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Tuple]:
        """The rows of a statement with ``?`` parameters."""
        ...

    def add(self, entries: Sequence[Entry]) -> None:
        """Writes the lines of these entries."""
        ...

    def accrue(self, window: Window, cut: int, before: Close | None, event: Source | None) -> None:
        """Writes what time earned by the days of `window`, of what is known at `cut`.

        `before` is the close in force before; `event` is the close the entries belong to, when
        it is recorded (accounting.md 6.2).
        """
        ...


def write(tables: Tables, entries: Iterable[Entry], event: Source | None) -> bool:
    """Writes entries, those of the close `event` if it is recorded; whether there were any."""
    waiting, found = iter(entries), False
    while batch := list(islice(waiting, _BATCH)):
        tables.add(batch if event is None else [replace(one, event=event) for one in batch])
        found = True
    return found


def lines_of(entries: Iterable[Entry]) -> Iterator[Tuple]:
    """One tuple per line, in the order of `COLUMNS`."""
    for entry in entries:
        event = entry.event or Source(0, "", "")
        shared = (
            event.position,
            entry.n,
            entry.closing,
            entry.lot,
            entry.rule,
            entry.posting_date,
            entry.service_date,
            entry.period,
            entry.prior_period_of,
            event.type,
            event.stream,
            entry.provisional,
        )
        for ordinal, line in enumerate(entry.lines):
            amounts = (line.account, line.debit, line.credit)
            yield (entry.entry, ordinal, *shared, *amounts, *line.at)


def read_entries(
    tables: Tables, first: date = date(1, 1, 1), last: date = date(9999, 12, 31)
) -> Iterator[Entry]:
    """The entries posted from `first` through `last`, in the order of the journal."""
    return matching(tables, "posting_date BETWEEN ? AND ?", (first, last))


def matching(tables: Tables, condition: str, parameters: Sequence[object]) -> Iterator[Entry]:
    """The entries of the lines that meet a condition over the columns, with these lines alone."""
    rows = tables.rows(_SELECT.format(condition=condition), parameters)
    for head, lines in groupby(rows, key=lambda row: row[:_ENTRY_WIDTH]):
        yield _entry(head, tuple(_line(row[_ENTRY_WIDTH:]) for row in lines))


def _entry(head: Tuple, lines: tuple[Line, ...]) -> Entry:
    entry, posting_date, period, service_date, rule, prior, position, *rest = head
    kind, stream, provisional, n, closing, lot = rest
    return Entry(
        entry=entry,
        posting_date=posting_date,
        period=period,
        service_date=service_date,
        rule=rule,
        lines=lines,
        prior_period_of=prior,
        event=Source(position, kind, stream) if stream else None,
        provisional=provisional,
        n=n,
        closing=closing,
        lot=lot,
    )


def _line(row: Tuple) -> Line:
    account, debit, credit, *at = row
    return Line(account, debit, credit, Dimensions(*at))
