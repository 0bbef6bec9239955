"""The events of a replay as Arrow tables, read out of PostgreSQL while others are posted."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ledger.errors import Broken

#: How much is read at a time, how many times ahead of the caller, and how many make a table, at
#: first and later: each table costs some statements, but the first one is waited for, and each
#: reading ahead costs its memory.
_BATCH_BYTES = 2 << 20
_AHEAD = 48
_FIRST, _LEAST = 4, 16
_EVENTS = """
SELECT position, type, schema_version, stream, effective_on, body FROM ledger.event
WHERE clinic = current_setting('ledger.clinic') AND position > {after} AND position <= {cut}
  AND type IN ('{types}')
"""
# Planning time is all that compiled expressions would add to one scan.
_SESSION = "SELECT set_config('ledger.clinic', $1, true), set_config('jit', 'off', true)"

_Coming = deque[Future[pa.RecordBatch | None]]


@dataclass(frozen=True, slots=True)
class Reader:
    """A session as `ledger_api` under row security, which one thread opens and reads from."""

    _thread: ThreadPoolExecutor
    _opening: Future[dbapi.Cursor]

    def tables(self, after: int, cut: int, types: Iterable[str]) -> Iterator[pa.Table]:
        """Tables of the events of these types after position `after` up to `cut`, in any order.

        Reads from now on and a bounded amount ahead. Raises Broken when a row has a schema
        version that the posting rules do not know.
        """
        query = _EVENTS.format(after=int(after), cut=int(cut), types="', '".join(types))
        asked = self._thread.submit(lambda: _asked(self._opening.result(), query))

        def read() -> Future[pa.RecordBatch | None]:
            return self._thread.submit(lambda: next(asked.result(), None))

        return _tables(deque(read() for _ in range(_AHEAD)), read)


@contextmanager
def reader(conninfo: str, clinic: str) -> Iterator[Reader]:
    """A reader of the clinic's events that gets ready while its caller does something else.

    The driver first asks the server for all its types, which takes as long as thousands of events.
    """
    with ExitStack() as session, ThreadPoolExecutor(max_workers=1) as thread:
        try:
            yield Reader(thread, thread.submit(_open, session, conninfo, clinic))
        finally:
            thread.shutdown(cancel_futures=True)


def _open(session: ExitStack, conninfo: str, clinic: str) -> dbapi.Cursor:
    connection = session.enter_context(dbapi.connect(conninfo))
    cursor = session.enter_context(connection.cursor())
    cursor.execute("SET LOCAL ROLE ledger_api")
    cursor.execute(_SESSION, (clinic,))
    cursor.fetchall()
    size = {"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
    cursor.adbc_statement.set_options(**size)
    return cursor


def _asked(cursor: dbapi.Cursor, query: str) -> pa.RecordBatchReader:
    cursor.execute(query)
    return cursor.fetch_record_batch()


def _tables(
    coming: _Coming, read: Callable[[], Future[pa.RecordBatch | None]]
) -> Iterator[pa.Table]:
    least = _FIRST
    while batches := _come(coming, least):
        coming.extend(read() for _ in batches)
        yield _checked(batches)
        least = min(2 * least, _LEAST)


def _come(coming: _Coming, least: int) -> list[pa.RecordBatch]:
    """The batches that are there, and at least so many unless there are no more."""
    batches: list[pa.RecordBatch] = []
    while coming and (len(batches) < least or coming[0].done()):
        batch = coming.popleft().result()
        if batch is None:
            coming.clear()
        elif batch.num_rows:
            batches.append(batch)
    return batches


def _checked(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    versions = set(table.column("schema_version").unique().to_pylist())
    if versions - {1}:
        raise Broken(f"the posting rules do not know schema versions {versions - {1}}")
    return table
