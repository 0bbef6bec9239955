"""When an entry is posted: the lock rule (accounting.md 14.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.calendar import MONTHS, Calendar, Period


@dataclass(frozen=True, slots=True)
class Close:
    """A close in force: events at positions above `cut` never enter `period` or one before."""

    period: Period
    cut: int


@dataclass(frozen=True, slots=True)
class Placed:
    """`period` is that of the day; `prior_period_of` the one an event is dated in when it comes
    too late for it.
    """

    posting_date: date
    period: str
    prior_period_of: str | None = None


def place(
    effective_on: date, position: int, closes: Sequence[Close], calendar: Calendar = MONTHS
) -> Placed:
    """The posting date of an event dated `effective_on` at `position` (accounting.md 14.2)."""
    own = str(calendar.of(effective_on))
    locked = [close.period for close in closes if close.cut < position]
    if not locked or effective_on > max(locked).last:
        return Placed(effective_on, own)
    following = max(locked).next()
    return Placed(following.first, str(following), own)
