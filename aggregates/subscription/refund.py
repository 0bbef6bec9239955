"""A refund of a contract, until its money has left (accounting.md 8.1, 7.8)."""

from dataclasses import dataclass
from datetime import date

from aggregates.values import TenderPart


@dataclass(frozen=True, slots=True)
class RefundGiven:
    """A refund: where it goes back, and whether the money has left; it is payable since `on`.

    Of one that nobody cashed `unclaimed` is due to the state, which `remitted` it may have (7.8).
    """

    refund: str
    payments: tuple[TenderPart, ...]
    store_credit: bool
    paid: bool
    on: date | None = None
    unclaimed: int = 0
    remitted: bool = False

    @property
    def amount(self) -> int:
        """What goes back on all payments."""
        return sum(part.amount for part in self.payments)

    @property
    def uncashed(self) -> int:
        """What stands in 2170."""
        return 0 if self.paid or self.store_credit else self.amount - self.unclaimed
