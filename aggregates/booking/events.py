"""What can happen to a booking."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from aggregates.values import Digest, Word
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


Status = Literal["booked", "confirmed", "rescheduled", "cancelled", "checked_in"]


class BookingRecorded(Event):
    """What became of an appointment; units wait for it only by a hold (evidence.md 9).

    `starts` is None where only the day is known.
    """

    booking: Id
    patient: Id
    status: Status
    booked_on: date
    starts: AwareDatetime | None = None
    services: tuple[Id, ...] = ()
    location: Id | None = None
    provider: Id | None = None
    channel: Word | None = None
    booked_by: Digest | None = None
    cancelled_by: Literal["patient", "clinic"] | None = None
    notice_hours: Quantity | None = None
    reason: Digest | None = None
