"""What a booking's history comes to: the last hold placed for it."""

from dataclasses import dataclass

from aggregates.booking.events import HoldPlaced
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Booking:
    """Whether the hold still stands is known to the contracts whose units it reserves."""

    placed: HoldPlaced | None = None


def evolve(_state: Booking, recorded: Recorded) -> Booking:
    """The state after one more event."""
    match recorded.event:
        case HoldPlaced() as placed:
            return Booking(placed)
        case other:
            raise impossible("booking", other)


BOOKING: Decider[Booking] = Decider(Booking(), evolve)
