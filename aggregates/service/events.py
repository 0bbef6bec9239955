"""What can happen to a service."""

from typing import Annotated

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from aggregates.values import Text, Word
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount


class PriceRange(Frozen):
    """A range of observable stand-alone prices (accounting.md 4.2)."""

    low: Amount
    mid: Amount
    high: Amount

    @model_validator(mode="after")
    def _rises(self) -> "PriceRange":
        if not self.low <= self.mid <= self.high:
            raise ValueError("a range has its low, mid and high price in that order")
        return self


def _price_or_range(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """One message for both shapes, at the field itself."""
    try:
        return read(value)
    except ValidationError:
        raise ValueError("an amount, or a range with low, mid and high in that order") from None


#: Local days after the visit on which a product may be brought back.
ReturnDays = Annotated[int, Field(ge=1, le=3650)]
Ssp = Annotated[Amount | PriceRange, WrapValidator(_price_or_range)]


class ServiceDefined(Event):
    """A definition in force from its effective time; contracts sold before keep theirs."""

    service: Id
    label: Text
    list_price: Amount
    ssp: Ssp | None = None
    cost: Amount | None = None
    category: Word | None = None
    taxable: bool = False
    principal: bool = True
    product: bool = False
    return_days: ReturnDays | None = None
