"""Breakage before expiry: what is expected never to be used is earned with what is (7.2-7.5).

Measured on a cohort as a whole, because how much is used is a fact about cohorts; a lot alone is
a cohort of one. Draws, refunds and expiry take a lot's own value: the cohort's line bears the
difference until the next close.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ledger.books.accrual import Window
from ledger.books.entries import Dimensions, Entry, Movement, arranged
from ledger.calendar import Period
from ledger.ratios import share

#: By use; by an estimate that expects more use than the one before; by one that expects less.
USE, MORE_USE, LESS_USE = "10", "24", "25"
ROWS = (USE, MORE_USE, LESS_USE)
#: Where it is shown unless the clinic says otherwise (policy `breakage_account`).
BREAKAGE = "4030"
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Pool:
    """Lots whose use is expected together; amounts in minor units, units in thousandths.

    `promised`, `granted` and `used` are A, N and U without what left for a refund or elsewhere;
    `earned` is the service part of A × U ÷ N as it was recorded, `lapsed` what lapsed for good.
    `kept` is `promised` times the percent no state has a claim on, `funded` what is paid or due
    and stands in the liability.
    """

    promised: int = 0
    granted: int = 0
    used: int = 0
    earned: int = 0
    lapsed: int = 0
    kept: int = 0
    funded: int = 0

    def __add__(self, other: "Pool") -> "Pool":
        return Pool(
            self.promised + other.promised,
            self.granted + other.granted,
            self.used + other.used,
            self.earned + other.earned,
            self.lapsed + other.lapsed,
            self.kept + other.kept,
            self.funded + other.funded,
        )

    def without(self, units: int) -> "Pool":
        """The pool less unused units that wait for a dispute, with their value (13)."""
        left = max(self.granted - units, 0)
        part = Fraction(left, self.granted) if self.granted else Fraction(0)
        unused = self.granted - self.used
        free = Fraction(max(unused - units, 0), unused) if unused > 0 else Fraction(0)
        return Pool(
            share(self.promised, part),
            left,
            self.used,
            self.earned,
            self.lapsed,
            share(self.kept, part),
            share(self.funded, free),
        )

    def expected(self, rate: Fraction) -> Fraction:
        """E: the units expected ever to be used, never fewer than have been (7.5)."""
        return max(self.granted * (1 - rate), Fraction(self.used))

    @property
    def remote(self) -> int:
        """All that is left and no state has a claim on, when nobody is expected to use it (7.4)."""
        left = self.promised - self.earned - self.lapsed
        kept = Fraction(self.kept, _WHOLE * self.promised)
        return max(share(min(left, self.funded), kept), 0)

    def breakage(self, rate: Fraction) -> int:
        """What may have been earned beside use by now: the cohort's R less the service part.

        What lapsed for good counts towards it; nothing unpaid breaks, nor what a state may claim.
        """
        if self.used <= 0 or self.promised <= 0:
            return 0
        revenue = share(self.promised, self.used / self.expected(rate))
        kept = Fraction(self.kept, _WHOLE * self.promised)
        beside = share(revenue - self.earned, kept) - self.lapsed
        return max(min(beside, share(self.funded, kept)), 0)


@dataclass(frozen=True, slots=True)
class Change:
    """Another rate took effect while the pool stood so; None is no estimate."""

    pool: Pool
    before: Fraction | None
    after: Fraction | None

    @property
    def caught_up(self) -> int:
        """The cumulative catch-up; a first estimate changes none and catches nothing up (7.5)."""
        if self.before is None or self.after is None:
            return 0
        return self.pool.breakage(self.after) - self.pool.breakage(self.before)


@dataclass(frozen=True, slots=True)
class Carrier:
    """What bears breakage: a cohort by its name, or a lot of a contract."""

    name: str
    account: str
    at: Dimensions


def caught_up(changes: Iterable[Change]) -> int:
    """What all changes of a period come to."""
    return sum(change.caught_up for change in changes)


def breakage_entries(
    carrier: Carrier,
    use: int,
    change: int,
    period: Period,
    window: Window,
    account: str = BREAKAGE,
) -> list[Entry]:
    """Row 10 for what use brought, row 24 or 25 for what a changed estimate did; no row for 0."""
    amounts = ((USE, use), (LESS_USE if change > 0 else MORE_USE, change))
    return [
        _entry(carrier, row, amount, period, window, account) for row, amount in amounts if amount
    ]


def _entry(
    carrier: Carrier, row: str, amount: int, period: Period, window: Window, account: str
) -> Entry:
    liability = Movement("debit", carrier.account, amount, carrier.at)
    revenue = Movement("credit", account, amount, carrier.at)
    about = carrier.name
    if carrier.at.subscription is not None:
        about = f"{carrier.at.subscription}-{carrier.name}"
    return window.entry(period, row, about, arranged((liability, revenue)), lot=carrier.name)
