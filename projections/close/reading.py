"""The events of a replay as Arrow tables, read out of PostgreSQL while others are posted."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pyarrow as pa
from adbc_driver_postgresql import dbapi

from ledger.errors import Broken

#: How much is read at a time, how many times ahead of the caller, and how many make a table:
#: each table costs some statements, and each reading ahead its memory.
_BATCH_BYTES = 2 << 20
_AHEAD = 48
_LEAST = 16
_EVENTS = """
SELECT position, type, schema_version, stream, effective_on, body FROM ledger.event
WHERE clinic = current_setting('ledger.clinic') AND position > {after} AND position <= {cut}
  AND type IN ('{types}')
"""
# Planning time is all that compiled expressions would add to one scan.
_SESSION = "SELECT set_config('ledger.clinic', $1, true), set_config('jit', 'off', true)"

_Coming = deque[Future[pa.RecordBatch | None]]


@contextmanager
def reading(
    conninfo: str, clinic: str, after: int, cut: int, types: Iterable[str]
) -> Iterator[Iterator[pa.Table]]:
    """Tables of the events of these types after position `after` up to `cut`, in any order.

    Reads as `ledger_api` under row security, from now on and a bounded amount ahead. Raises
    Broken when a row has a schema version that the posting rules do not know.
    """
    query = _EVENTS.format(after=int(after), cut=int(cut), types="', '".join(types))
    with ExitStack() as session, ThreadPoolExecutor(max_workers=1) as thread:
        reader = thread.submit(_open, session, conninfo, clinic, query)

        def read() -> Future[pa.RecordBatch | None]:
            return thread.submit(lambda: next(reader.result(), None))

        try:
            yield _tables(deque(read() for _ in range(_AHEAD)), read)
        finally:
            thread.shutdown(cancel_futures=True)


def _open(session: ExitStack, conninfo: str, clinic: str, query: str) -> pa.RecordBatchReader:
    connection = session.enter_context(dbapi.connect(conninfo))
    cursor = session.enter_context(connection.cursor())
    cursor.execute("SET LOCAL ROLE ledger_api")
    cursor.execute(_SESSION, (clinic,))
    cursor.fetchall()
    size = {"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
    cursor.adbc_statement.set_options(**size)
    cursor.execute(query)
    return cursor.fetch_record_batch()


def _tables(
    coming: _Coming, read: Callable[[], Future[pa.RecordBatch | None]]
) -> Iterator[pa.Table]:
    while batches := _come(coming):
        coming.extend(read() for _ in batches)
        yield _checked(batches)


def _come(coming: _Coming) -> list[pa.RecordBatch]:
    """The batches that are there, and at least so many unless there are no more."""
    batches: list[pa.RecordBatch] = []
    while coming and (len(batches) < _LEAST or coming[0].done()):
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
