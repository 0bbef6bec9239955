"""What was entered into the books of a clinic, by id."""

from dataclasses import dataclass, replace

from aggregates.books.events import AdjustmentPosted, AdjustmentReversed
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Entered:
    adjustments: frozenset[str] = frozenset()


def evolve(state: Entered, recorded: Recorded) -> Entered:
    """The state after one more event."""
    match recorded.event:
        case AdjustmentPosted(adjustment=adjustment):
            return replace(state, adjustments=state.adjustments | {adjustment})
        case AdjustmentReversed():
            return state
        case other:
            raise impossible("book", other)


BOOKS: Decider[Entered] = Decider(Entered(), evolve)
