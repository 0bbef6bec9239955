"""By which rules books are kept: the clinic's framework, or what was paid (accounting.md 12.1)."""

from dataclasses import dataclass

from aggregates import effects, effects_cash
from ledger.books.interpret import Rules, by_event


@dataclass(frozen=True, slots=True)
class Basis:
    """Posting rules under their version; `accrues` where time and period ends post as well.

    `name` is that of books kept otherwise than by the clinic's framework.
    """

    version: str
    rules: Rules
    accrues: bool = True
    name: str | None = None


#: The books that a close seals: events carry the amounts of the clinic's framework.
OWN = Basis(effects.RULES, by_event(effects.POSTINGS))
CASH = Basis(effects_cash.RULES, by_event(effects_cash.POSTINGS), accrues=False, name="cash")
