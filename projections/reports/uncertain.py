"""What of a price still to be earned is not expected to be kept (accounting.md 3.3, 15.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from ledger.books.accrual import Window
from ledger.ratios import largest_remainder, share
from projections.close.books import Books
from projections.journal.conceding import KIND, Concessions


@dataclass(frozen=True, slots=True)
class Expected:
    """By contract: the rate of expected concessions, and what of it was conceded already."""

    by_contract: Mapping[str, tuple[Fraction, int]] = field(default_factory=dict)

    def taken_off(self, subscription: str, amounts: Sequence[int]) -> list[int]:
        """What goes off each of the amounts that a contract still promises, all bearing alike."""
        rate, given = self.by_contract.get(subscription, (Fraction(0), 0))
        return largest_remainder(max(share(sum(amounts), rate) - given, 0), amounts)


NOTHING = Expected()


def expected(books: Books, as_of: date) -> Expected:
    """By the estimates in force on a day, as far as the books know them."""
    settings = books.settings.at(books.cut, as_of)
    if not settings.estimates.has(KIND, as_of):
        return NOTHING
    period = books.calendar.of(as_of)
    window = Window((period,), as_of)
    return Expected(Concessions(books, settings, books.cut, period, window).to_come())
