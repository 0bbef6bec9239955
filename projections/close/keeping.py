"""What the next close needs of everything before it, kept in a file instead of replayed again.

A file stands for one close: for the history up to its cut, the closes in force by then and the
form of the tables. When any of these is another, there is no file, and the whole history is
read. Lines from before the period that was closed are kept as monthly sums of what shares all
dimensions; nothing that a later close asks of them tells more.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import duckdb

from aggregates.effects import RULES
from ledger.calendar import Calendar, Period
from ledger.canonical import canonical
from projections.close.basis import OWN
from projections.close.books import TABLES, Books, Sealed
from projections.close.loading import Loadings
from projections.close.sessions import session

_HASHES = """
SELECT position, encode(hash, 'hex') FROM ledger.event WHERE clinic = %s AND position = ANY(%s)
"""
_TABLES = """
SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index)
FROM duckdb_columns() WHERE database_name = 'memory' AND schema_name IN ('main', 'views')
  AND NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables())
GROUP BY ALL
"""
#: How the columns of a line are kept of earlier periods; any other column tells lines apart.
_MERGED = {
    **dict.fromkeys(("ordinal", "position", "n"), "0"),
    **dict.fromkeys(("entry", "stream"), "''"),
    **dict.fromkeys(("posting_date", "service_date"), "period_end({})"),
    **dict.fromkeys(("amount", "debit", "credit"), "CAST(sum({}) AS BIGINT)"),
}
#: The tables of lines, with what is true of debits: the two sides are not merged.
_LINES = {"main.posted": "amount > 0", "main.computed": "debit > 0"}

_Run = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Keeping:
    """A folder of kept closes, of the clinics in the database `conninfo`.

    Files may be removed at any time: that costs the next close a longer replay and nothing
    else, as does a folder that cannot be written to.
    """

    folder: Path
    conninfo: str

    def restore(self, books: Books) -> None:
        """Fills empty books up to the last of their closes that is kept, if one is."""
        for count, file in reversed(list(enumerate(self._files(books), start=1))):
            if file.exists() and _restored(books, file, count):
                return

    def keep(self, books: Books, period: Period, digest: str, behind: int) -> None:
        """Keeps the books of the close of `period` at their position, once it is computed.

        `behind` as in `Books`. Of the clinic, the last close in force is kept beside.
        """
        *earlier, file = self._files(books, (str(period), books.cut, digest, RULES))
        draft = file.with_name(f"{uuid4().hex}.draft")
        with suppress(OSError, duckdb.Error):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            try:
                _write(books, draft, period, behind)
                draft.replace(file)
            finally:
                for left in self.folder.glob(f"{draft.name}*"):
                    left.unlink()
            for other in set(self.folder.glob(f"{_prefix(books)}*")) - {file, *earlier[-1:]}:
                other.unlink(missing_ok=True)

    def _files(self, books: Books, *more: tuple[object, ...]) -> list[Path]:
        """The file of each close in force, and of one to come: each stands on those before."""
        closes = [*map(_named, books.closes), *more]
        cuts = [int(str(cut)) for _, cut, *_ in closes]
        with session(self.conninfo, books.clinic) as connection:
            hashes = dict(connection.execute(_HASHES, (books.clinic, cuts)).fetchall())
        running = hashlib.sha256(_layout(books.calendar, pools=books.settings.pools))
        files = []
        for cut, close in zip(cuts, closes, strict=True):
            running.update(canonical([*close, hashes.get(cut)]))
            files.append(self.folder / f"{_prefix(books)}{running.hexdigest()}.duckdb")
        return files


@cache
def _layout(calendar: Calendar, *, pools: bool) -> bytes:
    """The form of the tables, and every statement that fills them or merges their lines."""
    loadings = Loadings(OWN.rules, pools=pools)
    loaded = [(event, loadings.of(event)) for event in loadings.types]
    return repr((TABLES, loaded, _MERGED, _LINES, calendar)).encode()


def _prefix(books: Books) -> str:
    return hashlib.sha256(books.clinic.encode()).hexdigest()[:16] + "-"


def _named(sealed: Sealed) -> tuple[object, ...]:
    return (str(sealed.period), sealed.cut, sealed.digest, sealed.rules)


def _restored(books: Books, file: Path, count: int) -> bool:
    """Whether the file could be read; books stay empty otherwise."""
    try:
        with books.beside(file, read_only=True) as run:
            for table, _ in books.rows(_TABLES):
                run(f"INSERT INTO {table} BY NAME FROM kept.{table}")
            [(behind,)] = books.rows("FROM kept.main.behind")
    except duckdb.Error:
        return False
    books.resume(count, behind)
    return True


def _write(books: Books, file: Path, period: Period, behind: int) -> None:
    with books.beside(file) as run:
        run("CREATE SCHEMA kept.views")
        for table, columns in list(books.rows(_TABLES)):
            run(f"CREATE TABLE kept.{table} AS {_kept(table, columns, period)}")
        run(f"CREATE TABLE kept.main.behind AS SELECT {int(behind)} AS position")


def _kept(table: str, columns: Sequence[str], period: Period) -> str:
    if table not in _LINES:
        return f"FROM {table}"
    first = f"DATE '{period.first}'"
    merged = ", ".join(_MERGED.get(name, "{}").format(name) + f" AS {name}" for name in columns)
    apart = [
        _MERGED.get(name, "{}").format(name)
        for name in columns
        if _MERGED.get(name, "{}").startswith(("{}", "period_end"))
    ]
    return f"""
SELECT {", ".join(columns)} FROM {table} WHERE posting_date >= {first}
UNION ALL
SELECT {merged} FROM {table} WHERE posting_date < {first}
GROUP BY {", ".join((*apart, _LINES[table]))}
"""  # noqa: S608 - made of the tables' columns
