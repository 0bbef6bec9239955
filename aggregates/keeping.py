"""What a contract has left on its last day, and the money in it (accounting.md 7.6)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription
from ledger.ratios import largest_remainder


@dataclass(frozen=True, slots=True)
class Left:
    """What a lot has left on the last day: `value` is its A − R, `funded` the money in it."""

    lot: Lot
    value: int
    funded: int
    recognised: int


def kept_lots(state: Subscription, day: date) -> list[Left]:
    """The lots with something left that has not expired; units that a dispute holds stay."""
    found = []
    for lot in state.lots.values():
        if _waits(state, lot) or (lot.is_over(day) and not lot.pending):
            continue
        quantity = NONE if lot.is_time else lot.remaining - lot.frozen
        value = _value(lot, quantity, day)
        if quantity or value or lot.still_runs(day):
            funded = min(max(lot.unearned(day) - lot.held - lot.kept, 0), value)
            found.append(Left(lot, value, funded, lot.running_earned(day)))
    return _without_overdrawn(state, found, day)


def _value(lot: Lot, quantity: Decimal, day: date) -> int:
    """A − R; a committed cycle that was never paid is owed all the same, and has granted nothing
    of it.
    """
    if lot.pending:
        return lot.allocated
    return lot.value_left(day) if lot.is_time else lot.leaving_value(quantity, day)


def _without_overdrawn(state: Subscription, found: list[Left], day: date) -> list[Left]:
    """Money that other lines drew ahead of their payment is not left (7.6, only funded value)."""
    funded = [left.funded for left in found]
    parts = largest_remainder(max(sum(funded) - state.overdrawn(day), 0), funded)
    return [
        Left(left.lot, left.value, part, left.recognised)
        for left, part in zip(found, parts, strict=True)
    ]


def _waits(state: Subscription, lot: Lot) -> bool:
    """Whether the lot belongs to a cycle that was never paid in full, and need not be."""
    cycle = state.cycles.get(lot.sold.cycle or 0)
    return lot.pending and not (cycle is not None and cycle.committed)
