"""What can happen to a booking."""

from datetime import date

from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.quantity import Quantity


class HeldLine(Frozen):
    """A service of the booked visit, and how much of it waits."""

    line: Id
    service: Id
    quantity: Quantity


class HoldPlaced(Event):
    """Units wait for a visit booked for the local day `booked_on`, in these contracts."""

    booking: Id
    patient: Id
    booked_on: date
    lines: tuple[HeldLine, ...]
    subscriptions: tuple[Id, ...]
