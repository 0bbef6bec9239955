"""Cells as values, exactly: what a spreadsheet would guess is refused with what to write instead.

A reader takes a cell and the layout of the file, and raises ValueError for what it cannot take.
What stands in a column of ids is never repeated in a message: it may be somebody's name.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from ledger.calendar import zone
from ledger.ids import is_id
from ledger.money import parse_major
from ledger.quantity import parse_quantity, text_of

#: What a sheet holds: text, an exact number, a day or a time; a CSV file has text alone.
Cell = str | Decimal | date
Dates = Literal["iso", "dmy", "mdy"]
NOON = time(12)
LONGEST_TEXT = 200
#: Sheets keep 15 digits of a number; an id that is longer has lost some.
EXACT_DIGITS = 15
_WRITTEN: dict[Dates, tuple[re.Pattern[str], str]] = {
    "iso": (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"), "2026-01-31"),
    "dmy": (re.compile(r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4})"), "31/01/2026"),
    "mdy": (re.compile(r"(?P<m>\d{1,2})[./-](?P<d>\d{1,2})[./-](?P<y>\d{4})"), "01/31/2026"),
}
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2}))?")
_SPAN = re.compile(r"(\d{1,4}) (year|month|week|day)s?")
_SEPARATORS = re.compile(r"[\s,;|]+")
_YEARS = range(1900, 3000)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file writes numbers and dates, and the clinic's currency and time zone."""

    currency: str
    timezone: str
    decimal_comma: bool = False
    dates: Dates = "iso"


Reader = Callable[[Cell, Layout], Any]


def text(cell: Cell, _: Layout) -> str:
    """Words; a number is written as in the sheet."""
    if isinstance(cell, date):
        raise ValueError("this is a date; format the column as text")  # noqa: TRY004  see above
    words = format(cell, "f") if isinstance(cell, Decimal) else cell
    if len(words) > LONGEST_TEXT:
        raise ValueError(f"at most {LONGEST_TEXT} characters")
    return words


def key(cell: Cell, layout: Layout) -> str:
    """An id: a number only while a sheet still holds every digit of it."""
    if isinstance(cell, Decimal):
        if cell != cell.to_integral_value() or len(cell.as_tuple().digits) > EXACT_DIGITS:
            raise ValueError("a number that lost digits is no id; format the column as text")
        return str(int(cell))
    words = text(cell, layout)
    if not is_id(words):
        raise ValueError("an id is 1-64 of A-Z a-z 0-9 . _ : -, and nobody's name")
    return words


def keys(cell: Cell, layout: Layout) -> list[str]:
    """Several ids, separated by commas, semicolons or spaces."""
    if not isinstance(cell, str):
        return [key(cell, layout)]
    return [key(part, layout) for part in _SEPARATORS.split(cell.strip())]


def money(cell: Cell, layout: Layout) -> int:
    """An amount in minor units, from a decimal with no more places than the currency has."""
    return parse_major(_unsigned(cell, layout), layout.currency)


def quantity(cell: Cell, layout: Layout) -> str:
    """A count with at most three places, as commands take it."""
    return text_of(parse_quantity(_plain(_unsigned(cell, layout))))


def whole(cell: Cell, layout: Layout) -> int:
    """A whole number."""
    number = _plain(_unsigned(cell, layout))
    if not number.isdecimal():
        raise ValueError("write a whole number")
    return int(number)


def _unsigned(cell: Cell, layout: Layout) -> str:
    if isinstance(cell, Decimal):
        words = format(cell, "f")
    elif isinstance(cell, date):
        raise ValueError("this is a date; write a number")  # noqa: TRY004  see above
    elif layout.decimal_comma:
        if "." in cell:
            raise ValueError("write 1800,00, without a point between the thousands")
        words = cell.replace(",", ".")
    else:
        words = cell
    if "," in words:
        raise ValueError("write 1800.00, or say --decimal-comma where the file writes 1800,00")
    if words.startswith(("-", "(")):
        raise ValueError("a number here is not negative")
    return words


def _plain(words: str) -> str:
    """A number without zeros behind the point, as sheets write whole numbers."""
    return words.rstrip("0").rstrip(".") if "." in words else words


def day(cell: Cell, layout: Layout) -> date:
    """A local date of the clinic, in the one way in which this file writes dates."""
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise ValueError("this is a time; write a date")
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    return _written_day(cell if isinstance(cell, str) else "", layout)


def _written_day(words: str, layout: Layout) -> date:
    pattern, example = _WRITTEN[layout.dates]
    found = pattern.fullmatch(words)
    if found is None:
        hint = "; say --dates dmy or mdy for another way" if layout.dates == "iso" else ""
        raise ValueError(f"write a date as {example}{hint}")
    try:
        return _in_range(date(int(found["y"]), int(found["m"]), int(found["d"])))
    except ValueError as error:
        raise ValueError(f"no such day: {error}") from None


def _in_range(found: date) -> date:
    if found.year not in _YEARS:
        raise ValueError(f"years run from {_YEARS.start} to {_YEARS.stop - 1}")
    return found


def moment(cell: Cell, layout: Layout) -> datetime:
    """A time of the clinic's clock, or with its own offset; a date alone is its noon."""
    if isinstance(cell, datetime):
        rounded = cell + timedelta(milliseconds=500)  # sheets keep a time as a part of a day
        return localized(rounded.replace(microsecond=0), layout)
    if isinstance(cell, str) and ":" in cell:
        return _written_moment(cell, layout)
    return localized(datetime.combine(day(cell, layout), NOON), layout)


def _written_moment(words: str, layout: Layout) -> datetime:
    on, _, clock = words.replace("T", " ", 1).partition(" ")
    if found := _CLOCK.fullmatch(clock):
        hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            local = datetime.combine(_written_day(on, layout), time(hour, minute, second))
        except ValueError as error:
            raise ValueError(f"no such time: {error}") from None
        return localized(local, layout)
    try:
        given = datetime.fromisoformat(words)
    except ValueError:
        given = datetime.min  # noqa: DTZ901  has no offset, like what could not be read
    if given.tzinfo is None:
        raise ValueError("write a time as 2026-01-31 14:30, or 2026-01-31T14:30:00-05:00")
    return given


def localized(local: datetime, layout: Layout) -> datetime:
    """The time of the clinic's clock; ValueError for one that comes twice or never."""
    place = zone(layout.timezone)
    early, late = (local.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        raise ValueError("the clock shows this time twice or never that day; give the offset")
    return early.astimezone(UTC).astimezone(place)


def yes(cell: Cell, _: Layout) -> bool:
    """``yes`` or ``no``."""
    word = str(cell).lower()
    if word not in _ANSWERS:
        raise ValueError("write yes or no")
    return _ANSWERS[word]


_ANSWERS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}


def span(cell: Cell, _: Layout) -> dict[str, int]:
    """A duration in calendar units: ``6 months``."""
    found = _SPAN.fullmatch(str(cell).lower())
    if found is None:
        raise ValueError("write a duration as 6 months, 12 weeks, 90 days or 1 year")
    return {f"{found[2]}s": int(found[1])}


def one_of(*words: str) -> Reader:
    """One of these words."""

    def read(cell: Cell, _: Layout) -> str:
        word = str(cell).lower()
        if word not in words:
            raise ValueError(f"write one of {', '.join(words)}")
        return word

    return read
