"""What a visit's history comes to: recorded once, its lines reversed or not."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.visit.events import (
    ConsumptionMoved,
    ConsumptionReversed,
    CoverageRow,
    VisitRecorded,
    VisitSigned,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Visit:
    recorded: VisitRecorded | None = None
    took_place: date | None = None
    effective_at: datetime | None = None
    recorded_at: datetime | None = None
    actor: str = ""
    reversed_lines: frozenset[str] = frozenset()
    signed: bool = False


def recorded_of(visit: Visit) -> VisitRecorded:
    """The visit as recorded; raises AssertionError for an empty stream."""
    if visit.recorded is None:
        raise AssertionError("a visit begins with its record")
    return visit.recorded


def _covered_anew(visit: VisitRecorded, row: CoverageRow) -> VisitRecorded:
    """The visit with another answer for one line: what a later reversal undoes."""
    rows = tuple(row if known.line == row.line else known for known in visit.coverage)
    return visit.model_copy(update={"coverage": rows})


def evolve(state: Visit, recorded: Recorded) -> Visit:
    """The state after one more event."""
    match recorded.event:
        case VisitRecorded() as visit:
            return Visit(
                visit,
                recorded.effective_on,
                recorded.effective_at,
                recorded.recorded_at,
                recorded.actor,
            )
        case VisitSigned():
            return replace(state, signed=True)
        case ConsumptionReversed(lines=lines):
            return replace(state, reversed_lines=state.reversed_lines | frozenset(lines))
        case ConsumptionMoved(row=row):
            return replace(state, recorded=_covered_anew(recorded_of(state), row))
        case other:
            raise impossible("visit", other)


VISIT: Decider[Visit] = Decider(Visit(), evolve)
