"""The books of a clinic as a replay holds them, in DuckDB."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from aggregates.restatement import Restated
from ledger.books.accrual import Window
from ledger.books.digest import digest_of_texts
from ledger.books.entries import Entry, Source
from ledger.books.placing import Close
from ledger.books.rollforward import Moved, column_of, roll_forward
from ledger.books.trialbalance import Total
from ledger.calendar import Period
from projections.close import sealing
from projections.close.accruing import UNEVEN, accrue_evenly
from projections.close.basis import OWN, Basis
from projections.close.feeding import Feed
from projections.close.loading import Loadings
from projections.close.restating import without
from projections.close.spans import define
from projections.journal.accruing import accrued
from projections.journal.closing import close_through
from projections.journal.lots import Stock
from projections.journal.settings import SettingsHistory
from projections.journal.tables import COLUMNS, Tuple, lines_of, read_entries, write

NO_SETTINGS = SettingsHistory()
#: What a replay keeps.
TABLES = files("projections.close").joinpath("tables.sql").read_text()
_TEXT = ("entry", "lot", "rule", "period", "prior_period_of", "type", "stream", "account")
_INTEGERS = {"ordinal", "position", "n", "closing", "debit", "credit"}
_DATES = {"posting_date", "service_date"}
_PAGE = 10_000
#: About how many lines are sorted at once; those of a day always are.
_SORTED = 200_000
#: What DuckDB may hold before it writes to the temporary folder.
MEMORY = "1GB"


def _type(column: str) -> pa.DataType:
    if column in _INTEGERS:
        return pa.int64()
    if column in _DATES:
        return pa.date32()
    return pa.bool_() if column == "provisional" else pa.string()


_SCHEMA = pa.schema([(column, _type(column)) for column in COLUMNS])


@dataclass(frozen=True, slots=True)
class Sealed:
    """A recorded close: what it sealed, and where it stands in the history."""

    period: Period
    version: int
    cut: int
    rules: str
    digest: str
    event: Source

    @property
    def close(self) -> Close:
        """The lock it put on the period."""
        return Close(self.period, self.cut)


class Books:
    """All entries up to a position, with those of the closes recorded by then.

    A context manager: what does not fit into `MEMORY` goes to a temporary folder, so the
    length of a history is bounded by the disk. Feed it with `load`, then `settle` once.
    """

    def __init__(
        self,
        clinic: str,
        cut: int,
        closes: Sequence[Sealed],
        settings: SettingsHistory = NO_SETTINGS,
        basis: Basis = OWN,
        restated: Restated | None = None,
    ) -> None:
        self.settings = settings
        self.clinic = clinic
        self.cut = cut
        self.basis = basis
        self.restated = restated
        self.closes = tuple(sorted(closes, key=lambda sealed: sealed.period))
        self._folder = tempfile.TemporaryDirectory(prefix="books-")
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": self._folder.name,
            "preserve_insertion_order": False,
            "checkpoint_threshold": "1TB",  # nothing here is kept: compressing it is wasted work
        }
        self._database = duckdb.connect(":memory:", config=options)
        self.calendar = settings.calendar(cut)
        define(self._database, self.calendar)
        self._database.execute(TABLES)
        in_force = tuple(sealed.close for sealed in self.closes)
        self._feed = Feed(self._database, Loadings(basis.rules, in_force, settings.pools))
        self._settled = 0
        self.behind = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drops the books."""
        self._database.close()
        self._folder.cleanup()

    def load(self, chunks: Iterable[pa.Table]) -> None:
        """Posts events: columns position, type, stream, effective_on, body; in any order.

        Those of contracts that are restated are posted as restated.
        """
        if self.restated is not None:
            chunks = without(chunks, self.restated)
        self._feed.load(chunks)

    def settle(self) -> None:
        """Writes the closing entries of every recorded close, once all events are loaded."""
        before = self.closes[self._settled - 1].close if self._settled else None
        for sealed in self.closes[self._settled :] if self.basis.accrues else ():
            self._through(sealed.period, sealed.cut, before, event=sealed.event)
            before = sealed.close

    def resume(self, count: int, behind: int) -> None:
        """Says that the books hold everything up to the cut of their close number `count`.

        No visit up to position `behind` is dated after that close's period.
        """
        self._settled, self.behind = count, behind

    @property
    def held(self) -> int:
        """The position up to which events were loaded before, with their closing entries."""
        return self.closes[self._settled - 1].cut if self._settled else 0

    @contextmanager
    def beside(self, file: Path, *, read_only: bool = False) -> Iterator[Callable[[str], object]]:
        """Statements in one transaction with the database `file`, named ``kept``."""
        name, mode = str(file).replace("'", "''"), " (READ_ONLY)" if read_only else ""
        self._database.execute(f"ATTACH '{name}' AS kept{mode}")
        try:
            self._database.begin()
            yield self._database.execute
            self._database.commit()
        except duckdb.Error:
            self._database.rollback()
            raise
        finally:
            self._database.execute("DETACH kept")

    @property
    def locked(self) -> Close | None:
        """The last close in force."""
        return self.closes[-1].close if self.closes else None

    def close_now(self, period: Period) -> None:
        """Writes the closing entries of `period`, as a close at this position would."""
        self._through(period, self.cut, self.locked)

    def bring_up_to(self, as_of: date, cut: int | None = None) -> None:
        """Accrues and presents every period that is still open up to a day, provisionally.

        Up to position `cut` counts, where events that time would bring were added beyond the
        recorded ones.
        """
        if not self.basis.accrues:
            return
        last, known = self.calendar.of(as_of), self.cut if cut is None else cut
        self._through(last, known, self.locked, through=as_of, provisional=True)

    def _through(self, last: Period, cut: int, before: Close | None, **more: Any) -> None:
        close_through(self, last, cut, before, settings=self.settings, **more)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Tuple]:
        """The rows of a statement with ``?`` parameters, page by page."""
        for page in self._pages(sql, parameters):
            yield from page

    def _pages(self, sql: str, parameters: Sequence[object]) -> Iterator[list[Tuple]]:
        with self._database.cursor() as cursor:
            cursor.execute(sql, list(parameters))
            while page := cursor.fetchmany(_PAGE):
                yield page

    def add(self, entries: Sequence[Entry]) -> None:
        """Writes the lines of these entries."""
        columns = list(zip(*lines_of(entries), strict=True))
        if not columns:
            return
        arrays = [
            pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)
        ]
        self._database.register("added", pa.Table.from_arrays(arrays, schema=_SCHEMA))
        self._database.execute("INSERT INTO computed SELECT * FROM added")
        self._database.unregister("added")

    def accrue(self, window: Window, cut: int, before: Close | None, event: Source | None) -> None:
        """Writes what time earned by the days of `window`, of what is known at `cut`."""
        if accrue_evenly(self._database, window, cut, before, event):
            write(self, accrued(self, window, cut, before, UNEVEN), event)

    def add_steps(self, rows: Iterable[Tuple]) -> None:
        """Writes rows of ``views.journal_step``."""
        self._add_rows("step", rows)

    def add_stock(self, stock: Stock) -> None:
        """Writes what estimates work on."""
        self._add_rows("contract", stock.contracts)
        self._add_rows("lot", stock.lots)
        self._add_rows("unit", stock.units)

    def _add_rows(self, table: str, rows: Iterable[Tuple]) -> None:
        given = list(rows)
        if given:
            values = ", ".join("?" * len(given[0]))
            self._database.executemany(
                f"INSERT INTO views.journal_{table} VALUES ({values})",  # noqa: S608
                given,
            )

    def entries(self, first: date = date.min, last: date = date.max) -> Iterator[Entry]:
        """The entries posted from `first` through `last`, in the order of the journal."""
        return read_entries(self, first, last)

    def digest(self, period: Period) -> str:
        """The digest of the period's entries (accounting.md 12.2), which go by days first."""
        stretches = self.rows(sealing.STRETCHES, (_SORTED, period.first, period.last))
        pages = (page for days in stretches for page in self._pages(sealing.TEXTS, days))
        return digest_of_texts(",".join(text for (text,) in page).encode() for page in pages)

    def entry_count(self, period: Period) -> int:
        """How many entries are posted in the period."""
        [(count,)] = self.rows(sealing.COUNT, (period.first, period.last))
        return int(count)

    def totals(self, as_of: date) -> list[Total]:
        """The trial balance of what is posted by the end of that day."""
        return [Total(*row) for row in self.rows(sealing.TOTALS, (as_of,))]

    def rollforward(self, period: Period, through: date | None = None) -> dict[str, dict[str, int]]:
        """The roll-forward's columns by liability account, and ``total``, to the end of the
        period or of an earlier day.
        """
        last = period.last if through is None else min(period.last, through)
        openings = self.rows(sealing.OPENINGS, (period.first,))
        moved = self.rows(sealing.MOVED, (period.first, last))
        return roll_forward(
            [
                *(Moved(party, account, "opening", amount) for party, account, amount in openings),
                *(
                    Moved(party, account, column_of(rule, kind), amount)
                    for party, account, rule, kind, amount in moved
                ),
            ]
        )
