"""What of a contract waits: units for a booked visit, units and money for a dispute."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Freeze:
    """Units a dispute holds back, by grant, and what it `cleared` of their liability: less what
    the contract's end let go of, which is `freed` of it.
    """

    dispute: str
    payment: str
    lots: tuple[tuple[str, Decimal], ...]
    cleared: tuple[tuple[str, int], ...] = ()
    freed: tuple[tuple[str, int], ...] = ()

    def without(self, grant: str, amount: int) -> "Freeze":
        """The same with less of a lot cleared."""
        cleared, freed = dict(self.cleared), dict(self.freed)
        cleared[grant] = cleared.get(grant, 0) - amount
        freed[grant] = freed.get(grant, 0) + amount
        return replace(self, cleared=tuple(cleared.items()), freed=tuple(freed.items()))


@dataclass(frozen=True, slots=True)
class Hold:
    """Units reserved for a visit booked for that local day, by grant."""

    booking: str
    booked_on: date
    lots: tuple[tuple[str, Decimal], ...]
