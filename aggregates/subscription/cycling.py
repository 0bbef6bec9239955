"""How a membership's cycles change its contract (accounting.md 6.3)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from aggregates.subscription import cycle_events as c
from aggregates.subscription import events as e
from aggregates.subscription import signal_events as s
from aggregates.subscription.beginning import granted_lot, sold_lot
from aggregates.subscription.state import Cycle, Plan, Subscription
from aggregates.terms import RecurringBilling
from ledger.changed import changed, copied
from ledger.events import Recorded


def first_cycle(sold: e.PackageSold) -> Cycle | None:
    """The cycle a membership begins with; one that costs nothing needs no payment."""
    if sold.cycle_ends is None or not isinstance(sold.billing, RecurringBilling):
        return None
    asked = sold.price + sold.tax + sold.setup_fee
    return Cycle(
        number=1,
        starts=sold.starts,
        ends=sold.cycle_ends,
        price=sold.price,
        tax=sold.tax,
        committed=sold.billing.commitment_cycles is not None,
        status="due" if asked else "granted",
        setup_fee=sold.setup_fee,
        due_on=sold.starts,
    )


def first_plan(sold: e.PackageSold) -> Plan | None:
    """What the cycles of a membership are until its plan changes; the joining fee comes once."""
    if not isinstance(sold.billing, RecurringBilling):
        return None
    return Plan(
        offer=sold.offer,
        offer_version=sold.offer_version,
        name=sold.name,
        tier=sold.tier,
        sale=sold.sale,
        billing=sold.billing,
        price=sold.price,
        tax=sold.tax,
        lines=tuple(line for line in sold.lines if line.kind != "setup_fee"),
        anchor=sold.starts,
    )


def _due(state: Subscription, event: c.CycleDue, _: Recorded) -> Subscription:
    billed = {part.grant: part.amount for part in event.shares}
    lots = []
    for line in event.lines:
        lot = sold_lot(line, runs_ahead=state.runs_ahead, pending=True)
        part = billed.get(line.grant, 0)
        lots.append(replace(lot, funded=part, billed=part))
    cycle = Cycle(
        number=event.cycle,
        starts=event.starts,
        ends=event.ends,
        price=event.price,
        tax=event.tax,
        committed=event.committed,
        status="due",
        due_on=event.starts,
    )
    return _next_plan(state, event).with_lots(
        lots,
        price=state.price + event.price,
        tax=state.tax + event.tax,
        tax_funded=state.tax_funded + event.posted_tax,
        receivable=state.receivable + event.amount,
        cycles=_with(state, cycle),
    )


def _next_plan(state: Subscription, event: c.CycleDue) -> Subscription:
    """The contract under the plan of the cycle, which may have moved the days of later ones."""
    plan = state.plan_of(event.cycle)
    waiting = None if plan is state.next_plan else state.next_plan
    if plan is not None and event.moved:
        plan = replace(plan, anchor=event.starts, first=event.cycle)
    return replace(state, plan=plan, next_plan=waiting)


def _with(state: Subscription, *cycles: Cycle) -> Mapping[int, Cycle]:
    return MappingProxyType(copied(state.cycles) | {cycle.number: cycle for cycle in cycles})


def _granted(state: Subscription, event: c.CycleGranted, _: Recorded) -> Subscription:
    cycle = state.cycles[event.cycle]
    granted = replace(cycle, starts=event.starts, ends=event.ends, status="granted")
    lots = (
        granted_lot(state.lots[lot.grant], lot.starts, lot.ends, lot.lapses) for lot in event.lots
    )
    state = state.with_lots(lots, cycles=_with(state, granted))
    return _moved(state, granted) if event.choice == "extend" else state


def _moved(state: Subscription, first: Cycle) -> Subscription:
    """The contract with all later cycles counted from one that began late."""
    if state.plan is None:
        return state
    plan = replace(state.plan, anchor=first.starts, first=first.number)
    later = [
        replace(
            cycle,
            starts=plan.starts(cycle.number),
            ends=plan.starts(cycle.number + 1),
            due_on=plan.starts(cycle.number),
        )
        for cycle in state.cycles.values()
        if cycle.number > first.number and cycle.status == "due"
    ]
    waiting = state.next_plan
    if waiting is not None:
        waiting = replace(waiting, anchor=plan.starts(waiting.first))
    return replace(state, plan=plan, next_plan=waiting, cycles=_with(state, *later))


def _lapsed(state: Subscription, event: c.CycleLapsed, _: Recorded) -> Subscription:
    """The lots stay as they were asked for, but carry and grant nothing any more."""
    parts = {part.grant: part for part in event.lots}
    lots = (
        replace(
            state.lots[grant],
            allocated=0,
            amount=0,
            funded=state.lots[grant].funded - part.freed,
            paid_in=state.lots[grant].paid_in - part.returned,
        )
        for grant, part in parts.items()
    )
    lapsed = replace(state.cycles[event.cycle], status="lapsed")
    return state.with_lots(
        lots,
        cycles=_with(state, lapsed),
        returned=state.returned + event.credited,
        waived=state.waived + event.waived,
        tax_funded=state.tax_funded - event.tax,
        paid_ex_tax=state.paid_ex_tax - sum(part.returned for part in event.lots),
    )


def _rolled(state: Subscription, event: c.UnitsRolledOver, _: Recorded) -> Subscription:
    return state.with_lot(replace(state.lots[event.grant], ends=event.ends, lapses=event.lapses))


def failure_key(attempt: str, cycle: int | None) -> str:
    """The occasion of a failed attempt: its id, and the cycle it was for."""
    return f"failed {attempt} {cycle or ''}"


def _failed(state: Subscription, event: c.PaymentFailed, _: Recorded) -> Subscription:
    return changed(state, signals=state.signals | {failure_key(event.attempt, event.cycle)})


def _told(state: Subscription, event: s.Signal, _: Recorded) -> Subscription:
    return changed(state, signals=state.signals | {event.key})


def _reached(state: Subscription, event: s.MilestoneDue, _: Recorded) -> Subscription:
    """Of each milestone the last one is remembered: they come one after the other."""
    before = s.milestone_key(event.milestone, event.number - 1)
    return changed(state, signals=(state.signals - {before}) | {event.key})


STEPS: dict[type, Callable[[Subscription, Any, Recorded], Subscription]] = {
    c.CycleDue: _due,
    c.CycleGranted: _granted,
    c.CycleLapsed: _lapsed,
    c.UnitsRolledOver: _rolled,
    c.PaymentFailed: _failed,
    s.PaymentDue: _told,
    s.ExpiryReminderDue: _told,
    s.RenewalNoticeDue: _told,
    s.MilestoneDue: _reached,
}
