"""Units of a membership that outlive their cycle (accounting.md 6.3)."""

from datetime import date
from decimal import Decimal

from aggregates.cycles import goes_on
from aggregates.subscription.cycle_events import UnitsRolledOver
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.state import Cycle, Subscription, sale_of
from ledger.calendar import ONE_DAY


def roll_over(state: Subscription, lot: Lot) -> UnitsRolledOver | None:
    """What a lot that ends with its cycle takes along, and until when; None for nothing.

    It rolls over once, and only where the contract goes on. The cap counts what rolled over
    before and is valid still.
    """
    terms = sale_of(state).rollover
    cycle = state.cycles.get(lot.sold.cycle or 0)
    if terms is None or cycle is None or not terms.allows(lot.line) or lot.ends != cycle.ends:
        return None
    if not goes_on(state, cycle.number):
        return None
    already = sum((_unused(other) for other in _rolled(state, lot)), NONE)
    quantity = terms.rolled(_unused(lot), already)
    if quantity <= 0:
        return None
    after = terms.expires_after
    ends = after.end(cycle.ends) if after is not None else _next_end(state, cycle)
    return UnitsRolledOver(
        line=lot.line, grant=lot.grant, quantity=quantity, ends=ends, lapses=ends - ONE_DAY
    )


def _unused(lot: Lot) -> Decimal:
    return lot.remaining - lot.frozen


def _rolled(state: Subscription, lot: Lot) -> list[Lot]:
    """The lots of the same line that have rolled over and outlast this one."""
    return [
        other
        for other in state.lots_of(lot.line)
        if other.grant != lot.grant and _has_rolled(state, other) and _outlasts(other, lot)
    ]


def _has_rolled(state: Subscription, lot: Lot) -> bool:
    cycle = state.cycles.get(lot.sold.cycle or 0)
    return cycle is not None and lot.ends is not None and lot.ends > cycle.ends


def _outlasts(other: Lot, lot: Lot) -> bool:
    return other.lapses is not None and lot.lapses is not None and other.lapses > lot.lapses


def _next_end(state: Subscription, cycle: Cycle) -> date:
    """The end of the cycle after this one."""
    following = state.cycles.get(cycle.number + 1)
    if following is not None:
        return following.ends
    plan = state.plan_of(cycle.number + 1)
    return cycle.ends if plan is None else plan.billing.cycle.end(cycle.ends)
