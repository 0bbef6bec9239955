"""What can be asked of a period of the books: the data of its commands (interfaces.md 4)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from aggregates.values import Digest
from ledger.calendar import YEARS, Period
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText


def _period(text: str) -> str:
    period = Period.parse(text)
    if period.year not in YEARS:
        raise ValueError(f"books are kept from {YEARS.start} to {YEARS.stop - 1}")
    return str(period)


PeriodText = Annotated[str, AfterValidator(_period)]


class ClosePeriod(Frozen):
    """`soft` stops the front desk and providers only; the books stay open (14.1)."""

    period: PeriodText
    soft: bool = False
    approver: Id | None = None
    expected_digest: Digest | None = None


class ReopenPeriod(Frozen):
    period: PeriodText
    approvers: Annotated[tuple[Id, ...], Field(max_length=10)]
    reason: FreeText


class SignalSoftClose(Frozen):
    """A step of `tick`: the period should be soft-closed by now."""

    period: PeriodText
