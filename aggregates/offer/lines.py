"""The lines an offer is written in (interfaces.md 4, "line kinds")."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from aggregates.terms import Percent
from aggregates.values import Duration, Exact, Text, Word
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import PositiveAmount
from ledger.quantity import PositiveQuantity


class Bundle(Frozen):
    """Lines of an offer that are regularly sold together at `price`; `evidence` says where that
    was observed (accounting.md 4.4).
    """

    lines: Annotated[tuple[Id, ...], Field(min_length=2, max_length=64)]
    price: PositiveAmount
    evidence: Text


Names = Annotated[tuple[Id, ...], Field(min_length=1, max_length=64)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)]


class Line(Frozen):
    """What every line may say: its stand-alone price, its own last day, its place in the order
    of draw, and whether it is granted free beside paid value. A `residual` line has no price of
    its own yet, or a very variable one: it takes what the others leave (accounting.md 4.1).
    """

    line: Id
    ssp: Exact | None = None
    residual: Literal[True] | None = None
    expires_after: Duration | None = None
    bonus: bool = False
    priority: Annotated[int, Field(ge=0, le=1000)] = 100


class Scoped(Line):
    """A line usable for some services or categories only; without either for any service."""

    services: Names | None = None
    categories: Words | None = None

    @model_validator(mode="after")
    def _one_scope(self) -> "Scoped":
        if self.services and self.categories:
            raise ValueError("a line is limited to services or to categories")
        return self


class UnitsLine(Line):
    """Counted units of one service, or of a free choice among several."""

    kind: Literal["units"]
    services: Names
    quantity: PositiveQuantity


class CreditLine(Scoped):
    """Prepaid credit: `face` is what it buys, in minor units."""

    kind: Literal["credit"]
    face: PositiveAmount


class Cap(Frozen):
    """At most so much in a calendar day, a Monday week or a calendar month."""

    per: Literal["day", "week", "month"]
    quantity: PositiveQuantity


class UnlimitedLine(Line):
    """As often as wanted, within a cap if there is one; earned by day (accounting.md 6.2)."""

    kind: Literal["unlimited"]
    services: Names
    cap: Cap | None = None


class AccessLine(Line):
    """Access over time: messaging, same-day booking and the like; earned by day."""

    kind: Literal["access"]
    access: Annotated[tuple[Word, ...], Field(min_length=1, max_length=16)]


class DiscountLine(Scoped):
    """A percentage or an amount off further services; `uses` counts how often (5.5)."""

    kind: Literal["discount"]
    percent: Percent | None = None
    amount: PositiveAmount | None = None
    uses: Annotated[int, Field(ge=1, le=10_000)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "DiscountLine":
        if (self.percent is None) == (self.amount is None):
            raise ValueError("a discount is a percent or an amount")
        return self


class Earning(Frozen):
    """One point for each full `per_amount` of the price."""

    per_amount: PositiveAmount


class PointsLine(Scoped):
    """Points granted with the sale, each worth `value` when it is redeemed (5.6)."""

    kind: Literal["points"]
    earn: Earning
    value: PositiveAmount


OfferLine = Annotated[
    UnitsLine | CreditLine | UnlimitedLine | AccessLine | DiscountLine | PointsLine,
    Field(discriminator="kind"),
]
