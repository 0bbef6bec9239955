"""What a booking's history comes to: the last hold placed for it, and what became of it."""

from dataclasses import dataclass, replace

from aggregates.booking.events import BookingRecorded, HoldPlaced
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Booking:
    """Whether the hold still stands is known to the contracts whose units it reserves."""

    placed: HoldPlaced | None = None
    recorded: BookingRecorded | None = None

    @property
    def patient(self) -> str | None:
        """Whose booking it is, or None before anybody told of it."""
        known = self.recorded or self.placed
        return known.patient if known is not None else None


def evolve(state: Booking, recorded: Recorded) -> Booking:
    """The state after one more event."""
    match recorded.event:
        case HoldPlaced() as placed:
            return replace(state, placed=placed)
        case BookingRecorded() as booking:
            return replace(state, recorded=booking)
        case other:
            raise impossible("booking", other)


BOOKING: Decider[Booking] = Decider(Booking(), evolve)
