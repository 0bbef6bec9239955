"""From the event table to books: Arrow out of PostgreSQL, rules and recognition in DuckDB."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import orjson
import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ledger.books.entries import Source
from ledger.calendar import Period
from ledger.errors import Broken
from projections.close.books import RULES_BY_EVENT, Books, Sealed
from projections.close.facts import FACT_EVENTS

#: Bodies held at once, between PostgreSQL and DuckDB.
CHUNK = 250_000
_READ = sorted({*RULES_BY_EVENT, *FACT_EVENTS})
_MINE = "clinic = current_setting('ledger.clinic')"
_EVENTS = f"""
SELECT position, type, schema_version, stream, effective_on, body FROM ledger.event
WHERE {_MINE} AND position <= {{cut}} AND type IN ('{"', '".join(_READ)}')
"""  # noqa: S608 - made of constants
_CLOSES = f"""
SELECT position, stream, body FROM ledger.event
WHERE {_MINE} AND position <= {{cut}} AND type = 'PeriodClosed' ORDER BY position
"""  # noqa: S608 - made of constants
_HEAD = f"SELECT position FROM ledger.clinic_head WHERE {_MINE}"  # noqa: S608


def replay(conninfo: str, clinic: str, cut: int | None = None) -> Books:
    """The books of everything recorded up to position `cut` (default: the head).

    Reads as `ledger_api` under row security. Raises Broken when a row has a schema version
    that the posting rules do not know.
    """
    with dbapi.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE ledger_api")
        cursor.execute("SELECT set_config('ledger.clinic', $1, true)", (clinic,))
        cursor.fetchall()
        position = _head(cursor) if cut is None else cut
        with ExitStack() as unfinished:
            books = unfinished.enter_context(Books(clinic, position, _closes(cursor, position)))
            for chunk in _chunks(cursor, position):
                books.load(chunk)
            books.settle()
            unfinished.pop_all()
        return books


def sealed_closes(conninfo: str, clinic: str) -> list[Sealed]:
    """Every close recorded, of every version, in the order of recording."""
    with dbapi.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE ledger_api")
        cursor.execute("SELECT set_config('ledger.clinic', $1, true)", (clinic,))
        cursor.fetchall()
        return _all_closes(cursor, _head(cursor))


def _head(cursor: dbapi.Cursor) -> int:
    cursor.execute(_HEAD)
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _closes(cursor: dbapi.Cursor, cut: int) -> list[Sealed]:
    """The closes in force: the last version of each period."""
    return list({sealed.period: sealed for sealed in _all_closes(cursor, cut)}.values())


def _all_closes(cursor: dbapi.Cursor, cut: int) -> list[Sealed]:
    cursor.execute(_CLOSES.format(cut=int(cut)))
    return [_sealed(*row) for row in cursor.fetchall()]


def _sealed(position: int, stream: str, text: str) -> Sealed:
    body = orjson.loads(text)
    return Sealed(
        period=Period.parse(body["period"]),
        version=body["version"],
        cut=body["cut"],
        rules=body["rules"],
        digest=body["journal_digest"],
        event=Source(position, "PeriodClosed", stream),
    )


def _chunks(cursor: dbapi.Cursor, cut: int) -> Iterator[pa.Table]:
    """Tables of about `CHUNK` rows; the next one is read while the caller works on the last."""
    cursor.execute(_EVENTS.format(cut=int(cut)))
    reader = cursor.fetch_record_batch()
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming = ahead.submit(_batches, reader)
        while batches := coming.result():
            coming = ahead.submit(_batches, reader)
            yield _checked(batches)


def _batches(reader: pa.RecordBatchReader) -> list[pa.RecordBatch]:
    held: list[pa.RecordBatch] = []
    rows = 0
    while rows < CHUNK:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            break
        held.append(batch)
        rows += batch.num_rows
    return [batch for batch in held if batch.num_rows]


def _checked(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    versions = set(table.column("schema_version").unique().to_pylist())
    if versions - {1}:
        raise Broken(f"the posting rules do not know schema versions {versions - {1}}")
    return table
