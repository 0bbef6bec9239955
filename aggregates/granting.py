"""What a cycle grants once it is paid in full, and for which days (accounting.md 6.3)."""

from collections.abc import Iterator
from datetime import date

from aggregates.owing import outstanding
from aggregates.pricing import running
from aggregates.subscription import cycle_events as c
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Cycle, Subscription, sale_of
from aggregates.subscription.validity import Contract
from ledger.calendar import ONE_DAY


def cycle_lots(state: Subscription, number: int) -> list[Lot]:
    """The lots that wait for a cycle to be paid, in contract order."""
    return [lot for lot in state.lots.values() if lot.sold.cycle == number and lot.pending]


def is_paid(state: Subscription, cycle: Cycle) -> bool:
    """Whether a cycle that fell due lacks nothing: neither what it asked for nor the funding of
    its lines. One whose value was written off is not paid.
    """
    lots = cycle_lots(state, cycle.number)
    if outstanding(state, cycle.number) or (state.has_contract and any(_lacks(lots))):
        return False
    return not cycle.price or any(lot.allocated for lot in lots)


def _lacks(lots: list[Lot]) -> Iterator[int]:
    return (lot.unfunded + lot.billed for lot in lots)


def granted(
    state: Subscription, cycle: Cycle, on: date, choice: c.CycleChoice | None
) -> c.CycleGranted:
    """A cycle that is paid in full on that day.

    Paid by its first day it runs as a whole. Later, its units stand from that day to their own
    last day and its time from that day on, or all of it starts on that day (`extend`). A
    committed cycle that is over was owed all the same, and runs over its own days.
    """
    lots = cycle_lots(state, cycle.number)
    starts, ends = cycle.starts, cycle.ends
    if on <= starts or (choice != "extend" and on >= ends):
        choice = None
        parts = [_whole(state, lot, cycle) for lot in lots]
    elif choice == "extend":
        starts, ends = on, _cycle_end(state, cycle.number, on)
        parts = [_from(state, lot, starts, ends) for lot in lots]
    else:
        choice = "grant"
        parts = [_granted_lot(lot, max(on, lot.starts), lot.ends, lot.lapses) for lot in lots]
    return c.CycleGranted(
        cycle=cycle.number,
        starts=starts,
        ends=ends,
        choice=choice,
        lots=tuple(parts),
        sale=state.sale,
    )


def _whole(state: Subscription, lot: Lot, cycle: Cycle) -> c.GrantedLot:
    """The lot over its own days; these are counted anew where its cycle has moved."""
    if lot.starts == cycle.starts:
        return _granted_lot(lot, lot.starts, lot.ends, lot.lapses)
    return _from(state, lot, cycle.starts, cycle.ends)


def _cycle_end(state: Subscription, number: int, starts: date) -> date:
    plan = state.plan_of(number)
    if plan is None:
        raise AssertionError("a cycle follows a plan")
    return plan.billing.cycle.end(starts)


def _from(state: Subscription, lot: Lot, starts: date, ends: date) -> c.GrantedLot:
    """The lot over days counted from `starts`; a joining fee runs as long as it would have."""
    if lot.kind == "setup_fee":
        last = starts + ((lot.ends or ends) - lot.starts)
        return _granted_lot(lot, starts, last, last - ONE_DAY)
    line = running(lot.sold, Contract(None, sale_of(state).grace_days, ends), starts)
    return _granted_lot(lot, starts, line.ends, line.lapses)


def _granted_lot(lot: Lot, starts: date, ends: date | None, lapses: date | None) -> c.GrantedLot:
    return c.GrantedLot(
        line=lot.line,
        grant=lot.grant,
        liability=lot.liability,
        amount=lot.allocated,
        starts=starts,
        ends=ends,
        lapses=lapses,
        quantity=lot.sold.quantity,
        time=lot.is_time,
    )
