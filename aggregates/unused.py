"""What of a contract is unused, and what a refund of it frees (accounting.md 8.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription
from ledger.codes import Code, Refused
from ledger.ratios import rounded

#: The wanted quantity by line, None for all of a line; the whole None for every line.
Wanted = Mapping[str, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A lot's units that would come back: `value` is their A − R, `freed` the funding of it."""

    lot: Lot
    quantity: Decimal
    value: int
    freed: int


def leaving_lots(state: Subscription, wanted: Wanted, on: date) -> list[Leaving] | Refused:
    """The lots that a refund takes back, in contract order.

    Units that have expired are not unused (`reinstate` first), and those that a dispute or a
    booking holds stay where they are: a hold is released before its units go back. The cycle of
    a membership that is not paid in full has granted nothing that could come back.
    """
    if wanted is None:
        return unused_lots(state, on)
    taken: dict[str, Decimal] = {}
    for line, quantity in wanted.items():
        lots = [lot for lot in state.lots_of(line) if is_refundable(lot, on)]
        unused = sum((_unused(lot) for lot in lots), NONE)
        counted = any(not lot.is_time for lot in state.lots_of(line))
        if quantity is not None and quantity > unused and counted:
            return _not_enough(line, unused)
        taken |= _latest_first(lots, unused if quantity is None else quantity)
    found = [
        _leaving(lot, taken[lot.grant], on) for lot in state.lots.values() if lot.grant in taken
    ]
    return [item for item in found if item is not None]


def unused_lots(state: Subscription, on: date) -> list[Leaving]:
    """All that a refund can take back."""
    lots = [lot for lot in state.lots.values() if is_refundable(lot, on)]
    found = [_leaving(lot, _unused(lot), on) for lot in lots]
    return [item for item in found if item is not None]


def is_refundable(lot: Lot, on: date) -> bool:
    """Whether the lot was granted, and its last valid day has not passed."""
    return not lot.pending and not lot.is_over(on)


def _unused(lot: Lot) -> Decimal:
    return NONE if lot.is_time else lot.free


def _latest_first(lots: Sequence[Lot], quantity: Decimal) -> dict[str, Decimal]:
    """A line's quantity over its lots, the latest granted first, as the latest payment is."""
    taken = {}
    for lot in reversed(lots):
        part = min(_unused(lot), quantity)
        quantity -= part
        taken[lot.grant] = part
    return taken


def _not_enough(line: str, unused: Decimal) -> Refused:
    return Refused(
        Code.NOT_ENOUGH_UNITS,
        f"Line {line} has {unused} unused units.",
        "data.lines",
        {"line": line, "unused": str(unused)},
    )


def _leaving(lot: Lot, quantity: Decimal, on: date) -> Leaving | None:
    value = lot.leaving_value(quantity, on)
    if quantity or value or lot.still_runs(on):
        return Leaving(lot, quantity, value, freed(lot, value, on))
    return None


def freed(lot: Lot, value: int, on: date) -> int:
    """The funding of the value that leaves, in proportion when only a part leaves."""
    left = lot.value_left(on)
    deferred = max(lot.unearned(on) - lot.held, 0)
    if not left or value == left:
        return min(deferred, value)
    return min(rounded(Fraction(deferred * value, left)), value)


def liability_of(state: Subscription, leaving: Sequence[Leaving], on: date) -> int:
    """L: the paid funding freed, less what first fills what the remaining lines lack (8.1).

    Lines whose last day has passed keep what they have: the forfeiture guard decides on it, or it
    is kept for what was drawn ahead of payment.
    """
    value = sum(item.value for item in leaving)
    staying = -value
    paid = 0
    for lot in state.lots.values():
        own = lot.unearned(on) - lot.held - lot.billed
        paid += min(own, lot.kept) if lot.is_over(on) else own
        staying += 0 if lot.is_over(on) else lot.value_left(on)
    return max(min(paid - staying, value, sum(item.freed for item in leaving)), 0)


def unknown_line(state: Subscription, wanted: Wanted) -> str | None:
    """The first wanted line that the contract does not have."""
    lines = {lot.line for lot in state.lots.values()}
    return next((line for line in wanted or () if line not in lines), None)
