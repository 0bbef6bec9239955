"""What a visit's history comes to: recorded once, its lines reversed or not."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.visit.events import ConsumptionReversed, VisitRecorded
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


def recorded_of(visit: Visit) -> VisitRecorded:
    """The visit as recorded; raises AssertionError for an empty stream."""
    if visit.recorded is None:
        raise AssertionError("a visit begins with its record")
    return visit.recorded


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
        case ConsumptionReversed(lines=lines):
            return replace(state, reversed_lines=state.reversed_lines | frozenset(lines))
        case other:
            raise impossible("visit", other)


VISIT: Decider[Visit] = Decider(Visit(), evolve)
