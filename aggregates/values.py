"""Values that several nouns share: the words inside events."""

import re
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from ledger.calendar import Duration as Span
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount

#: Salted SHA-256 of a personal field or of free text; the text lies apart and can be erased.
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Sha256 = Digest
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:\- ]{1,64}$")]

#: Which contract-liability account holds a line (accounting.md 12, "CL of a line").
Liability = Literal["packages", "memberships", "credits", "rights", "setup_fees"]
#: Which revenue account earns it (accounting.md 12, "Revenue").
Revenue = Literal["services", "products", "access", "no_show"]
Tender = Literal["card", "cash", "check", "ach", "store_credit", "financing"]
Formula = Literal["pro_rata", "list_clawback", "fixed_schedule", "bonus_last", "none"]
#: How a refund came to its amount: by a formula, by agreement, or as goodwill.
RefundBasis = Literal[
    "pro_rata", "list_clawback", "fixed_schedule", "bonus_last", "none", "amount", "goodwill"
]
#: What a line of an offer grants (interfaces.md 4, "line kinds"); a setup fee grants nothing.
LineKind = Literal["units", "credit", "unlimited", "access", "discount", "points", "setup_fee"]
#: How often a membership's cycle comes round.
Every = Literal["week", "month", "quarter", "year"]
Clause = Literal[
    "refund", "cancellation", "expiry", "auto_renew", "commitment", "transfer", "no_show"
]


_FRACTION = re.compile(r"[0-9]{1,40}(/[1-9][0-9]{0,39})?")


def _exact(value: object) -> Fraction:
    text = str(value) if isinstance(value, Fraction) or type(value) is int else value
    if not isinstance(text, str) or not _FRACTION.fullmatch(text):
        raise ValueError("an exact value is an integer, or a fraction written n/d, and not below 0")
    return Fraction(text)


def exact_json(value: Fraction) -> int | str:
    """An exact value as JSON: an integer, or text as in ``1000/3``."""
    whole, parts = value.numerator, value.denominator
    return whole if parts == 1 else f"{whole}/{parts}"


#: An exact rational number that is not negative, written ``1350`` or ``1000/3``.
Exact = Annotated[Fraction, BeforeValidator(_exact), PlainSerializer(exact_json)]


#: The account of value that a contract's end or refund leaves behind, where it is not 4040.
ForfeitsTo = Literal["4030"]
#: Where breakage is shown, if not on its own line (policy `breakage_account`).
BreaksTo = Literal["4000"]
#: A rate between 0 and 1 as an exact decimal string, such as ``0.15``.
Rate = Annotated[str, StringConstraints(pattern=r"^(0(\.[0-9]{1,8})?|1(\.0{1,8})?)$")]


class Duration(Frozen):
    """A span of calendar units, as written: ``{"weeks": 12}``."""

    years: Annotated[int, Field(ge=1, le=100)] | None = None
    months: Annotated[int, Field(ge=1, le=1200)] | None = None
    weeks: Annotated[int, Field(ge=1, le=5200)] | None = None
    days: Annotated[int, Field(ge=1, le=36500)] | None = None

    @model_validator(mode="after")
    def _lasts(self) -> "Duration":
        if not (self.years or self.months or self.weeks or self.days):
            raise ValueError("a duration names years, months, weeks or days")
        return self

    def span(self) -> Span:
        """The calendar arithmetic of this duration."""
        return Span(self.years or 0, self.months or 0, self.weeks or 0, self.days or 0)

    def end(self, start: date) -> date:
        """The first day after a stretch of this length that begins on `start`."""
        return self.span().after(start)


class TaxPart(Frozen):
    """One of the taxes in a total: collected for the government, or the clinic's `own`, which it
    owes whether or not the patient pays it (606-10-32-2A; accounting.md 3.1).
    """

    tax: Word
    amount: PositiveAmount
    own: bool = False


class SaleDimensions(Frozen):
    """The dimensions of a sale, on every event that moves its money (accounting.md 12.2)."""

    subscription: Id
    offer: Id
    program: Word | None = None
    location: Id | None = None
    provider: Id | None = None


class Share(Frozen):
    """A line's part of an amount in the contract-liability accounts.

    `revenue` is what earns the line; told where money comes in, for cash books.
    """

    line: Id
    grant: Id
    liability: Liability
    amount: Amount
    revenue: Revenue | None = None


class ContractShare(Share):
    """A line's part of an amount that concerns several contracts, as a dispute may."""

    sale: SaleDimensions


class TenderPart(Frozen):
    """Money moved on one payment."""

    payment: Id
    tender: Tender
    amount: Amount
