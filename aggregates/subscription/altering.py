"""How a subscription changes on its way: pauses, another plan, a modification, its end."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from aggregates.subscription import change_events as c
from aggregates.subscription.beginning import sold_lot
from aggregates.subscription.leaving import LeavingLot
from aggregates.subscription.line import SoldLine
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.parting import fixed, stands_still
from aggregates.subscription.pause import Pause, UnmovedLot
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import Plan, Subscription
from aggregates.subscription.waiting import Hold
from aggregates.values import Share
from ledger.calendar import ONE_DAY
from ledger.events import Recorded

Step = Callable[[Subscription, Any, Recorded], Subscription]


def _paused(state: Subscription, event: c.Paused, _: Recorded) -> Subscription:
    pause = Pause(event.starts, event.until, event.mode, event.begun, last_day=state.last_day)
    pause = _remembering(pause, state, event)
    return replace(_moved(state, event), pauses=(*state.pauses, pause))


def _began(state: Subscription, event: c.PauseBegan, recorded: Recorded) -> Subscription:
    """What moves with the pause; before its first day only what was paid in the meantime does."""
    has_come = event.starts <= recorded.effective_on
    pauses = tuple(
        replace(_remembering(pause, state, event), begun=pause.begun or has_come)
        if pause.starts == event.starts
        else pause
        for pause in state.pauses
    )
    return replace(_moved(state, event), pauses=pauses)


def _remembering(pause: Pause, state: Subscription, event: c.Moving) -> Pause:
    """The pause with the days as they were, of what had not been moved before."""
    known = {lot.grant for lot in pause.lots}
    lots = [state.lots[moved.grant] for moved in event.lots if moved.grant not in known]
    more = tuple(UnmovedLot(lot.grant, lot.starts, lot.ends, lot.lapses) for lot in lots)
    pause = replace(pause, lots=(*pause.lots, *more))
    if event.next_cycle is None or state.plan is None or pause.cycle is not None:
        return pause
    starts = state.plan.starts(event.next_cycle)
    return replace(pause, cycle=event.next_cycle, cycle_starts=starts)


def _resumed(state: Subscription, event: c.Resumed, _: Recorded) -> Subscription:
    """A pause that ended before it began has never been."""
    pauses = tuple(
        replace(pause, until=event.until, begun=True) if pause.starts == event.starts else pause
        for pause in state.pauses
        if not pause.starts == event.starts == event.until
    )
    return replace(_moved(state, event), pauses=pauses)


def _moved(state: Subscription, event: c.Moving) -> Subscription:
    for moved in event.lots:
        state = state.with_lot(_moved_lot(state.lots[moved.grant], moved))
    state = stands_still(state, event.freezes)
    cycles = dict(state.cycles)
    for cycle in event.cycles:
        cycles[cycle.cycle] = replace(cycles[cycle.cycle], starts=cycle.starts, ends=cycle.ends)
    state = replace(state, cycles=cycles, last_day=event.last_day)
    if event.next_cycle is None or event.next_starts is None:
        return state
    return replace(
        state,
        plan=_counted_from(state.plan, event),
        next_plan=_counted_from(state.next_plan, event),
    )


def _counted_from(plan: Plan | None, event: c.Moving) -> Plan | None:
    if plan is None or event.next_cycle is None or event.next_starts is None:
        return plan
    return replace(plan, anchor=event.next_starts, first=event.next_cycle)


def _moved_lot(lot: Lot, moved: c.MovedLot) -> Lot:
    spans = lot.spans
    if moved.starts is not None and moved.ends is not None:
        fresh = TimeSpan(moved.amount, moved.starts, moved.ends, pace=lot.sold.pace)
        spans = (*fixed(lot, moved.recognised), fresh)
    starts = moved.begins or lot.starts
    return replace(lot, starts=starts, ends=moved.ends, lapses=moved.lapses, spans=spans)


def _noticed(state: Subscription, event: c.CancellationRequested, _: Recorded) -> Subscription:
    return replace(state, cancels_on=event.ends, leaving_penalty=event.penalty)


def _unclear(state: Subscription, shares: Iterable[Share]) -> Subscription:
    """Disputes have cleared so much less of the lots, the earliest dispute's first."""
    freezes = dict(state.freezes)
    amounts = {share.grant: share.amount for share in shares}
    lots = [
        replace(state.lots[grant], cleared=state.lots[grant].cleared - amount)
        for grant, amount in amounts.items()
    ]
    for key, held in freezes.items():
        for grant, cleared in held.cleared:
            part = min(amounts.get(grant, 0), cleared)
            if part:
                amounts[grant] -= part
                freezes[key] = freezes[key].without(grant, part)
    return state.with_lots(lots, freezes=freezes)


def _ended(state: Subscription, event: c.ContractEnded, recorded: Recorded) -> Subscription:
    """Nothing is left to be used; bookings keep nothing (7.6, clause `cancellation`)."""
    lots = []
    for leaving in event.lots:
        lot = left(state.lots[leaving.grant], leaving)
        gone = replace(lot, expired=lot.expired + leaving.quantity)
        held = leaving.held
        lots.append(
            replace(
                gone,
                held=gone.held + held,
                allocated=gone.allocated + held,
                billed=gone.billed - leaving.unbilled,
            )
        )
    state = _unclear(state.with_lots(lots), event.uncleared)
    return replace(
        state,
        ended="cancelled",
        ended_on=recorded.effective_on,
        holds={},
        penalty=event.penalty_owed,
        waived=state.waived + event.waived,
        receivable=state.receivable - event.unbilled,
        tax_funded=state.tax_funded - event.tax - event.unbilled_tax,
    )


def left(lot: Lot, leaving: LeavingLot) -> Lot:
    """The lot without what left it; what waited for a visit waits no longer."""
    if leaving.time:
        lot = replace(lot, spans=fixed(lot, leaving.recognised))
    elif leaving.quantity or leaving.value:
        lot = lot.rebased(leaving.value, leaving.quantity)
    return replace(
        lot,
        allocated=lot.allocated - leaving.value,
        funded=lot.funded - leaving.freed,
        paid_in=lot.paid_in - leaving.returned,
        reserved=NONE,
        pending=False,
    )


def _scheduled(state: Subscription, event: c.PlanChangeScheduled, _: Recorded) -> Subscription:
    return replace(
        state,
        next_plan=_plan(event.plan),
        changes_on=event.starts,
        change_proration=event.proration,
    )


def _plan(terms: c.PlanTerms) -> Plan:
    return Plan(**{name: getattr(terms, name) for name in c.PlanTerms.model_fields})


def _plan_changed(state: Subscription, event: c.PlanChanged, _: Recorded) -> Subscription:
    """Another plan: the cycle goes on with it, or a new one begins under it (9.4)."""
    state = _exchanged(state, event)
    running = max((cycle for cycle in state.cycles.values()), key=lambda cycle: cycle.number)
    cycles = dict(state.cycles)
    if event.cycle in cycles:
        cycles[event.cycle] = replace(cycles[event.cycle], price=event.plan.price)
    else:
        cycles[running.number] = replace(running, ends=event.starts)
        cycles[event.cycle] = replace(
            running,
            number=event.cycle,
            starts=event.starts,
            ends=event.ends,
            price=event.plan.price,
            tax=event.plan.tax,
            setup_fee=0,
            status="granted",
            due_on=event.starts,
        )
    return replace(
        state,
        plan=_plan(event.plan),
        next_plan=None,
        changes_on=None,
        cycles=cycles,
        price=state.price + event.due,
    )


def _modified(state: Subscription, event: c.ContractModified, _: Recorded) -> Subscription:
    state = _exchanged(state, event)
    given = {share.grant: share.amount for share in event.credits}
    for caught in event.caught_up:
        state = state.with_lot(_caught_up(state.lots[caught.grant], caught, given))
    return replace(
        state,
        price=state.price + event.price + event.credited,
        modifications=(*state.modifications, event.modification),
    )


def _caught_up(lot: Lot, caught: c.CaughtUpLot, given: Mapping[str, int]) -> Lot:
    credit = given.get(lot.grant, 0)
    value, units = caught.added - caught.taken, caught.more - caught.fewer
    earned = caught.earned - caught.unearned
    return replace(
        lot,
        allocated=lot.allocated + value,
        amount=lot.amount + value,
        granted=lot.granted + units,
        units=lot.units + units,
        recognised=lot.recognised + earned,
        earned=lot.earned + earned,
        funded=lot.funded - credit,
        paid_in=lot.paid_in - credit,
    )


def _exchanged(state: Subscription, event: c.PlanChanged | c.ContractModified) -> Subscription:
    """Old lots end, and new ones begin with the funding they carry (row 43)."""
    waiting = {leaving.grant: state.lots[leaving.grant].reserved for leaving in event.lots}
    for leaving in event.lots:
        lot = left(state.lots[leaving.grant], leaving)
        lot = replace(lot, granted=lot.granted - leaving.quantity)
        state = state.with_lot(_until(lot, event.starts))
    carried = {share.grant: share for share in event.carried}
    lots = [_begun(state, line, carried.get(line.grant)) for line in event.lines]
    after = {line.line: line.grant for line in event.lines}
    renamed = {leaving.grant: after.get(leaving.line) for leaving in event.lots}
    state = _rebooked(state.with_lots(lots), renamed, waiting)
    return replace(state, paid_ex_tax=state.paid_ex_tax - event.credited)


def _until(lot: Lot, day: date) -> Lot:
    """The old lot over the days before the change: a visit of theirs may be reported late."""
    ends = day if lot.ends is None else min(lot.ends, day)
    lapses = day - ONE_DAY if lot.lapses is None else min(lot.lapses, day - ONE_DAY)
    return replace(lot, ends=ends, lapses=lapses)


def _begun(state: Subscription, line: SoldLine, carried: c.CarriedShare | None) -> Lot:
    lot = sold_lot(line, runs_ahead=state.runs_ahead)
    if carried is None:
        return lot
    return replace(lot, funded=carried.amount, paid_in=carried.paid)


def _rebooked(
    state: Subscription, renamed: Mapping[str, str | None], waiting: Mapping[str, Decimal]
) -> Subscription:
    """What a booking had reserved of an old lot waits in the new one of its line, as far as
    there are as many units.
    """
    for old, new in renamed.items():
        reserved = waiting[old] + (NONE if new is None else state.lots[new].reserved)
        if new is not None and reserved <= state.lots[new].remaining:
            state = state.with_lot(replace(state.lots[new], reserved=reserved))
    holds = {name: _renamed(state, hold, renamed) for name, hold in state.holds.items()}
    return replace(state, holds={name: hold for name, hold in holds.items() if hold.lots})


def _renamed(state: Subscription, hold: Hold, renamed: Mapping[str, str | None]) -> Hold:
    lots = [(renamed.get(grant, grant), quantity) for grant, quantity in hold.lots]
    kept = tuple(
        (grant, quantity)
        for grant, quantity in lots
        if grant is not None and (state.lots[grant].reserved or not state.lots[grant].units)
    )
    return replace(hold, lots=kept)


STEPS: dict[type, Step] = {
    c.Paused: _paused,
    c.PauseBegan: _began,
    c.Resumed: _resumed,
    c.CancellationRequested: _noticed,
    c.ContractEnded: _ended,
    c.PlanChangeScheduled: _scheduled,
    c.PlanChanged: _plan_changed,
    c.ContractModified: _modified,
}
