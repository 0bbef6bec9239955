"""Events on their way into the tables of a replay: parsed as they come, posted many at once."""

import os
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from projections.close.loading import Loading, Loadings

# What fetches the next chunk needs one too.
_LEAVE_A_CORE = f"SET threads = {max((os.cpu_count() or 1) - 1, 1)}"
#: Events of a type that are posted at once.
MANY = 100_000


class Feed:
    """Fills the tables in `database` by these loadings."""

    def __init__(self, database: duckdb.DuckDBPyConnection, loadings: Loadings) -> None:
        self._database = database
        self._loadings = loadings
        self._types = frozenset(loadings.types)
        self._known: dict[str, Loading] = {}
        self._waiting: dict[str, int] = {}

    def load(self, chunks: Iterable[pa.Table]) -> None:
        """Posts events: columns position, type, stream, effective_on, body; in any order."""
        self._database.execute(_LEAVE_A_CORE)
        for chunk in chunks:
            self._database.register("chunk", chunk)
            for event, count in _counts(chunk):
                if event in self._types:
                    self._parse(event, count)
            self._database.unregister("chunk")
        self._database.execute("RESET threads")
        for event in tuple(self._waiting):
            self._post(event)

    def _loading(self, event: str) -> Loading:
        """Of a type that has come: few of those there are do, in one clinic."""
        if event not in self._known:
            self._known[event] = self._loadings.of(event)
        return self._known[event]

    def _parse(self, event: str, count: int) -> None:
        """A statement costs as much as a thousand rows, so events wait for others of their type."""
        begun = event in self._waiting
        into = f"INSERT INTO waiting.{event}" if begun else f"CREATE TABLE waiting.{event} AS"
        self._database.execute(into + self._loading(event).parse)
        self._waiting[event] = self._waiting.get(event, 0) + count
        if self._waiting[event] >= MANY:
            self._post(event)

    def _post(self, event: str) -> None:
        self._database.execute(f"CREATE OR REPLACE TEMP VIEW parsed AS FROM waiting.{event}")
        loading = self._loading(event)
        for statement in (*self._written(loading), *loading.noted):
            self._database.execute(statement)
        self._database.execute(f"DROP TABLE waiting.{event}")
        del self._waiting[event]

    def _written(self, loading: Loading) -> list[str]:
        """The postings that any of the events write: of the rows of a type, mostly one."""
        if not loading.posted:
            return []
        [written] = self._database.execute(loading.asked).fetchall()
        return [one for one, any_ in zip(loading.posted, written, strict=True) if any_]


def _counts(chunk: pa.Table) -> list[tuple[str, int]]:
    counts = chunk.column("type").value_counts()
    return [(str(count["values"]), count["counts"].as_py()) for count in counts]
