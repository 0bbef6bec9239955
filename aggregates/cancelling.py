"""Cancellation: notice, the last day, the penalty, where the value left goes (7.6, 8.3)."""

from datetime import date, timedelta
from itertools import chain

from aggregates.claiming import claimed
from aggregates.cycles import bill_rest, bring, tax_paid
from aggregates.drafting import Draft
from aggregates.expiry import (
    Destination,
    billed_tax,
    destination,
    expire_due,
    missing_for_forfeiture,
    too_young,
)
from aggregates.granting import cycle_lots
from aggregates.keeping import Left, kept_lots
from aggregates.owing import claims_at_end, coming_bills, due_cycles
from aggregates.patient.events import StoreCreditAdded
from aggregates.penalties import leaving_costs
from aggregates.renewing import bill_due
from aggregates.subscription import change_events as c
from aggregates.subscription.change_orders import Cancel
from aggregates.subscription.events import ForfeitureHeld
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.standing import uncleared
from aggregates.subscription.state import Subscription, sale_of
from aggregates.values import ForfeitsTo
from ledger.calendar import ONE_DAY, end_of_day, local_date
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.ratios import largest_remainder


def cancel(context: Context, order: Cancel, state: Subscription) -> Decision:
    """The contract ends with a day, which still counts; nothing is refunded.

    Under notice it goes on as before, and ends by `end_due` once its last day is over.
    """
    ends = _last_day(context, order, state)
    if isinstance(ends, Refused):
        return ends
    draft = Draft(context, state)
    if ends <= context.on:
        _overtake(draft, ends)
    costs = leaving_costs(draft.state, ends)
    draft.add(
        c.CancellationRequested(
            ends=ends,
            penalty=costs,
            channel=order.channel,
            received_on=_received(context, order, state),
            communication=order.communication,
            reason=order.reason,
        )
    )
    data: dict[str, object] = {"ends": ends.isoformat(), "penalty": costs}
    if ends <= context.on:
        data |= _ended_data(end(draft, ends), draft)
    return Decided(tuple(draft.events), data)


def _overtake(draft: Draft, last: date) -> None:
    """What time has brought by the last day, and nobody has recorded yet."""
    before = last - ONE_DAY
    for due in sorted({part.due for part in coming_bills(draft.state) if part.due <= last}):
        draft.take(expire_due(draft.context, draft.state, due - ONE_DAY))
        bill_due(draft, due)
    draft.take(expire_due(draft.context, draft.state, before))
    bring(draft, before, before)


def _ended_data(event: c.ContractEnded, draft: Draft) -> dict[str, object]:
    return {
        "forfeited": event.forfeited,
        "credited": event.credited,
        "held": event.held,
        "owed": draft.state.owed,
    }


def _received(context: Context, order: Cancel, state: Subscription) -> date:
    if order.received_at is None:
        return context.on
    return local_date(order.received_at, sale_of(state).timezone)


def _last_day(context: Context, order: Cancel, state: Subscription) -> date | Refused:
    """The day that is asked for, not before the notice is over (interfaces.md 4)."""
    received = _received(context, order, state)
    if received > context.on:
        return Refused(Code.INVALID, "It cannot be received later.", "data.received_at")
    earliest = received + timedelta(days=sale_of(state).cancellation.notice_days)
    ends = _wanted(context, order, state, earliest)
    if ends is None or ends < earliest:
        return Refused(
            Code.INVALID,
            "The contract has no such last day, or its notice is not over by then.",
            "data.effective",
            {"earliest": earliest.isoformat()},
        )
    is_under_notice = state.cancels_on is not None and state.cancels_on <= ends
    if state.ended is not None or is_under_notice:
        return Refused(Code.CANCELLED, "The contract ends by then already.", "data.subscription")
    return ends


def _wanted(context: Context, order: Cancel, state: Subscription, earliest: date) -> date | None:
    if order.effective == "now":
        return max(context.on, earliest)
    if order.effective == "period_end":
        return _period_end(context, state, earliest)
    return order.effective


def _period_end(context: Context, state: Subscription, earliest: date) -> date | None:
    """A membership's last paid cycle ends, or a later one that the notice still takes in; any
    other contract has its own last day.
    """
    if state.plan is None:
        return state.last_day
    paid = [cycle for cycle in state.cycles.values() if cycle.status == "granted"]
    current = max(paid, key=lambda cycle: cycle.number, default=None)
    if current is None or current.ends <= context.on:
        return max(context.on, earliest)
    number, last = max(state.cycles), current.ends - ONE_DAY
    while last < earliest:
        number += 1
        plan = state.plan_of(number) or state.plan
        last = plan.starts(number) - ONE_DAY
    return last


def end_due(draft: Draft, through: date) -> None:
    """The end of a contract whose last day is over."""
    last = draft.state.cancels_on
    if last is not None and last <= through and draft.state.ended is None:
        end(draft, last)


def end(draft: Draft, day: date) -> c.ContractEnded:
    """Ends the contract: the value left covers the penalty, and goes where the guard says."""
    _claim(draft, day)
    state = draft.state
    kept = kept_lots(state, day)
    unpaid = _unpaid(state)
    missing = _missing(state, kept, day)
    costs = state.leaving_penalty
    lots = _kept_lots(state, kept, costs, day, missing)
    forfeited = sum(lot.forfeited for lot in lots)
    tax, unbilled = _unpaid_tax(state), sum(lot.unbilled for lot in lots)
    unbilled_tax = billed_tax(state, unbilled)
    event = c.ContractEnded(
        lots=(*lots, *map(_unpaid_lot, unpaid)),
        forfeited=forfeited,
        credited=sum(lot.credited for lot in lots) + sum(lot.funded for lot in unpaid) + tax,
        held=sum(lot.held for lot in lots),
        tax=tax,
        unbilled=unbilled + unbilled_tax,
        unbilled_tax=unbilled_tax,
        penalty=costs,
        penalty_owed=costs - min(costs, forfeited),
        missing=tuple(dict.fromkeys(chain.from_iterable(missing.values()))),
        sale=state.sale,
    )
    gone = {lot.grant: lot.freed for lot in event.lots}
    event = event.model_copy(
        update={
            "waived": _no_longer_owed(draft, event, day),
            "uncleared": uncleared(state.lots.values(), gone, day),
        }
    )
    _record(draft, event, day, missing)
    return event


def _claim(draft: Draft, day: date) -> None:
    """What is owed for good and was not billed when it fell due stays owed, and is billed now."""
    if claims_at_end(sale_of(draft.state)):
        draft.take(claimed(draft.context, draft.state, day))
        bill_rest(draft, day)


def _missing(state: Subscription, kept: list[Left], day: date) -> dict[str, tuple[str, ...]]:
    """Why the value left may not be kept, by grant: the guard, or a minimum life (7.6, 7.8)."""
    guarded = sale_of(state).policies["forfeiture_guard"] == "on"
    missing = missing_for_forfeiture(state, day, "cancellation") if guarded else ()
    return {left.lot.grant: (*missing, *too_young(state, left.lot, day)) for left in kept}


def _no_longer_owed(draft: Draft, event: c.ContractEnded, day: date) -> int:
    """What the end takes off what is owed: all but what was billed, or used ahead of payment."""
    ended = Draft(draft.context, draft.state)
    ended.add(event, day)
    return max(draft.state.owed - ended.state.owed + event.penalty_owed, 0)


def _record(
    draft: Draft, event: c.ContractEnded, day: date, missing: dict[str, tuple[str, ...]]
) -> None:
    sold = sale_of(draft.state)
    at = None if day == draft.context.on else end_of_day(day, sold.timezone)
    draft.add(event, day, at)
    for lot in event.lots:
        why = missing.get(lot.grant)
        if lot.credited and why:
            held = ForfeitureHeld(line=lot.line, grant=lot.grant, amount=lot.credited, missing=why)
            draft.add(held, day, at)
    if event.credited:
        added = StoreCreditAdded(
            amount=event.credited, subscription=sold.subscription, cause="cancellation"
        )
        name = stream(draft.context.clinic, "patient", sold.patient)
        draft.take([NewEvent(name, added, day, at)])


def _unpaid(state: Subscription) -> list[Lot]:
    cycles = [cycle.number for cycle in due_cycles(state) if not cycle.committed]
    return [lot for number in cycles for lot in cycle_lots(state, number)]


def _unpaid_tax(state: Subscription) -> int:
    """The tax in part payments for cycles that are not granted."""
    return tax_paid(state, [cycle for cycle in due_cycles(state) if not cycle.committed])


def _kept_lots(
    state: Subscription,
    kept: list[Left],
    costs: int,
    day: date,
    missing: dict[str, tuple[str, ...]],
) -> list[c.EndedLot]:
    """Each lot whose value may be kept gives its part of what leaving costs; the guard says where
    the rest of it goes.
    """
    lots = []
    free = [0 if missing[left.lot.grant] else left.funded for left in kept]
    parts = largest_remainder(min(costs, sum(free)), free) if any(free) else free
    for left, part in zip(kept, parts, strict=True):
        goes = destination(state, left.lot, left.funded - part, day, missing[left.lot.grant])
        lots.append(_ended_lot(left, part + goes.forfeited, goes, state.forfeits_to))
    return lots


def _ended_lot(
    left: Left, forfeited: int, goes: Destination, forfeits_to: ForfeitsTo | None
) -> c.EndedLot:
    lot, credited = left.lot, goes.credited
    return c.EndedLot(
        line=lot.line,
        grant=lot.grant,
        quantity=NONE if lot.is_time else lot.remaining - lot.frozen,
        liability=lot.liability,
        value=left.value,
        freed=forfeited + credited + goes.unbilled,
        returned=min(credited, max(lot.paid_in, 0)),
        recognised=left.recognised,
        time=lot.is_time,
        forfeited=forfeited,
        credited=credited,
        held=goes.held,
        unbilled=goes.unbilled,
        forfeits_to=forfeits_to if forfeited else None,
    )


def _unpaid_lot(lot: Lot) -> c.EndedLot:
    """A part payment becomes store credit: there was nothing to forfeit (6.3)."""
    return c.EndedLot(
        line=lot.line,
        grant=lot.grant,
        quantity=NONE,
        liability=lot.liability,
        value=lot.allocated,
        freed=lot.funded,
        returned=lot.paid_in,
        time=lot.is_time,
        credited=lot.funded,
    )
