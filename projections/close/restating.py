"""The contracts whose books differ by framework, restated out of the event store (19)."""

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from aggregates.restatement import Restated
from aggregates.restating import restate
from aggregates.subscription.correction_events import UnitsTransferred
from aggregates.subscription.events import UnitsFrozen
from ledger.canonical import canonical
from ledger.events import Recorded
from ledger.ids import stream
from ledger.store.pool import clinic_transaction, lent
from ledger.store.store import EventStore

# Contracts sold with a line that one framework lets go and the other keeps.
_SOLD_WITH = b"""
SELECT DISTINCT stream FROM ledger.event
WHERE clinic = current_setting('ledger.clinic')
  AND type IN ('PackageSold', 'CycleDue', 'PlanChangeScheduled', 'PlanChanged')
  AND body LIKE %s
"""
#: What the body of such a sale says, by the framework it was decided under.
_SAYS = {"asc606": '%"immaterial":true%', "ifrs15": '%"kind":"access"%'}
_COLUMNS = pa.schema(
    [
        ("position", pa.int64()),
        ("type", pa.string()),
        ("stream", pa.string()),
        ("effective_on", pa.date32()),
        ("body", pa.string()),
    ]
)


def restated(
    store: EventStore, clinic: str, cut: int | None, *, kept: str, wanted: str
) -> Restated:
    """What is known at `cut` (default: everything) of the contracts that the framework `wanted`
    sees otherwise than `kept`, by which the clinic's events were decided.
    """
    with lent(store.pool) as connection, clinic_transaction(connection, clinic):
        streams = [name for (name,) in connection.execute(_SOLD_WITH, (_SAYS[kept],))]
    history = _with_parties(store, clinic, streams)
    known = (one for one in history if cut is None or one.position <= cut)
    return restate(sorted(known, key=lambda one: one.position), wanted)


def _with_parties(store: EventStore, clinic: str, streams: Sequence[str]) -> list[Recorded]:
    """Whole streams, with those of contracts that units went to, and of disputes."""
    histories: dict[str, list[Recorded]] = {}
    waiting = set(streams)
    while waiting:
        loaded = store.load(clinic, sorted(waiting))
        histories |= loaded
        waiting = _parties(clinic, loaded.values()) - histories.keys()
    return [recorded for history in histories.values() for recorded in history]


def _parties(clinic: str, histories: Iterable[Sequence[Recorded]]) -> set[str]:
    found = set()
    for history in histories:
        for event in (recorded.event for recorded in history):
            if isinstance(event, UnitsTransferred):
                found.add(stream(clinic, "subscription", event.to_subscription))
            elif isinstance(event, UnitsFrozen):
                found.add(stream(clinic, "dispute", event.dispute))
    return found


def without(chunks: Iterable[pa.Table], found: Restated) -> Iterable[pa.Table]:
    """The events of a replay without those that are restated, then these."""
    positions = pa.array(sorted(found.events), pa.int64())
    for chunk in chunks:
        yield chunk.filter(pc.invert(pc.is_in(chunk["position"], positions)))
    yield _table(found)


def _table(found: Restated) -> pa.Table:
    rows = [
        {
            "position": recorded.position,
            "type": type(recorded.event).__name__,
            "stream": recorded.stream,
            "effective_on": recorded.effective_on,
            "body": canonical(recorded.event.model_dump(mode="json", exclude_none=True)).decode(),
        }
        for history in found.history.values()
        for recorded in history
        if recorded.position in found.events
    ]
    return pa.Table.from_pylist(rows, schema=_COLUMNS)
