"""Facts as a reviewer reads them: amounts, days, moments, and tables that stay short."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from ledger import money
from ledger.calendar import zone

Facts = dict[str, Any]
Item = TypeVar("Item")


def amount_text(facts: Facts, amount: int) -> str:
    """An amount in the currency of the case."""
    return money.text_of(amount, facts["identifiers"]["currency"])


def day_text(day: str | None) -> str:
    """A day that reads the same on both sides of the ocean: 10 Feb 2026."""
    if day is None:
        return "no end"
    read = date.fromisoformat(day)
    return f"{read.day} {read:%b %Y}"


def moment_text(facts: Facts, moment: str) -> str:
    """A moment in the clinic's zone: 10 Feb 2026 09:30 EST."""
    local = local_moment(facts, moment)
    return f"{local.day} {local:%b %Y %H:%M %Z}"


def local_moment(facts: Facts, moment: str) -> datetime:
    """The moment in the clinic's zone."""
    return datetime.fromisoformat(moment).astimezone(zone(facts["identifiers"]["timezone"]))


def local_day(facts: Facts, moment: str) -> str:
    """The clinic's day of a moment."""
    return local_moment(facts, moment).date().isoformat()


def plain(word: str | None) -> str:
    """A code word as words."""
    return (word or "").replace("_", " ")


def card_text(card: Facts) -> str:
    """A card by its brand and last four digits."""
    return f"{card['brand'].title()} ending {card['last4']}"


def ends_of(rows: Sequence[Item], most: int) -> tuple[list[Item], list[Item], list[Item]]:
    """The rows to show first, those to sum up, and those to show last; none is summed up alone."""
    if len(rows) <= most + 1:
        return list(rows), [], []
    half = most // 2
    return list(rows[:half]), list(rows[half:-half]), list(rows[-half:])
