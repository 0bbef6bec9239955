"""The journal, event by event: the read model behind drill-down and exports."""

from collections.abc import Sequence
from datetime import date

import psycopg

from aggregates.effects import POSTINGS
from aggregates.period.events import PeriodClosed, PeriodReopened
from ledger.books.digest import journal_digest
from ledger.books.entries import Entry, Source
from ledger.books.interpret import by_event, entries_of
from ledger.books.placing import Close
from ledger.calendar import Period
from ledger.errors import Broken
from ledger.events import Recorded
from ledger.ids import key_of
from ledger.store.rows import Row
from projections.journal.closing import close_through
from projections.journal.lots import STOCK_EVENTS, Stock
from projections.journal.postgres import PostgresTables
from projections.journal.settings import read_settings
from projections.journal.steps import STEP_EVENTS, steps_of
from projections.journal.tables import Tuple, read_entries

Connection = psycopg.Connection[Tuple]

_RULES = by_event(POSTINGS)
_POSTED = STEP_EVENTS | STOCK_EVENTS | _RULES.keys()
_TYPES = _POSTED | {PeriodClosed.__name__, PeriodReopened.__name__}
_CLOSES = b"""
SELECT period, cut FROM views.journal_close WHERE clinic = %s
"""
# Events between the cut and the close were placed before the close was known.
_MOVE_LATE = b"""
UPDATE views.journal_line
SET posting_date = %(first)s, period = %(period)s,
    prior_period_of = to_char(service_date, 'YYYY-MM')
WHERE clinic = %(clinic)s AND closing = 0 AND position > %(cut)s AND posting_date <= %(last)s
"""
_KEEP_CLOSE = b"""
INSERT INTO views.journal_close (clinic, period, version, position, cut, digest)
VALUES (%s, %s, %s, %s, %s, %s)
"""
# Only the last close is reopened: what it had moved on goes back, as far as the one before lets it.
_MOVE_BACK = b"""
UPDATE views.journal_line
SET posting_date = greatest(service_date, %(first)s),
    period = to_char(greatest(service_date, %(first)s), 'YYYY-MM'),
    prior_period_of = CASE WHEN service_date < %(first)s THEN prior_period_of END
WHERE clinic = %(clinic)s AND closing = 0 AND position > %(cut)s AND service_date <= %(last)s
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
                _reopen(connection, clinic, Period.parse(recorded.event.period))
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
        closes = _closes(connection, clinic) if batch else []
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
            entries += entries_of(_RULES, source, day, body, closes)
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
        clinic, period = recorded.clinic, Period.parse(event.period)
        following = period.next()
        connection.execute(
            _MOVE_LATE,
            {
                "clinic": clinic,
                "cut": event.cut,
                "last": period.last,
                "first": following.first,
                "period": str(following),
            },
        )
        before = _last_close(connection, clinic)
        source = Source(recorded.position, "PeriodClosed", recorded.stream)
        settings = read_settings(connection, clinic)
        close_through(tables, period, event.cut, before, settings=settings, event=source)
        found = journal_digest(read_entries(tables, period.first, period.last))
        if found != event.journal_digest:
            raise Broken(f"the journal of {clinic} for {period} differs from the sealed one")
        connection.execute(
            _KEEP_CLOSE,
            (clinic, event.period, event.version, recorded.position, event.cut, found),
        )


def _reopen(connection: Connection, clinic: str, period: Period) -> None:
    for position, cut in connection.execute(_DROP_CLOSE, (clinic, str(period))).fetchall():
        connection.execute(_DROP_CLOSING, (clinic, position))
        before = _last_close(connection, clinic)
        first = date.min if before is None else before.period.next().first
        given = {"clinic": clinic, "first": first, "cut": cut, "last": period.last}
        connection.execute(_MOVE_BACK, given)


def _last_close(connection: Connection, clinic: str) -> Close | None:
    return max(_closes(connection, clinic), key=lambda close: close.period, default=None)


def _closes(connection: Connection, clinic: str) -> list[Close]:
    rows = connection.execute(_CLOSES, (clinic,))
    return [Close(Period.parse(period), cut) for period, cut in rows]
