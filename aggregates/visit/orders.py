"""What a visit can be asked to do: the data of its commands (interfaces.md 4, "Using")."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator

from aggregates.values import Digest
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount
from ledger.personal import FreeText, Personal
from ledger.quantity import PositiveQuantity


class VisitLine(Frozen):
    """`points` are those to be redeemed for this line."""

    line: Id
    service: Id
    quantity: PositiveQuantity = Decimal(1)
    list_price: Amount | None = None
    tax: Amount = 0
    points: PositiveQuantity | None = None


class AttendanceOrder(Frozen):
    checked_in_at: Moment
    signature_sha256: Digest | None = None
    booked_by: Personal | None = None


class RecordVisit(Frozen):
    visit: Id
    patient: Id
    booking: Id | None = None
    location: Id | None = None
    provider: Id | None = None
    status: Literal["completed", "no_show", "late_cancel"]
    lines: Annotated[tuple[VisitLine, ...], Field(min_length=1, max_length=50)]
    attendance: AttendanceOrder | None = None
    prefer: tuple[Id, ...] = ()

    @field_validator("lines")
    @classmethod
    def _lines_differ(cls, lines: tuple[VisitLine, ...]) -> tuple[VisitLine, ...]:
        if len({line.line for line in lines}) < len(lines):
            raise ValueError("each line of a visit has its own name")
        return lines


class SignVisit(Frozen):
    visit: Id
    signer: Personal


class ReverseConsumption(Frozen):
    visit: Id
    line: Id | None = None
    reason: FreeText
    approver: Id | None = None


class MoveConsumption(Frozen):
    visit: Id
    line: Id
    to_subscription: Id
    reason: FreeText
    approver: Id | None = None
