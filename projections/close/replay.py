"""From the event table to books: Arrow out of PostgreSQL, rules and recognition in DuckDB."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack

import orjson

from aggregates.period.events import PeriodClosed
from aggregates.restatement import Restated
from ledger.books.entries import Source
from ledger.calendar import Calendar, Period
from ledger.ids import key_of, stream
from projections.close.basis import OWN, Basis
from projections.close.books import Books, Sealed
from projections.close.keeping import Keeping
from projections.close.loading import event_types
from projections.close.reading import Reader, reader
from projections.close.sessions import Connection, session
from projections.journal.settings import SettingsHistory, read_settings

# By the streams of the periods, which an index finds: a close is one event in a long history.
_CLOSES = """
SELECT position, type, stream, body FROM ledger.event
WHERE clinic = %s AND stream BETWEEN %s AND %s AND position <= %s
  AND type IN ('PeriodClosed', 'PeriodReopened')
ORDER BY position
"""
#: Another history of settings, for one that was recorded.
Suppose = Callable[[SettingsHistory], SettingsHistory]
_HEAD = "SELECT position FROM ledger.clinic_head WHERE clinic = %s"


def replay(
    conninfo: str,
    clinic: str,
    cut: int | None = None,
    keeping: Keeping | None = None,
    *,
    suppose: Suppose | None = None,
    basis: Basis = OWN,
    restated: Restated | None = None,
) -> Books:
    """The books of everything recorded up to position `cut` (default: the head).

    With `keeping`, from the last close that is kept on: such books answer what a close asks.
    Reads as `ledger_api` under row security. Raises Broken when a row has a schema version
    that the posting rules do not know. `suppose` replaces what was said about policies and
    estimates, for books that nobody keeps.
    """
    with reader(conninfo, clinic) as events:
        with session(conninfo, clinic) as connection:
            settings = read_settings(connection, clinic)
            position = _head(connection, clinic) if cut is None else cut
            calendar = settings.calendar(position)
            in_force = _in_force(_told(connection, clinic, position, calendar))
        if suppose is not None:
            settings = suppose(settings)
        books = Books(clinic, position, in_force, settings, basis, restated)
        _fill(books, events, keeping)
    return books


def _fill(books: Books, events: Reader, keeping: Keeping | None) -> None:
    """Everything up to the books' position; what cannot be filled is dropped."""
    types = event_types(books.basis.rules, pools=books.settings.pools)
    with ExitStack() as unfinished:
        unfinished.enter_context(books)
        if keeping is not None:
            keeping.restore(books)
        books.load(events.tables(books.held, books.cut, types))
        books.settle()
        unfinished.pop_all()


def sealed_closes(conninfo: str, clinic: str) -> list[Sealed]:
    """Every close recorded, of every version, in the order of recording."""
    with session(conninfo, clinic) as connection:
        told = _all_told(connection, clinic)
    return [one for one in told if isinstance(one, Sealed)]


def closes_in_force(conninfo: str, clinic: str) -> list[Sealed]:
    """The closes that hold: of each period the last one, unless it was reopened since."""
    with session(conninfo, clinic) as connection:
        return _in_force(_all_told(connection, clinic))


def _head(connection: Connection, clinic: str) -> int:
    row = connection.execute(_HEAD, (clinic,)).fetchone()
    return int(row[0]) if row else 0


def _all_told(connection: Connection, clinic: str) -> list[Sealed | Period]:
    calendar = read_settings(connection, clinic).calendar()
    return _told(connection, clinic, _head(connection, clinic), calendar)


def _told(
    connection: Connection, clinic: str, cut: int, calendar: Calendar
) -> list[Sealed | Period]:
    """Closes, and the periods that were reopened, in the order of recording."""
    first, last = (stream(clinic, "period", key) for key in ("0000-01", "9999-12"))
    rows = connection.execute(_CLOSES, (clinic, first, last, cut))
    return [
        _sealed(position, name, text, calendar)
        if kind == PeriodClosed.__name__
        else Period.parse(key_of(name))
        for position, kind, name, text in rows
    ]


def _in_force(told: Iterable[Sealed | Period]) -> list[Sealed]:
    """A reopened period has no close in force until it is closed again (accounting.md 14.2)."""
    holding: dict[Period, Sealed] = {}
    for one in told:
        if isinstance(one, Sealed):
            holding[one.period] = one
        else:
            holding.pop(one, None)
    return list(holding.values())


def _sealed(position: int, name: str, text: str, calendar: Calendar) -> Sealed:
    body = orjson.loads(text)
    return Sealed(
        period=calendar.period(body["period"]),
        version=body["version"],
        cut=body["cut"],
        rules=body["rules"],
        digest=body["journal_digest"],
        event=Source(position, PeriodClosed.__name__, name),
    )
