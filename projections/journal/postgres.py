"""The journal's tables in PostgreSQL, for the clinic a transaction is set to."""

from collections.abc import Iterable, Iterator, Sequence

import orjson
import psycopg

from ledger.books.accrual import Window
from ledger.books.entries import Entry, Source
from ledger.books.placing import Close
from projections.journal import lots, steps
from projections.journal.accruing import accrued
from projections.journal.tables import COLUMNS, Tuple, lines_of, write

_BIGINTS = {"position", "debit", "credit", "amount", *lots.MEASURES}
_INTEGERS = {"ordinal", "n", "closing"}
_DATES = {
    "posting_date",
    "service_date",
    "effective_on",
    "starts",
    "ends",
    "sold_on",
    "since",
    "cooling_off_until",
}
_BOOLEANS = {"provisional", "on_demand"}


def _type(column: str) -> str:
    named = ((_BIGINTS, "bigint"), (_INTEGERS, "integer"), (_DATES, "date"), (_BOOLEANS, "boolean"))
    return next((kind for columns, kind in named if column in columns), "text")


def _insert(table: str, columns: Sequence[str]) -> bytes:
    """One statement for any number of rows: COPY is refused under row-level security.

    The rows are one JSON text: arrays, one for each column, cost the program ten times as much.
    """
    values = ", ".join(f"(given ->> {n})::{_type(column)}" for n, column in enumerate(columns))
    return (
        f"INSERT INTO views.{table} (clinic, {', '.join(columns)}) "  # noqa: S608
        f"SELECT %s, {values} FROM jsonb_array_elements(%s::jsonb) AS given"
    ).encode()


_ADD_LINES = _insert("journal_line", COLUMNS)
_ADD_STEPS = _insert("journal_step", steps.COLUMNS)
_ADD_CONTRACTS = _insert("journal_contract", lots.CONTRACTS)
_ADD_LOTS = _insert("journal_lot", lots.LOTS)
_ADD_UNITS = _insert("journal_unit", lots.UNITS)


class PostgresTables:
    """`connection` is in a transaction set to `clinic`; row security keeps the others out."""

    def __init__(self, connection: psycopg.Connection[Tuple], clinic: str) -> None:
        self._connection = connection
        self._clinic = clinic

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Tuple]:
        """The rows of a statement with ``?`` parameters."""
        return iter(self._connection.execute(sql.replace("?", "%s").encode(), parameters))

    def add(self, entries: Sequence[Entry]) -> None:
        """Writes the lines of these entries."""
        self._add(_ADD_LINES, lines_of(entries))

    def accrue(self, window: Window, cut: int, before: Close | None, event: Source | None) -> None:
        """Writes what time earned by the days of `window`, of what is known at `cut`."""
        write(self, accrued(self, window, cut, before), event)

    def add_steps(self, rows: Iterable[Tuple]) -> None:
        """Writes rows of ``views.journal_step``."""
        self._add(_ADD_STEPS, rows)

    def add_stock(self, stock: lots.Stock) -> None:
        """Writes what estimates work on."""
        self._add(_ADD_CONTRACTS, stock.contracts)
        self._add(_ADD_LOTS, stock.lots)
        self._add(_ADD_UNITS, stock.units)

    def _add(self, statement: bytes, rows: Iterable[Tuple]) -> None:
        given = list(rows)
        if given:
            self._connection.execute(statement, (self._clinic, orjson.dumps(given).decode()))
