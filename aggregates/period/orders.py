"""What can be asked of a period of the books: the data of its commands (interfaces.md 4)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from aggregates.values import Digest
from ledger.calendar import Period
from ledger.events import Frozen
from ledger.ids import Id
from ledger.personal import FreeText

#: Books are kept from here to there: a slip of the pen must not close the year 1.
_YEARS = range(1900, 3000)


def _period(text: str) -> str:
    period = Period.parse(text)
    if period.year not in _YEARS:
        raise ValueError(f"books are kept from {_YEARS.start} to {_YEARS.stop - 1}")
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
