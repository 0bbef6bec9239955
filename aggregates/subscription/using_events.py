"""What use does to a contract beside drawing: a validity begins, units wait for a booking."""

from datetime import date

from aggregates.subscription.leaving import FrozenLot
from aggregates.subscription.moves import Draw
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount


class StartedLot(Frozen):
    """A lot with the days for which it stands; `amount` is earned by day over `[starts, ends)`
    on a line of time.
    """

    line: Id
    grant: Id
    starts: date
    ends: date | None = None
    lapses: date | None = None
    amount: Amount = 0
    time: bool = False


class ValidityStarted(Event):
    """The first draw of a contract that is valid from its first use: until then nothing ran."""

    starts: date
    expires: date | None = None
    lots: tuple[StartedLot, ...]


class UnitsReserved(Event):
    """Units wait for a visit booked for that local day (interfaces.md 7.10)."""

    booking: Id
    booked_on: date
    lots: tuple[FrozenLot, ...]


class UnitsReleased(Event):
    """Reserved units are free again in their own lots; `visit` is the one that then uses them."""

    booking: Id
    visit: Id | None = None
    lots: tuple[FrozenLot, ...]


class DrawPosted(Draw):
    """A signature: what a draw took from a lot is earned now, on the day of the visit (6.1)."""
