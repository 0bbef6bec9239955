"""What a booking can be asked to do: the data of its commands (interfaces.md 4, 7.10)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)

from aggregates.booking.events import Status
from aggregates.values import Word
from ledger.calendar import Day, Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText, Personal
from ledger.quantity import PositiveQuantity, Quantity


def _day_or_moment(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """One message for both shapes, at the field itself."""
    try:
        return read(value)
    except ValidationError:
        raise ValueError("a time with its offset, or a date") from None


class HoldLine(Frozen):
    line: Id
    service: Id
    quantity: PositiveQuantity = Decimal(1)


BookedFor = Annotated[
    Annotated[Day | Moment, Field(union_mode="left_to_right")],
    WrapValidator(_day_or_moment),
    Field(alias="for"),
]


class PlaceHold(Frozen):
    """`booked_for` is the field `for`: when the visit is to take place."""

    booking: Id
    patient: Id
    lines: Annotated[tuple[HoldLine, ...], Field(min_length=1, max_length=50)]
    booked_for: BookedFor

    @field_validator("lines")
    @classmethod
    def _lines_differ(cls, lines: tuple[HoldLine, ...]) -> tuple[HoldLine, ...]:
        if len({line.line for line in lines}) < len(lines):
            raise ValueError("each line of a booking has its own name")
        return lines


class ReleaseHold(Frozen):
    booking: Id


class RecordBooking(Frozen):
    """`booked_for` is the field `for`: when the visit is to take place."""

    booking: Id
    patient: Id
    status: Status
    booked_for: BookedFor
    services: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    location: Id | None = None
    provider: Id | None = None
    channel: Word | None = None
    booked_by: Personal | None = None
    cancelled_by: Literal["patient", "clinic"] | None = None
    notice_hours: Quantity | None = None
    reason: FreeText | None = None

    @model_validator(mode="after")
    def _cancelled_by_somebody(self) -> "RecordBooking":
        if self.cancelled_by is not None and self.status != "cancelled":
            raise ValueError("only a cancelled booking was cancelled by somebody")
        return self
