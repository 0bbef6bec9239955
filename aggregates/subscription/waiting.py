"""What of a contract waits: units for a booked visit, units and money for a dispute."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Freeze:
    """Units a dispute holds back, by grant, and what it `cleared` of their liability."""

    dispute: str
    payment: str
    lots: tuple[tuple[str, Decimal], ...]
    cleared: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Units reserved for a visit booked for that local day, by grant."""

    booking: str
    booked_on: date
    lots: tuple[tuple[str, Decimal], ...]
