"""What a booking can be asked to do: the data of its commands (interfaces.md 4, 7.10)."""

from decimal import Decimal
from typing import Annotated

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from ledger.calendar import Day, Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.quantity import PositiveQuantity


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


class PlaceHold(Frozen):
    """`booked_for` is the field `for`: when the visit is to take place."""

    booking: Id
    patient: Id
    lines: Annotated[tuple[HoldLine, ...], Field(min_length=1, max_length=50)]
    booked_for: Annotated[
        Annotated[Day | Moment, Field(union_mode="left_to_right")],
        WrapValidator(_day_or_moment),
        Field(alias="for"),
    ]

    @model_validator(mode="after")
    def _lines_differ(self) -> "PlaceHold":
        if len({line.line for line in self.lines}) < len(self.lines):
            raise ValueError("each line of a booking has its own name")
        return self


class ReleaseHold(Frozen):
    booking: Id
