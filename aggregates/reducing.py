"""What a credit note takes off a contract's lots (accounting.md 8.8, row 35)."""

from collections.abc import Iterator, Sequence
from datetime import date

from aggregates.subscription.funding import shares_of
from aggregates.subscription.lot import Lot
from aggregates.values import Share
from ledger.ratios import largest_remainder


def reduced(lots: Sequence[Lot], amount: int, on: date, *, billed: bool) -> tuple[Share, ...]:
    """The lots' parts of `amount`, without tax, as far as so much is not delivered; where it is
    `billed` they leave the liability, and no line gives more than stands there for it.

    The unpaid cycles of a membership come first, the earliest before the others.
    """
    reductions: list[Share] = []
    for tier in _tiers(lots):
        open_values = [_open_value(lot, on, billed=billed) for lot in tier]
        part = min(amount, sum(open_values))
        reductions += shares_of(tier, largest_remainder(part, open_values))
        amount -= part
    return tuple(reductions)


def _tiers(lots: Sequence[Lot]) -> Iterator[list[Lot]]:
    pending: dict[int, list[Lot]] = {}
    for lot in lots:
        if lot.pending:
            pending.setdefault(lot.sold.cycle or 0, []).append(lot)
    yield from (pending[number] for number in sorted(pending))
    yield [lot for lot in lots if not lot.pending]


def _open_value(lot: Lot, on: date, *, billed: bool) -> int:
    """What can still be taken off: what nobody has paid and, once granted, is not delivered."""
    unpaid = lot.unfunded + lot.billed
    value = unpaid if lot.pending else min(unpaid, lot.value_left(on))
    return min(value, max(lot.unearned(on), 0)) if billed else value
