"""Whose money is where: how an amount is split over a contract's lines and its tax (4.10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.values import Share
from ledger.ratios import largest_remainder


@dataclass(frozen=True, slots=True)
class Funding:
    """The split of an amount: the lines' parts, the tax part, and what nothing asked for."""

    shares: tuple[Share, ...]
    tax: int
    excess: int


def unfunded_tax(state: Subscription) -> int:
    """The tax that is neither paid nor billed yet."""
    lines = sum(lot.unfunded for lot in state.lots.values())
    return max(min(state.owed - state.receivable - lines, state.tax - state.tax_funded), 0)


def split(state: Subscription, amount: int, tax: int | None = None) -> Funding:
    """Splits `amount` over what is still unfunded, by largest remainder (accounting.md 4.10).

    An explicit `tax` fixes the tax part first, as far as tax is wanted and the lines can take
    the rest. Nothing is over-funded: what exceeds the contract's need is `excess`.
    """
    lots = list(state.lots.values())
    wanted = [lot.unfunded for lot in lots]
    tax_wanted = unfunded_tax(state)
    if tax is None:
        parts = largest_remainder(min(amount, sum(wanted) + tax_wanted), [*wanted, tax_wanted])
    else:
        least = max(amount - sum(wanted), 0)
        fixed = min(max(tax, least), tax_wanted, amount)
        parts = [*largest_remainder(min(amount - fixed, sum(wanted)), wanted), fixed]
    return Funding(shares_of(lots, parts[:-1]), parts[-1], amount - sum(parts))


def settled(state: Subscription, amount: int) -> list[int]:
    """The lots' parts, and last the tax part, of an amount that stands in 1100 (row 5)."""
    lots = [lot.billed for lot in state.lots.values()]
    return largest_remainder(amount, [*lots, state.receivable - sum(lots)])


def shares_of(lots: Sequence[Lot], amounts: Sequence[int]) -> tuple[Share, ...]:
    """The lots' parts of an amount, without those of nothing."""
    return tuple(
        Share(line=lot.line, grant=lot.grant, liability=lot.liability, amount=amount)
        for lot, amount in zip(lots, amounts, strict=True)
        if amount
    )
