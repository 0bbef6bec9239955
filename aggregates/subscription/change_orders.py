"""What of a contract can be changed: the data of these commands (interfaces.md 4, "Changing")."""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, field_validator, model_validator

from aggregates.offer.lines import Cap, Earning, Names, OfferLine, Words
from aggregates.subscription.change_events import Method, PauseMode, Proration
from aggregates.terms import Percent
from aggregates.values import Duration, Exact, LineKind, Word
from ledger.calendar import Day, Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Minor, PositiveAmount
from ledger.personal import FreeText
from ledger.quantity import LARGEST, parse_quantity

_SIGNED = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?")
_OFFER_LINE: TypeAdapter[OfferLine] = TypeAdapter(OfferLine)


class PauseContract(Frozen):
    subscription: Id
    from_: Annotated[Day, Field(alias="from")]
    until: Day | None = None
    mode: PauseMode | None = None


class ResumeContract(Frozen):
    subscription: Id


class Cancel(Frozen):
    subscription: Id
    effective: Literal["now", "period_end"] | Day
    channel: Word
    reason: FreeText
    received_at: Moment | None = None
    communication: Id | None = None


class ChangePlan(Frozen):
    subscription: Id
    offer: Id
    version: Annotated[int, Field(ge=1)] | None = None
    effective: Literal["now", "next_cycle"] | Day
    proration: Proration


def _signed(value: Any) -> Any:
    """A quantity with a sign: added, or removed when it is negative."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _SIGNED.fullmatch(text):
        raise ValueError('a change is a decimal with at most three places, as in "-2"')
    size = parse_quantity(text.removeprefix("-"))
    if not 0 < size <= LARGEST:
        raise ValueError(f"a change is not zero and at most {LARGEST}")
    return -size if text.startswith("-") else size


class ModifiedLine(Frozen):
    """A line of the contract with what is added to it or, negative, removed; or, where a `kind`
    is given, a new line as an offer would write it. Without either, a line whose price is changed
    as it is, by a catch-up.

    `ssp` is the stand-alone price of what the entry adds.
    """

    line: Id
    quantity: Annotated[Decimal, BeforeValidator(_signed)] | None = None
    ssp: Exact | None = None
    kind: LineKind | None = None
    services: Names | None = None
    categories: Words | None = None
    face: PositiveAmount | None = None
    access: Words | None = None
    cap: Cap | None = None
    percent: Percent | None = None
    amount: PositiveAmount | None = None
    uses: Annotated[int, Field(ge=1, le=10_000)] | None = None
    earn: Earning | None = None
    value: PositiveAmount | None = None
    expires_after: Duration | None = None
    bonus: bool | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "ModifiedLine":
        if self.kind is not None:
            self.new_line()
            return self
        said = self.model_fields_set - {"line", "quantity", "ssp", "kind"}
        if said or (self.quantity is None and self.ssp is not None):
            raise ValueError("a line is changed by a quantity; a new one has a kind")
        return self

    def new_line(self) -> OfferLine:
        """The new line; raises ValueError when it is not one that an offer could have."""
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        return _OFFER_LINE.validate_python({k: v for k, v in fields.items() if v is not None})


class ModifyContract(Frozen):
    subscription: Id
    modification: Id
    effective: Day
    price: Minor
    lines: Annotated[tuple[ModifiedLine, ...], Field(max_length=100)]
    method: Method | Literal["auto"] = "auto"
    reason: FreeText
    approver: Id | None = None

    @field_validator("lines")
    @classmethod
    def _names_each_once(cls, lines: tuple[ModifiedLine, ...]) -> tuple[ModifiedLine, ...]:
        if len({line.line for line in lines}) < len(lines):
            raise ValueError("a modification names each line once")
        return lines


class ApplyChanges(Frozen):
    """Begins pauses and changes plans that were arranged for the command's day or before."""

    subscription: Id


class EndContract(Frozen):
    """Ends a contract under notice whose last day is over."""

    subscription: Id
