"""Why a lot gives nothing on a day: the reasons in their fixed order (interfaces.md 3)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from aggregates.cycles import coming_cycle
from aggregates.subscription.caps import room
from aggregates.subscription.events import PackageSold
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.codes import Code

#: Contracts that ended like this gave back what was left, whenever the visit took place.
TAKEN_BACK = frozenset({"refunded", "disputed", "voided"})


def hindrance(state: Subscription, lot: Lot, on: date, location: str | None = None) -> Code | None:
    """The first reason why the lot cannot give anything on that day, or None.

    Of a membership whose next cycle has begun by then the lot is not `expired` but `unpaid`, also
    before that cycle has fallen due.
    """
    locations = sale_of(state).locations
    if locations and location is not None and location not in locations:
        return Code.NOT_COVERED
    for code, holds in _CHECKS:
        if holds(state, lot, on):
            return Code.UNPAID if code is Code.EXPIRED and _awaits_cycle(state, lot, on) else code
    return None


def _awaits_cycle(state: Subscription, lot: Lot, on: date) -> bool:
    """Whether the lot is of the last cycle that fell due, and the next one asks for its price."""
    if lot.sold.cycle is None or lot.sold.cycle != max(state.cycles, default=0):
        return False
    coming = coming_cycle(state)
    return coming is not None and coming.starts <= on and coming.asked > 0


def gave_away(lot: Lot) -> bool:
    """Whether nothing is left because units were transferred, or another plan or a modification
    took them: such a lot is a candidate only where there is no other.
    """
    counted = lot.sold.quantity is not None and not lot.pending
    taken = counted and lot.granted < (lot.sold.quantity or NONE)
    return units_left(lot) <= NONE and (taken or lot.transferred > 0)


def units_left(lot: Lot) -> Decimal:
    """What a visit may still draw, lapsed units included: a late one takes them back (13)."""
    return lot.free + lot.revivable


def is_counted(lot: Lot) -> bool:
    """Whether use makes it less: not on an unlimited line or a standing discount."""
    return lot.sold.quantity is not None


def came_with_sale(sold: PackageSold, lot: Lot) -> bool:
    """Whether the sale itself granted the lot."""
    return lot.grant in [line.grant for line in sold.lines]


def is_gift(state: Subscription, lot: Lot) -> bool:
    """Whether it was given apart from the sale; goodwill carries no value and needs no payment."""
    return lot.sold.bonus and not lot.allocated and not came_with_sale(sale_of(state), lot)


def _is_early(state: Subscription, lot: Lot, on: date) -> bool:
    """Visits may be reported out of order: the first use that was recorded bars no earlier one."""
    by_use = sale_of(state).validity == "first_use"
    return on < (min(lot.sold.starts, lot.starts) if by_use else lot.starts)


def _is_over(_: Subscription, lot: Lot, on: date) -> bool:
    return lot.is_over(on)


def _is_cancelled(state: Subscription, lot: Lot, on: date) -> bool:
    """Up to its last day a cancelled contract covers what it has left.

    Its end is no expiry that a late visit could take back (13): what was left has covered the
    penalty, became store credit or was held, and like a refund it freezes the units. A visit
    that is reported after the end finds none; what is unlimited covers it.
    """
    last = state.cancels_on if state.ended is None else state.ended_on
    if state.ended in TAKEN_BACK or (last is not None and on > last):
        return True
    if lot.is_time:
        return state.ended is None and lot.was_stopped
    gone = lot.refunded > 0 or state.ended is not None
    return gone and lot.remaining + lot.lapsed == 0


def _is_paused(state: Subscription, _: Lot, on: date) -> bool:
    return state.is_stopped(on)


def _is_held(_: Subscription, lot: Lot, _on: date) -> bool:
    return is_counted(lot) and units_left(lot) <= 0 and bool(lot.frozen or lot.reserved)


def _is_unpaid(state: Subscription, lot: Lot, _: date) -> bool:
    """A cycle not paid in full covers nothing (6.3), nor does a sale of which nothing is paid."""
    if lot.pending:
        return True
    paid = state.runs_ahead or not state.price or state.deposit > 0
    if paid or lot.sold.cycle is not None or is_gift(state, lot) or gave_away(lot):
        return False
    return all(other.paid_in <= 0 for other in state.lots.values())


def _is_at_its_limit(state: Subscription, lot: Lot, on: date) -> bool:
    cap = lot.sold.cap
    return cap is not None and room(state.lots_of(lot.line), cap, on) <= 0


def _is_used_up(_: Subscription, lot: Lot, _on: date) -> bool:
    return is_counted(lot) and units_left(lot) <= NONE


_CHECKS: tuple[tuple[Code, Callable[[Subscription, Lot, date], bool]], ...] = (
    (Code.NOT_STARTED, _is_early),
    (Code.EXPIRED, _is_over),
    (Code.CANCELLED, _is_cancelled),
    (Code.PAUSED, _is_paused),
    (Code.HELD, _is_held),
    (Code.UNPAID, _is_unpaid),
    (Code.LIMIT_EXCEEDED, _is_at_its_limit),
    (Code.NOT_ENOUGH_UNITS, _is_used_up),
)
