"""Remaining performance obligations: what contracts still promise, and when it will be earned.

Accounting.md 15.3: Σ (A − R) of the contracts included, breakage before expiry within R, with
instalments that cannot be cancelled although they are not billed yet, without tax and without
the concessions that are expected (606-10-50-13: what is constrained is no price).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from aggregates.subscription.lot import Lot
from aggregates.subscription.standing import standing
from aggregates.subscription.state import Subscription, sale_of
from aggregates.terms import RecurringBilling
from ledger.calendar import ONE_DAY, Duration
from ledger.ratios import largest_remainder, share
from projections.reports.early import NOTHING, Early
from projections.reports.redemption import Curves
from projections.reports.uncertain import NOTHING as CERTAIN
from projections.reports.uncertain import Expected

YEAR = Duration(years=1)
NO_CONTRACT = "no_contract"
MONTH_TO_MONTH = "month_to_month"
SHORT = "original_term_one_year_or_less"
CANCELLABLE = "unpaid_and_cancellable"


@dataclass(frozen=True, slots=True)
class Bands:
    """The months at which bands end, counted from a day; beyond the last one more follows."""

    as_of: date
    months: tuple[int, ...]

    @property
    def names(self) -> list[str]:
        """As in ``0-3``, ``4-12``, ``13-24``, ``>24``."""
        firsts = [0, *(last + 1 for last in self.months)]
        spans = [f"{first}-{last}" for first, last in zip(firsts, self.months, strict=False)]
        return [*spans, f">{self.months[-1]}"]

    def last_day(self, months: int) -> date:
        """The last day of a band that ends after so many months."""
        return Duration(months=months).after(self.as_of)

    def split(self, amount: int, progress: Sequence[Fraction]) -> list[int]:
        """The part of each band, by the progress made when it ends; what is left comes last."""
        reached = [share(amount, part) for part in progress]
        return [
            later - earlier
            for earlier, later in zip([0, *reached], [*reached, amount], strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Unsatisfied:
    """A part of what a contract still promises: by bands, or left out for a reason.

    Of its `pool` some may be earned, because an estimate says that it stays unused.
    """

    amount: int
    bands: tuple[int, ...] = ()
    reason: str | None = None
    pool: str | None = None

    def without(self, less: int) -> "Unsatisfied":
        """What is left when so much is not expected, of all bands alike."""
        if not less:
            return self
        off = largest_remainder(less, self.bands) if self.bands else ()
        bands = tuple(band - gone for band, gone in zip(self.bands, off, strict=True))
        return replace(self, amount=self.amount - less, bands=bands)


@dataclass(slots=True)
class _Sums:
    """What is still promised by band, or by the reason it is left out for; and that of pools."""

    bands: Bands
    sums: dict[str | int, int] = field(default_factory=dict)
    pools: dict[str, dict[str | int, int]] = field(default_factory=dict)

    def add(self, part: Unsatisfied) -> None:
        """Counts one more part."""
        cells: dict[str | int, int] = {part.reason: part.amount} if part.reason else {}
        for cell, amount in (cells or dict(enumerate(part.bands))).items():
            self.sums[cell] = self.sums.get(cell, 0) + amount
            if part.pool is not None:
                pool = self.pools.setdefault(part.pool, {})
                pool[cell] = pool.get(cell, 0) + amount

    def earn(self, early: Early) -> None:
        """Takes off what is earned of each pool, from all that is left of it alike."""
        for name, cells in self.pools.items():
            gone = min(early.amounts.get(name, 0), sum(cells.values()))
            if gone > 0:
                for cell, part in zip(
                    cells, largest_remainder(gone, list(cells.values())), strict=True
                ):
                    self.sums[cell] -= part

    @property
    def totals(self) -> list[int]:
        return [self.sums.get(number, 0) for number in range(len(self.bands.names))]

    @property
    def excluded(self) -> dict[str, int]:
        return {reason: amount for reason, amount in self.sums.items() if isinstance(reason, str)}


def rpo(
    contracts: Iterable[Subscription],
    curves: Curves,
    bands: Bands,
    early: Early = NOTHING,
    expected: Expected = CERTAIN,
    *,
    expedient: bool,
) -> dict[str, Any]:
    """The report (interfaces.md 6, rpo): the total and what is left out are all there is.

    `expedient` leaves contracts of an original term of a year or less out (policy
    `rpo_expedient`).
    """
    found = _Sums(bands)
    for part in _all_parts(contracts, curves, bands, early, expected, expedient=expedient):
        found.add(part)
    found.earn(early)
    totals, excluded = found.totals, found.excluded
    return {
        "as_of": bands.as_of.isoformat(),
        "bands": [
            {"band": name, "amount": amount}
            for name, amount in zip(bands.names, totals, strict=True)
        ],
        "total": sum(totals),
        "excluded": [{"reason": reason, "amount": excluded[reason]} for reason in sorted(excluded)],
    }


def _all_parts(
    contracts: Iterable[Subscription],
    curves: Curves,
    bands: Bands,
    early: Early,
    expected: Expected,
    *,
    expedient: bool,
) -> Iterator[Unsatisfied]:
    for state in contracts:
        reason = _left_out(state, expedient=expedient)
        parts = [*_lots(state, curves, bands, early), *_coming_cycles(state, bands)]
        off = expected.taken_off(sale_of(state).subscription, [part.amount for part in parts])
        for part, less in zip(parts, off, strict=True):
            if part.amount > less:
                kept = part.without(less)
                yield replace(kept, bands=(), reason=reason) if reason else kept


def _left_out(state: Subscription, *, expedient: bool) -> str | None:
    """Why a contract is left out as a whole."""
    if not state.has_contract:
        return NO_CONTRACT
    if state.plan is not None and not state.plan.billing.commitment_cycles:
        return MONTH_TO_MONTH
    return SHORT if expedient and _is_short(state) else None


def _is_short(state: Subscription) -> bool:
    """Whether the original term is a year or less; a contract without an end is not."""
    sold = sale_of(state)
    if isinstance(sold.billing, RecurringBilling):
        ends = sold.billing.cycle.span().after(sold.starts, sold.billing.commitment_cycles or 1)
    elif sold.term is not None:
        ends = sold.term.end(sold.starts)
    elif sold.expires is not None:
        ends = sold.expires + ONE_DAY
    else:
        return False
    return ends <= YEAR.after(sold.starts)


def _lots(state: Subscription, curves: Curves, bands: Bands, early: Early) -> Iterator[Unsatisfied]:
    for lot in state.lots.values():
        pool = early.pools.get((sale_of(state).subscription, lot.grant))
        left = lot.value_left(bands.as_of)
        firm = left if _is_firm(state, lot) else min(left, max(standing(lot, bands.as_of), 0))
        parts = bands.split(firm, progress(state, lot, curves, bands))
        yield Unsatisfied(firm, tuple(parts), pool=pool)
        yield Unsatisfied(left - firm, reason=CANCELLABLE)


def _is_firm(state: Subscription, lot: Lot) -> bool:
    """Whether what is not paid yet is owed all the same."""
    billing = sale_of(state).billing
    if isinstance(billing, RecurringBilling):
        cycle = state.cycles.get(lot.sold.cycle or 0)
        return cycle is not None and cycle.committed
    return not billing.cancellable


def progress(state: Subscription, lot: Lot, curves: Curves, bands: Bands) -> Sequence[Fraction]:
    """How much of what is left is earned when each band ends: by day, or as others used theirs."""
    if lot.is_time:
        left = lot.value_left(bands.as_of)
        return [
            Fraction(left - lot.value_left(bands.last_day(months)), left or 1)
            for months in bands.months
        ]
    sold = sale_of(state)
    last = lot.lapses or lot.expires
    return [
        curves.progress(sold.offer, sold.sold_on, bands.as_of, months, last)
        for months in bands.months
    ]


def _coming_cycles(state: Subscription, bands: Bands) -> Iterator[Unsatisfied]:
    """Committed cycles that have not begun, each in the band in which it ends."""
    plan = state.plan
    if plan is None or state.ended is not None or not state.cycles:
        return
    for number in range(max(state.cycles) + 1, (plan.billing.commitment_cycles or 0) + 1):
        coming = state.plan_of(number) or plan
        over = [
            Fraction(coming.starts(number + 1) <= bands.last_day(months) + ONE_DAY)
            for months in bands.months
        ]
        yield Unsatisfied(coming.price, tuple(bands.split(coming.price, over)))
