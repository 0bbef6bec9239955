"""The policy `calendar`: periods of months, or of weeks (accounting.md 14.7)."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Any, Literal

from pydantic import Field, ValidationError

from ledger.calendar import MONTHS, Calendar, Change
from ledger.events import Frozen
from ledger.fiscal import MONTHS_OF_A_YEAR, Weeks

KEY = "calendar"
BY_MONTHS = "months"
_PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _ByWeeks(Frozen):
    """A fiscal year of 52 or 53 weeks, which ends on the `last` `weekday` of `month` or on the
    one `nearest` to its end.
    """

    weeks: Literal["4-4-5", "4-5-4", "5-4-4"]
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    month: int = Field(default=MONTHS_OF_A_YEAR, ge=1, le=MONTHS_OF_A_YEAR, strict=True)
    ends: Literal["last", "nearest"] = "last"


def problem_with_calendar(value: Any) -> str | None:
    """What is wrong with a value of the policy, in words, or None."""
    if value == BY_MONTHS:
        return None
    try:
        _ByWeeks.model_validate(value)
    except ValidationError:
        return (
            'calendar is "months" or {weeks: 4-4-5 / 4-5-4 / 5-4-4, weekday, month: 1-12, '
            "ends: last / nearest}"
        )
    return None


def weeks_of(value: Any) -> Weeks | None:
    """The weeks that a value of the policy means, None for months."""
    if value == BY_MONTHS:
        return None
    said = _ByWeeks.model_validate(value)
    pattern, weekday = _PATTERNS[said.weeks], _DAYS.index(said.weekday)
    return Weeks(pattern, weekday, said.month, said.ends == "nearest")


def calendar_of(said: Iterable[tuple[date, Any]]) -> Calendar:
    """The calendar by what was said from which day on, in the order of saying it; None says
    nothing.
    """
    by_day = {since: weeks_of(value) for since, value in said if value is not None}
    return Calendar(tuple(sorted(by_day.items(), key=itemgetter(0)))) if by_day else MONTHS


def first_from(weeks: Weeks | None, day: date) -> date:
    """The first day of a period of such a calendar, on that day or the next one after it."""
    changes: tuple[Change, ...] = () if weeks is None else ((date.min, weeks),)
    period = Calendar(changes).of(day)
    return day if period.first == day else period.next().first
