"""Whose money is where: how an amount is split over a contract's lines and its tax (4.10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription
from aggregates.values import Share
from ledger.ratios import largest_remainder, part_of


@dataclass(frozen=True, slots=True)
class Funding:
    """The split of an amount: the lines' parts, the tax part, what nothing asked for, and the
    interest.
    """

    shares: tuple[Share, ...]
    tax: int
    excess: int
    interest: int = 0

    def bearing(self, interest: int) -> "Funding":
        """The same with interest that is in the amount beside these parts."""
        return replace(self, interest=interest)


def wanting(state: Subscription) -> dict[str, int]:
    """What each lot still asks for, by grant.

    Where units were drawn ahead of payment, lots that lapsed keep as much money for them: so
    much less is asked for, the earliest cycle's first.
    """
    kept = sum(lot.kept for lot in state.lots.values())
    asked = {lot.grant: _asked(state, lot) for lot in state.lots.values()}
    asked = {grant: amount for grant, amount in asked.items() if amount}
    if not kept:
        return asked
    wanted: dict[str, int] = {}
    for lots in by_cycle(state.lots[grant] for grant in asked).values():
        unfunded = [asked[lot.grant] for lot in lots]
        part = min(kept, sum(unfunded))
        less = largest_remainder(part, unfunded)
        for lot, amount, spared in zip(lots, unfunded, less, strict=True):
            wanted[lot.grant] = amount - spared
        kept -= part
    return {grant: amount for grant, amount in wanted.items() if amount}


def _asked(state: Subscription, lot: Lot) -> int:
    """What is neither paid nor billed; of a contract that has ended only what was delivered."""
    if state.ended_on is None:
        return lot.unfunded
    return max(-lot.unearned(state.ended_on), 0)


def by_cycle(lots: Iterable[Lot]) -> dict[int, list[Lot]]:
    """The lots of each cycle, the earliest first; those of no cycle come before."""
    cycles: dict[int, list[Lot]] = {}
    for lot in lots:
        cycles.setdefault(lot.sold.cycle or 0, []).append(lot)
    return dict(sorted(cycles.items()))


def unfunded_tax(state: Subscription) -> int:
    """The tax that is neither paid nor billed yet."""
    lines = sum(wanting(state).values())
    left = state.owed - state.receivable - state.penalty - state.open_interest - lines
    return max(min(left, state.tax - state.tax_funded), 0)


def split(state: Subscription, amount: int, tax: int | None = None) -> Funding:
    """Splits `amount` over what is still unfunded, by largest remainder (accounting.md 4.10).

    An explicit `tax` fixes the tax part first, as far as tax is wanted and the lines can take
    the rest. A membership's cycles are funded one after the other. Nothing is over-funded: what
    exceeds the contract's need is `excess`.
    """
    left, tax_left, taxes = amount, tax, 0
    shares: list[Share] = []
    asking = wanting(state)
    unfunded = [state.lots[grant] for grant in state.lots if grant in asking]
    for lots, tax_wanted in _by_cycle(state, unfunded, unfunded_tax(state)):
        wanted = [asking[lot.grant] for lot in lots]
        part = min(left, sum(wanted) + tax_wanted)
        parts = _split(part, wanted, tax_wanted, tax_left)
        shares += shares_of(lots, parts[:-1])
        taxes += parts[-1]
        left -= part
        tax_left = None if tax_left is None else tax_left - parts[-1]
    return Funding(tuple(shares), taxes, left)


def _split(amount: int, wanted: list[int], tax_wanted: int, tax: int | None) -> list[int]:
    """The lines' parts, and last the tax part, of an amount that does not exceed the need."""
    if tax is None:
        return largest_remainder(amount, [*wanted, tax_wanted])
    fixed = min(max(tax, amount - sum(wanted)), tax_wanted, amount)
    return [*largest_remainder(amount - fixed, wanted), fixed]


def _by_cycle(state: Subscription, lots: Iterable[Lot], tax: int) -> list[tuple[list[Lot], int]]:
    """Lots that want money and the tax that goes with them, by cycle; later cycles want their own
    tax, and the first one what is left of it.
    """
    cycles = by_cycle(lots)
    if len(cycles) <= 1:
        return [(found, tax) for found in cycles.values()] or [([], tax)]
    asked: list[tuple[list[Lot], int]] = []
    first, *later = cycles
    for number in reversed(later):
        own = min(state.cycles[number].tax, tax) if number in state.cycles else 0
        asked.insert(0, (cycles[number], own))
        tax -= own
    return [(cycles[first], tax), *asked]


def billed_parts(state: Subscription, amount: int) -> dict[str, int]:
    """The lots' parts, by grant, of an amount without tax that stands in 1100: of a membership
    the earliest cycle's first.
    """
    billed = [lot for lot in state.lots.values() if lot.billed]
    parts: dict[str, int] = {}
    for lots, _ in _by_cycle(state, billed, 0):
        wanted = [lot.billed for lot in lots]
        part = min(amount, sum(wanted))
        parts |= zip((lot.grant for lot in lots), largest_remainder(part, wanted), strict=True)
        amount -= part
    return parts


def settled(state: Subscription, amount: int) -> list[int]:
    """The lots' parts, and last the tax part, of an amount that stands in 1100 (row 5), the
    interest in it apart; of a membership the earliest cycle's first (10.3).
    """
    billed = [lot for lot in state.lots.values() if lot.billed]
    tax = state.receivable - sum(lot.billed for lot in billed) - state.interest_billed
    parts: dict[str, int] = {}
    left, taxes = amount - settled_interest(state, amount), 0
    for lots, tax_billed in _by_cycle(state, billed, tax):
        wanted = [*(lot.billed for lot in lots), tax_billed]
        *found, more = largest_remainder(min(left, sum(wanted)), wanted)
        parts |= zip((lot.grant for lot in lots), found, strict=True)
        taxes += more
        left -= sum(found) + more
    return [*(parts.get(grant, 0) for grant in state.lots), taxes]


def settled_interest(state: Subscription, amount: int) -> int:
    """The interest in an amount that stands in 1100, in proportion."""
    if not state.interest_billed or not state.receivable:
        return 0
    return part_of(state.interest_billed, amount, state.receivable)


def settling(state: Subscription, amount: int) -> Funding:
    """What of an amount in 1100 each line and the tax had billed, as `settled` says it."""
    if not amount:
        return Funding((), 0, 0)
    *parts, tax = settled(state, amount)
    interest = settled_interest(state, amount)
    rest = amount - sum(parts) - tax - interest
    return Funding(shares_of(list(state.lots.values()), parts), tax, rest, interest)


def with_revenue(state: Subscription, shares: Iterable[Share]) -> tuple[Share, ...]:
    """The shares of money that comes in, each with what earns its line."""
    return tuple(
        part.model_copy(update={"revenue": state.lots[part.grant].sold.revenue}) for part in shares
    )


def shares_of(lots: Sequence[Lot], amounts: Sequence[int]) -> tuple[Share, ...]:
    """The lots' parts of an amount, without those of nothing."""
    return tuple(
        Share(line=lot.line, grant=lot.grant, liability=lot.liability, amount=amount)
        for lot, amount in zip(lots, amounts, strict=True)
        if amount
    )
