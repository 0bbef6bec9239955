"""From the event table to books: Arrow out of PostgreSQL, rules and recognition in DuckDB."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
import psycopg

from ledger.books.entries import Source
from ledger.calendar import Period
from ledger.ids import stream
from projections.close.books import RULES_BY_EVENT, Books, Sealed
from projections.close.loading import event_types
from projections.close.reading import reading

_Connection = psycopg.Connection[tuple[Any, ...]]
# By the streams of the periods, which an index finds: a close is one event in a long history.
_CLOSES = """
SELECT position, stream, body FROM ledger.event
WHERE clinic = %s AND stream BETWEEN %s AND %s AND position <= %s AND type = 'PeriodClosed'
ORDER BY position
"""
_HEAD = "SELECT position FROM ledger.clinic_head WHERE clinic = %s"


def replay(conninfo: str, clinic: str, cut: int | None = None) -> Books:
    """The books of everything recorded up to position `cut` (default: the head).

    Reads as `ledger_api` under row security. Raises Broken when a row has a schema version
    that the posting rules do not know.
    """
    with _session(conninfo, clinic) as connection:
        position = _head(connection, clinic) if cut is None else cut
        closes = _all_closes(connection, clinic, position)
    in_force = list({sealed.period: sealed for sealed in closes}.values())
    types = event_types(RULES_BY_EVENT)
    with reading(conninfo, clinic, position, types) as tables, ExitStack() as unfinished:
        books = unfinished.enter_context(Books(clinic, position, in_force))
        books.load(tables)
        books.settle()
        unfinished.pop_all()
    return books


def sealed_closes(conninfo: str, clinic: str) -> list[Sealed]:
    """Every close recorded, of every version, in the order of recording."""
    with _session(conninfo, clinic) as connection:
        return _all_closes(connection, clinic, _head(connection, clinic))


@contextmanager
def _session(conninfo: str, clinic: str) -> Iterator[_Connection]:
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET LOCAL ROLE ledger_api")
        connection.execute("SELECT set_config('ledger.clinic', %s, true)", (clinic,))
        yield connection


def _head(connection: _Connection, clinic: str) -> int:
    row = connection.execute(_HEAD, (clinic,)).fetchone()
    return int(row[0]) if row else 0


def _all_closes(connection: _Connection, clinic: str, cut: int) -> list[Sealed]:
    first, last = (stream(clinic, "period", key) for key in ("0000-01", "9999-12"))
    return [_sealed(*row) for row in connection.execute(_CLOSES, (clinic, first, last, cut))]


def _sealed(position: int, name: str, text: str) -> Sealed:
    body = orjson.loads(text)
    return Sealed(
        period=Period.parse(body["period"]),
        version=body["version"],
        cut=body["cut"],
        rules=body["rules"],
        digest=body["journal_digest"],
        event=Source(position, "PeriodClosed", name),
    )
