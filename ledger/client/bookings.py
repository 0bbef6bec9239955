"""What is asked and sent: bookings.

Made by scripts/client from the description of the API, not edited by hand.
"""

from collections.abc import Sequence
from typing import Any, Required, Unpack

from ledger.client.transport import Answer, Sent, Transport


class RecordBookingData(Sent, total=False):
    booking: Required[str]
    patient: Required[str]
    status: Required[str]
    for_: Required[str]
    services: Sequence[Any]
    location: str
    provider: str
    channel: str
    booked_by: str
    cancelled_by: str
    notice_hours: str
    reason: str


class Bookings(Transport):
    def record_booking(self, key: str, **data: Unpack[RecordBookingData]) -> Answer:
        """Record booking."""
        return self.post("/v1/bookings", {}, data, key=key)
