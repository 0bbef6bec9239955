"""What a dispute's history comes to."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from aggregates.dispute.events import DisputeClosed, DisputeDue, DisputeOpened
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Dispute:
    """`told` is the due date that was signalled last."""

    opened: DisputeOpened | None = None
    opened_on: date | None = None
    closed: DisputeClosed | None = None
    told: datetime | None = None


def evolve(state: Dispute, recorded: Recorded) -> Dispute:
    """The state after one more event."""
    match recorded.event:
        case DisputeOpened() as opened:
            return replace(state, opened=opened, opened_on=recorded.effective_on)
        case DisputeClosed() as closed:
            return replace(state, closed=closed)
        case DisputeDue(due_by=due_by):
            return replace(state, told=due_by)
        case other:
            raise impossible("dispute", other)


DISPUTE: Decider[Dispute] = Decider(Dispute(), evolve)
