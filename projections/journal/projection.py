"""The journal, event by event: the read model behind drill-down and exports."""

from collections.abc import Sequence
from datetime import date

import psycopg

from aggregates.clinic.calendars import KEY as CALENDAR
from aggregates.clinic.events import PolicySet
from aggregates.effects import POSTINGS
from aggregates.period.events import PeriodClosed, PeriodReopened
from ledger.books.digest import journal_digest
from ledger.books.entries import Entry, Source
from ledger.books.interpret import by_event, entries_of
from ledger.books.placing import Close
from ledger.calendar import Calendar
from ledger.errors import Broken
from ledger.events import Recorded
from ledger.ids import key_of
from ledger.store.rows import Row
from projections.journal.calendars import move_back, move_late, rename
from projections.journal.closing import close_through
from projections.journal.lots import STOCK_EVENTS, Stock
from projections.journal.postgres import PostgresTables
from projections.journal.settings import read_settings
from projections.journal.steps import STEP_EVENTS, steps_of
from projections.journal.tables import Tuple, read_entries

Connection = psycopg.Connection[Tuple]

_RULES = by_event(POSTINGS)
_POSTED = STEP_EVENTS | STOCK_EVENTS | _RULES.keys()
_TYPES = _POSTED | {kind.__name__ for kind in (PeriodClosed, PeriodReopened, PolicySet)}
_CLOSES = b"""
SELECT period, cut FROM views.journal_close WHERE clinic = %s
"""
_KEEP_CLOSE = b"""
INSERT INTO views.journal_close (clinic, period, version, position, cut, digest)
VALUES (%s, %s, %s, %s, %s, %s)
"""
_DROP_CLOSING = b"""
DELETE FROM views.journal_line WHERE clinic = %s AND closing > 0 AND position = %s
"""
_DROP_CLOSE = b"""
DELETE FROM views.journal_close WHERE clinic = %s AND period = %s RETURNING position, cut
"""
_RESET = (
    b"DELETE FROM views.journal_line WHERE clinic = %s",
    b"DELETE FROM views.journal_step WHERE clinic = %s",
    b"DELETE FROM views.journal_close WHERE clinic = %s",
    b"DELETE FROM views.journal_contract WHERE clinic = %s",
    b"DELETE FROM views.journal_lot WHERE clinic = %s",
    b"DELETE FROM views.journal_unit WHERE clinic = %s",
)


class JournalProjection:
    """Applies events to ``views.journal_line`` in the feed's transaction."""

    name = "journal"

    def wants(self, row: Row) -> bool:
        """Whether the event posts something."""
        return row.type in _TYPES

    def apply(self, connection: Connection, clinic: str, events: Sequence[Recorded]) -> None:
        """Posts the events; a close also writes its closing entries, a reopening drops them.

        Raises Broken when the digest of a closed period is not the sealed one.
        """
        tables = PostgresTables(connection, clinic)
        batch: list[Recorded] = []
        for recorded in events:
            if isinstance(recorded.event, PeriodClosed):
                self._post(tables, connection, clinic, batch)
                self._close(tables, connection, recorded, recorded.event)
                batch = []
            elif isinstance(recorded.event, PeriodReopened):
                self._post(tables, connection, clinic, batch)
                _reopen(connection, recorded, recorded.event.period)
                batch = []
            elif isinstance(recorded.event, PolicySet):
                if recorded.event.policy == CALENDAR:
                    self._post(tables, connection, clinic, batch)
                    _rename(connection, recorded)
                    batch = []
            else:
                batch.append(recorded)
        self._post(tables, connection, clinic, batch)

    def reset(self, connection: Connection, clinic: str) -> None:
        """Empties the clinic's journal before a rebuild."""
        for statement in _RESET:
            connection.execute(statement, (clinic,))

    def _post(
        self,
        tables: PostgresTables,
        connection: Connection,
        clinic: str,
        batch: Sequence[Recorded],
    ) -> None:
        if not batch:
            return
        calendar = read_settings(connection, clinic).calendar(batch[-1].position)
        closes = _closes(connection, clinic, calendar)
        entries: list[Entry] = []
        steps: list[Tuple] = []
        stock = Stock()
        for recorded in batch:
            name = type(recorded.event).__name__
            if name not in _POSTED:
                continue
            body = recorded.event.model_dump(mode="json", exclude_none=True)
            day, position = recorded.effective_on, recorded.position
            source = Source(position, name, recorded.stream)
            entries += entries_of(_RULES, source, day, body, closes, calendar)
            steps += steps_of(name, key_of(recorded.stream), position, day, body)
            stock.read(name, key_of(recorded.stream), position, day, body)
        tables.add(entries)
        tables.add_steps(steps)
        tables.add_stock(stock)

    def _close(
        self,
        tables: PostgresTables,
        connection: Connection,
        recorded: Recorded,
        event: PeriodClosed,
    ) -> None:
        clinic, settings = recorded.clinic, read_settings(connection, recorded.clinic)
        calendar = settings.calendar(event.cut)
        period = calendar.period(event.period)
        move_late(connection, clinic, period, event.cut)
        before = _last_close(connection, clinic, calendar)
        source = Source(recorded.position, "PeriodClosed", recorded.stream)
        close_through(tables, period, event.cut, before, settings=settings, event=source)
        found = journal_digest(read_entries(tables, period.first, period.last))
        if found != event.journal_digest:
            raise Broken(f"the journal of {clinic} for {period} differs from the sealed one")
        connection.execute(
            _KEEP_CLOSE,
            (clinic, event.period, event.version, recorded.position, event.cut, found),
        )


def _reopen(connection: Connection, recorded: Recorded, name: str) -> None:
    clinic = recorded.clinic
    calendar = read_settings(connection, clinic).calendar(recorded.position)
    period = calendar.period(name)
    for position, cut in connection.execute(_DROP_CLOSE, (clinic, name)).fetchall():
        connection.execute(_DROP_CLOSING, (clinic, position))
        before = _last_close(connection, clinic, calendar)
        first = date.min if before is None else before.period.next().first
        move_back(connection, clinic, period, cut, first)


def _rename(connection: Connection, recorded: Recorded) -> None:
    clinic = recorded.clinic
    calendar = read_settings(connection, clinic).calendar(recorded.position)
    before = _last_close(connection, clinic, calendar)
    first = date.min if before is None else before.period.next().first
    rename(connection, clinic, calendar, first)


def _last_close(connection: Connection, clinic: str, calendar: Calendar) -> Close | None:
    closes = _closes(connection, clinic, calendar)
    return max(closes, key=lambda close: close.period, default=None)


def _closes(connection: Connection, clinic: str, calendar: Calendar) -> list[Close]:
    rows = connection.execute(_CLOSES, (clinic,))
    return [Close(calendar.period(period), cut) for period, cut in rows]
