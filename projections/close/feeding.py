"""Events on their way into the tables of a replay: parsed as they come, posted many at once.

What is parsed is posted by other threads, while more is read and parsed.
"""

import os
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

import duckdb
import pyarrow as pa

from projections.close.loading import Loading, Loadings

# What fetches the next chunk needs one too.
_LEAVE_A_CORE = f"SET threads = {max((os.cpu_count() or 1) - 1, 1)}"
#: Threads that post; so many more tables may wait for them, which bounds the memory.
_POSTERS = 2
#: Events of a type that are posted at once.
MANY = 100_000


@dataclass(slots=True)
class _Waiting:
    """A table of parsed events of one type, and how many there are."""

    table: str
    loading: Loading
    events: int = 0


class Feed:
    """Fills the tables in `database` by these loadings."""

    def __init__(self, database: duckdb.DuckDBPyConnection, loadings: Loadings) -> None:
        self._database = database
        self._loadings = loadings
        self._types = frozenset(loadings.types)
        self._known: dict[str, Loading] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._tables = count(1)

    def load(self, chunks: Iterable[pa.Table]) -> None:
        """Posts events: columns position, type, stream, effective_on, body; in any order."""
        self._database.execute(_LEAVE_A_CORE)
        posting: deque[Future[None]] = deque()
        with ThreadPoolExecutor(_POSTERS) as pool:
            for chunk in chunks:
                self._parse(chunk)
                for table in self._ready(MANY):
                    if len(posting) == 2 * _POSTERS:
                        posting.popleft().result()
                    posting.append(pool.submit(_post, self._database.cursor(), table))
            for table in self._ready(0):
                posting.append(pool.submit(_post, self._database.cursor(), table))
            for posted in posting:
                posted.result()
        self._database.execute("RESET threads")

    def _loading(self, event: str) -> Loading:
        """Of a type that has come: few of those there are do, in one clinic."""
        if event not in self._known:
            self._known[event] = self._loadings.of(event)
        return self._known[event]

    def _parse(self, chunk: pa.Table) -> None:
        """A statement costs as much as a thousand rows, so events wait for others of their type."""
        self._database.register("chunk", chunk)
        for event, events in _counts(chunk):
            if event not in self._types:
                continue
            loading, waiting = self._loading(event), self._waiting.get(event)
            if waiting is None:
                waiting = _Waiting(f"waiting.{event}_{next(self._tables)}", loading)
                self._database.execute(f"CREATE TABLE {waiting.table} AS {loading.parse}")
            else:
                self._database.execute(f"INSERT INTO {waiting.table} {loading.parse}")
            waiting.events += events
            self._waiting[event] = waiting
        self._database.unregister("chunk")

    def _ready(self, least: int) -> list[_Waiting]:
        """What waits in tables of at least so many events, which from now on take in no more."""
        ready = [event for event, waiting in self._waiting.items() if waiting.events >= least]
        return [self._waiting.pop(event) for event in ready]


def _post(database: duckdb.DuckDBPyConnection, waiting: _Waiting) -> None:
    with database:
        database.execute(f"CREATE TEMP VIEW parsed AS FROM {waiting.table}")
        for statement in (*_written(database, waiting.loading), *waiting.loading.noted):
            database.execute(statement)
        database.execute(f"DROP TABLE {waiting.table}")


def _written(database: duckdb.DuckDBPyConnection, loading: Loading) -> list[str]:
    """The postings that any of the events write: of the rows of a type, mostly one."""
    if not loading.posted:
        return []
    [written] = database.execute(loading.asked).fetchall()
    return [one for one, any_ in zip(loading.posted, written, strict=True) if any_]


def _counts(chunk: pa.Table) -> list[tuple[str, int]]:
    found = chunk.column("type").value_counts()
    return [(str(one["values"]), one["counts"].as_py()) for one in found]
