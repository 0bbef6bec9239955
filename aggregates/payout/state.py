"""What a payout's history comes to."""

from dataclasses import dataclass

from aggregates.payout.events import PayoutRecorded
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Payout:
    recorded: PayoutRecorded | None = None


def evolve(state: Payout, recorded: Recorded) -> Payout:
    """The state after one more event."""
    match recorded.event:
        case PayoutRecorded() as event:
            return Payout(event)
        case other:
            raise impossible("payout", other)


PAYOUT: Decider[Payout] = Decider(Payout(), evolve)
