"""What can happen to a visit."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from aggregates.service.costs import CostKind
from aggregates.values import Digest, Revenue
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.quantity import Quantity


class Drawn(Frozen):
    """What one lot gave to a visit line; `amount` is the value allocated to it.

    On a credit lot `quantity` is face used. Where the lot's own terms do not tell, `tax`,
    `payable` and `revenue` say how the amount was posted, so that a reversal mirrors it; so do
    `cost`, `cost_of`, `interlocation` and `returnable_until`, which the books of that day had
    posted beside it or reserved for.
    """

    subscription: Id
    line: Id
    grant: Id
    quantity: Quantity
    amount: Amount
    tax: Amount | None = None
    payable: Amount | None = None
    revenue: Revenue | None = None
    cost: Amount | None = None
    cost_of: CostKind | None = None
    interlocation: Amount | None = None
    returnable_until: date | None = None


class CoverageRow(Frozen):
    """The answer for one visit line (interfaces.md 4, "Using").

    `covered` is what units cover, or all of it where credit pays the rest; `credit` is the face
    of credit used and the value of points redeemed.
    """

    line: Id
    service: Id
    quantity: Quantity
    covered: Quantity
    prepaid: Amount
    list_price: Amount
    discount: Amount
    credit: Amount
    patient_owes: Amount
    draws: tuple[Drawn, ...]
    reason: str | None = None


class Attendance(Frozen):
    """How the visit is known to have taken place."""

    checked_in_at: AwareDatetime
    signature_sha256: Digest | None = None
    booked_by: Digest | None = None


class VisitRecorded(Event):
    """A visit took place, was missed, or was cancelled late; its coverage was decided then.

    What is `carried_over` is no visit: it sums up the use that another system counted before.
    """

    visit: Id
    patient: Id
    status: Literal["completed", "no_show", "late_cancel"]
    coverage: tuple[CoverageRow, ...]
    booking: Id | None = None
    location: Id | None = None
    provider: Id | None = None
    attendance: Attendance | None = None
    carried_over: bool = False


class VisitSigned(Event):
    """Someone confirmed by signature that the visit took place (accounting.md 6.1)."""

    visit: Id
    signer: Digest


class ConsumptionReversed(Event):
    """Draws of this visit were undone, line by line."""

    visit: Id
    lines: tuple[Id, ...]
    reason: Digest
    approver: Id | None = None


class ConsumptionMoved(Event):
    """A line of this visit is covered by another contract now; `row` is its answer from here on."""

    visit: Id
    row: CoverageRow
    to_subscription: Id
    reason: Digest
    approver: Id | None = None
