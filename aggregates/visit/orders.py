"""What a visit can be asked to do: the data of its commands (interfaces.md 4, "Using")."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from aggregates.taxing import Taxes, add_up
from aggregates.values import Digest
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.personal import FreeText, Personal
from ledger.quantity import PositiveQuantity, Quantity


class VisitLine(Frozen):
    """`points` are those to be redeemed for this line, `taxes` what `tax` is made of."""

    line: Id
    service: Id
    quantity: PositiveQuantity = Decimal(1)
    list_price: Amount | None = None
    tax: Amount = 0
    taxes: Taxes = ()
    points: PositiveQuantity | None = None

    @model_validator(mode="after")
    def _taxes_are_the_tax(self) -> "VisitLine":
        add_up(self.tax, self.taxes)
        return self


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


class EarlierUse(Frozen):
    """What was used of a contract: so many units, all but those `remaining`, or credit of a
    `value`. `service` may be left out where the contract covers only one.
    """

    service: Id | None = None
    quantity: PositiveQuantity | None = None
    remaining: Quantity | None = None
    value: PositiveAmount | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "EarlierUse":
        if [self.quantity, self.remaining, self.value].count(None) != len(_MEASURES) - 1:
            raise ValueError(f"a line says one of {', '.join(_MEASURES)}")
        return self


_MEASURES = ("quantity", "remaining", "value")


class CarryOverUse(Frozen):
    """Use that another system counted before this ledger was kept; `visit` names it."""

    subscription: Id
    visit: Id
    lines: Annotated[tuple[EarlierUse, ...], Field(min_length=1, max_length=50)]
    location: Id | None = None
    provider: Id | None = None


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
