"""How much of what was granted was used: units, counted over lots."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription
from ledger.calendar import ONE_DAY
from ledger.quantity import text_of
from projections.ratios import rate_text

#: Less use than this part of what was granted is too little.
LITTLE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Usage:
    """Units that were granted and stayed, and how many of them were used."""

    granted: Decimal = NONE
    used: Decimal = NONE

    def with_lot(self, lot: Lot) -> "Usage":
        return Usage(self.granted + lot.granted - lot.transferred, self.used + lot.used)

    @property
    def rate(self) -> Fraction:
        """The part that was used; all of nothing."""
        return Fraction(self.used) / Fraction(self.granted) if self.granted else Fraction(1)

    @property
    def is_little(self) -> bool:
        """Whether too little was used of what was granted."""
        return self.rate < LITTLE

    def row(self) -> dict[str, Any]:
        """As reports write it."""
        return {
            "granted": text_of(self.granted),
            "used": text_of(self.used),
            "rate": rate_text(Fraction(self.used), Fraction(self.granted)),
        }


def counted(state: Subscription) -> list[Lot]:
    """The lots of units; those of a cycle that is not paid have granted nothing."""
    return [lot for lot in state.lots.values() if lot.kind == "units"]


def usage(lots: Iterable[Lot]) -> Usage:
    """The use of some lots together."""
    total = Usage()
    for lot in lots:
        total = total.with_lot(lot)
    return total


def past_usage(state: Subscription, as_of: date) -> Usage:
    """The use of a membership's units in the cycles that are over."""
    over = {cycle.number for cycle in state.cycles.values() if cycle.ends <= as_of + ONE_DAY}
    return usage(lot for lot in counted(state) if lot.sold.cycle in over)


def services_of(lot: Lot) -> tuple[str, ...]:
    """The services of which the lot's units can be any."""
    return tuple(term.service for term in lot.services)
