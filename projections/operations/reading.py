"""The visits and messages of a clinic in a view, one after the other."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from aggregates.communication.events import CommunicationLogged
from aggregates.visit.events import VisitRecorded
from aggregates.visit.state import VISIT, Visit, recorded_of
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.pool import clinic_transaction, lent
from ledger.store.rows import Row
from ledger.store.store import EventStore
from projections.balances.asof import View

#: Events fetched at a time.
_AT_ONCE = 1000
#: In the order of the unique index: the events of a stream come together.
_STREAMS = """
SELECT * FROM ledger.event WHERE clinic = %s AND stream >= %s AND stream < %s
ORDER BY clinic, stream, version
"""


def visits(store: EventStore, clinic: str, view: View) -> Iterator[Visit]:
    """Every visit of the view, by id."""
    return visits_in(_histories(store, clinic, "visit"), view)


def messages(store: EventStore, clinic: str, view: View) -> Iterator[CommunicationLogged]:
    """Every message of the view, as it was logged."""
    return messages_in(_histories(store, clinic, "communication"), view)


def visits_in(histories: Iterable[Iterable[Recorded]], view: View) -> Iterator[Visit]:
    """The visits that had taken place by the day; each history is one visit's."""
    for history in histories:
        kept = [event for event in history if view.includes(event)]
        if kept and isinstance(kept[0].event, VisitRecorded):
            yield VISIT.fold(kept)


def messages_in(
    histories: Iterable[Iterable[Recorded]], view: View
) -> Iterator[CommunicationLogged]:
    """The messages logged by the day; each history is one message's."""
    for history in histories:
        for recorded in history:
            if view.includes(recorded) and isinstance(recorded.event, CommunicationLogged):
                yield recorded.event


def _histories(store: EventStore, clinic: str, kind: str) -> Iterator[Iterator[Recorded]]:
    """The streams of one noun, read as they are asked for."""
    prefix = stream(clinic, kind, "")
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    with (
        lent(store.pool) as connection,
        clinic_transaction(connection, clinic),
        connection.cursor(name=f"{kind}_streams") as cursor,
    ):
        cursor.itersize = _AT_ONCE
        cursor.execute(_STREAMS, (clinic, prefix, after))
        events = (store.decode(Row(*row)) for row in cursor)
        for _, history in groupby(events, key=lambda event: event.stream):
            yield history


def took_place(visit: Visit) -> bool:
    """Whether the patient came: not where all lines of the visit were reversed, nor where it sums
    up what another system counted.
    """
    recorded = recorded_of(visit)
    lines = {row.line for row in recorded.coverage}
    came = recorded.status == "completed" and not recorded.carried_over
    return came and not lines <= visit.reversed_lines
