"""The clinic's calendar: local dates, intervals, durations, periods (accounting.md 0, 14.5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from ledger.fiscal import Weeks

ONE_DAY = timedelta(days=1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"[Tt][0-9:]{5,8}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
#: Years taken from outside: every sum of them and a duration is still a date.
YEARS = range(1900, 3000)
_PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError("a date is written 2026-01-31")
    return date.fromisoformat(value)


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not _MOMENT.fullmatch(value):
        raise ValueError("a time is written 2026-01-31T10:00:00-05:00, always with its offset")
    return datetime.fromisoformat(value.upper())


def _in_range(value: date) -> date:
    if value.year not in YEARS:
        raise ValueError(f"years run from {YEARS.start} to {YEARS.stop - 1}")
    return value


def _moment_in_range(value: datetime) -> datetime:
    _in_range(value)
    return value


#: A local date, and a time with its offset, as they come from outside (interfaces.md 1).
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_in_range)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_moment_in_range)]


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name; raises KeyError for one that is no place, nor UTC."""
    if name not in available_timezones() or ("/" not in name and name != "UTC"):
        raise KeyError(name)
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        zone(name)
    except KeyError:
        return False
    return True


def local_date(moment: datetime, timezone: str) -> date:
    """The calendar date of a moment in a time zone, as a rule the clinic's (accounting.md 0.4)."""
    return moment.astimezone(zone(timezone)).date()


def end_of_day(day: date, timezone: str) -> datetime:
    """The last second of a local day, in UTC; daylight-saving days count as one day (14.5)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone(timezone)) + ONE_DAY
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def tz_version() -> str:
    """The version of the time-zone data in use, for the record of a close (accounting.md 16)."""
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "system"


@dataclass(frozen=True, slots=True)
class Duration:
    """A span in calendar units; adding it is anchored to the first day, never chained.

    31 January + 1 month is 28 or 29 February, + 2 months 31 March (engines.md, fixed).
    """

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    def after(self, start: date, times: int = 1) -> date:
        """The day that lies `times` spans after `start`."""
        return _after(self, start, times)


@lru_cache(maxsize=16_384)
def _after(span: Duration, start: date, times: int) -> date:
    """Remembered: the same few days are asked for again with every step of a membership."""
    return start + relativedelta(
        years=span.years * times,
        months=span.months * times,
        weeks=span.weeks * times,
        days=span.days * times,
    )


#: From a day on periods are made of weeks, or of calendar months again.
Change = tuple[date, Weeks | None]


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a clinic's days make periods: by calendar months, and by `changes` in order of days.

    A period in which the calendar changes has the days that either gives to it (14.7).
    """

    changes: tuple[Change, ...] = ()

    def of(self, day: date) -> "Period":
        """The period of a day."""
        rule = None
        for since, weeks in self.changes:
            rule = weeks if since <= day else rule
        year, month = (day.year, day.month) if rule is None else rule.named(day)
        return Period(year, month, self)

    def period(self, text: str) -> "Period":
        """The period of that name. Raises ValueError unless `text` is ``YYYY-MM``."""
        return self.bound(Period.parse(text))

    def bound(self, period: "Period") -> "Period":
        """The period of the same name, with the days it has here."""
        return Period(period.year, period.month, self)


#: Periods are calendar months unless a clinic says otherwise.
MONTHS = Calendar()


@lru_cache(maxsize=4096)
def _days(changes: tuple[Change, ...], year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a period."""
    rules: tuple[Change, ...] = ((date.min, None), *changes)
    ends = (*(since for since, _ in changes), None)
    parts = []
    for (since, weeks), end in zip(rules, ends, strict=True):
        first, last = _span(weeks, year, month)
        first = max(first, since)
        last = last if end is None else min(last, end - ONE_DAY if end > since else date.min)
        if first <= last:
            parts.append((first, last))
    return parts[0][0], parts[-1][1]


def _span(weeks: Weeks | None, year: int, month: int) -> tuple[date, date]:
    if weeks is not None:
        return weeks.first((year, month)), weeks.last((year, month))
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - ONE_DAY


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A period of the books, written ``2026-01``: a month, or what `calendar` has in its place."""

    year: int
    month: int
    calendar: Calendar = field(default=MONTHS, compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises ValueError unless `text` is ``YYYY-MM``."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a period, as in 2026-01")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Period":
        """The calendar month of a day."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return _days(self.calendar.changes, self.year, self.month)[0]

    @property
    def last(self) -> date:
        return _days(self.calendar.changes, self.year, self.month)[1]

    def includes(self, day: date) -> bool:
        """Whether the day is one of the period's."""
        return self.first <= day <= self.last

    def next(self) -> "Period":
        return Period(self.year + self.month // 12, self.month % 12 + 1, self.calendar)

    def previous(self) -> "Period":
        before = 12 if self.month == 1 else self.month - 1
        return Period(self.year - (self.month == 1), before, self.calendar)

    def until(self, last: "Period") -> Iterator["Period"]:
        """This period and those after it, up to and including `last`."""
        period = self
        while period <= last:
            yield period
            period = period.next()

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def days_between(start: date, end: date) -> int:
    """Days of the half-open interval ``[start, end)``; 0 when it is empty."""
    return max((end - start).days, 0)
