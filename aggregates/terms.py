"""The terms of an offer that a contract keeps as they were at the sale (interfaces.md 4)."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from aggregates.values import Digest, Duration, Every, Formula, Word
from ledger.calendar import Day
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.quantity import PositiveQuantity

Percent = Annotated[int, Field(ge=0, le=100)]
DayCount = Annotated[int, Field(ge=1, le=365)]
_AFTER = re.compile(r"\+([0-9]{1,4})([dwm])")
_UNITS = {"d": "days", "w": "weeks", "m": "months"}
_CYCLES: dict[str, Duration] = {
    "week": Duration(weeks=1),
    "month": Duration(months=1),
    "quarter": Duration(months=3),
    "year": Duration(years=1),
}


def _after(value: object) -> object:
    if isinstance(value, str) and not _AFTER.fullmatch(value):
        raise ValueError('a due is a date, or days, weeks or months after the sale, as in "+30d"')
    return value


#: Days, weeks or months after the sale date, written ``+30d``, ``+2w``, ``+1m``.
After = Annotated[str, BeforeValidator(_after)]


def due_date(due: date | str, sold_on: date) -> date:
    """The day an instalment falls due (interfaces.md 1)."""
    if isinstance(due, date):
        return due
    match = _AFTER.fullmatch(due)
    if match is None:
        raise ValueError(f"{due!r} is no due")
    count = int(match[1])
    return Duration(**{_UNITS[match[2]]: count}).end(sold_on) if count else sold_on


class OnceBilling(Frozen):
    """One instalment due on the sale date; unpaid, the sale is a memo while it is cancellable."""

    kind: Literal["once"] = "once"
    cancellable: bool = True
    draw_before_payment: bool | None = None


class PlanInstalment(Frozen):
    due: Day | After
    amount: PositiveAmount


class Instalment(Frozen):
    """What a contract asks for on a day, with tax."""

    due: date
    amount: Amount


class PlanBilling(Frozen):
    """Instalments with due dates; they add up to price and tax (accounting.md 10.3)."""

    kind: Literal["plan"]
    instalments: Annotated[tuple[PlanInstalment, ...], Field(min_length=1, max_length=120)]
    cancellable: bool = True
    draw_before_payment: bool | None = None


class RecurringBilling(Frozen):
    """A membership: the price is per cycle, and each paid cycle grants the lines (6.3).

    `commitment_cycles` cannot be cancelled; retries come `retry_days` after the due date.
    """

    kind: Literal["recurring"]
    every: Every
    auto_renew: bool = True
    commitment_cycles: Annotated[int, Field(ge=1, le=520)] | None = None
    setup_fee: Amount = 0
    grants: Literal["each_cycle"] = "each_cycle"
    retry_days: Annotated[tuple[DayCount, ...], Field(max_length=10)] = (1, 3, 10)
    draw_before_payment: bool | None = None

    @property
    def cycle(self) -> Duration:
        """The length of a cycle; cycles are anchored to the first start (engines.md)."""
        return _CYCLES[self.every]


Billing = Annotated[OnceBilling | PlanBilling | RecurringBilling, Field(discriminator="kind")]


class ScheduleRow(Frozen):
    """The part of what was paid that goes back within so many days of the sale."""

    within_days: Annotated[int, Field(ge=0, le=3650)]
    percent: Percent


class RefundTerms(Frozen):
    """What a refund comes to (accounting.md 8.1)."""

    formula: Formula
    fee: Amount = 0
    cooling_off_days: Annotated[int, Field(ge=0, le=365)] = 0
    schedule: Annotated[tuple[ScheduleRow, ...], Field(max_length=24)] = ()
    on_demand: bool = False

    @model_validator(mode="after")
    def _has_its_schedule(self) -> "RefundTerms":
        if (self.formula == "fixed_schedule") != bool(self.schedule):
            raise ValueError("a fixed_schedule, and nothing else, comes with a schedule")
        return self


class Penalty(Frozen):
    """What leaving within the commitment costs: a part of what it still asks for, or an amount."""

    percent: Percent | None = None
    amount: PositiveAmount | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "Penalty":
        if (self.percent is None) == (self.amount is None):
            raise ValueError("a penalty is a percent or an amount")
        return self


class CancellationTerms(Frozen):
    notice_days: Annotated[int, Field(ge=0, le=365)] = 0
    penalty: Penalty | None = None


class RolloverTerms(Frozen):
    """Unused units of these lines (all, if none is named) outlive their cycle (6.3)."""

    lines: tuple[Id, ...] = ()
    cap: PositiveQuantity | None = None
    expires_after: Duration | None = None

    def allows(self, line: str) -> bool:
        """Whether that line's units roll over."""
        return not self.lines or line in self.lines

    def rolled(self, unused: Decimal, already: Decimal) -> Decimal:
        """How much of `unused` goes on, when `already` rolled units of the line are there."""
        return unused if self.cap is None else max(min(unused, self.cap - already), Decimal(0))


class TermsDocument(Frozen):
    document: Id
    version: Word
    sha256: Digest


class Notices(Frozen):
    """The notices the terms promise before a lot expires, which the forfeiture guard asks for,
    and before a membership renews.
    """

    before_expiry_days: tuple[DayCount, ...] = ()
    before_renewal_days: tuple[DayCount, ...] = ()


class Milestone(Frozen):
    """Something the program plans at intervals: a monthly check-in, a quarterly lab."""

    milestone: Word
    every: Duration
    service: Id | None = None


class Description(Frozen):
    """What the buyer was shown: the text's digest."""

    sha256: Digest
