"""Late wins: a lost dispute is decided for the clinic after all (accounting.md 8.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregates.dispute.events import ClosedPart, DisputeClosed, DisputeOpened
from aggregates.dispute.orders import CloseDispute
from aggregates.expiry import due_lots, expire_lots
from aggregates.offsetting import offset_of
from aggregates.sales import after, on_contract
from aggregates.subscription.leaving import FrozenSpan, LeavingLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.parting import freeze_key
from aggregates.subscription.regaining_events import LossReversed
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided
from ledger.events import NewEvent
from ledger.ids import stream


def win_late(
    context: Context,
    order: CloseDispute,
    opened: DisputeOpened,
    lost: DisputeClosed,
    contracts: Mapping[str, Subscription],
) -> Decided:
    """What was lost comes back as it went: the mirror of row 38, the units, and row 39."""
    won = DisputeClosed(
        dispute=order.dispute,
        charge=opened.charge,
        outcome="won",
        shares=(),
        parts=_returned(order, opened, lost),
        regained=lost.shares,
        recovered=tuple(offset_of(part) for part in lost.parts if part.lost),
    )
    events = [NewEvent(stream(context.clinic, "dispute", order.dispute), won)]
    states = dict(contracts)
    for part in lost.parts:
        key = part.sale.subscription
        if part.lost:
            more = _back(context, order.dispute, part, states[key])
            states[key] = after(context, states[key], more)
            events += more
    return Decided(tuple(events), {"dispute": order.dispute, "outcome": "won", "lost": 0})


def _returned(
    order: CloseDispute, opened: DisputeOpened, lost: DisputeClosed
) -> tuple[ClosedPart, ...]:
    """All that was lost comes back; of the fee what had not come back before."""
    fees = {part.payment: part.fee if order.fee_returned else 0 for part in opened.parts}
    return tuple(
        ClosedPart(
            sale=part.sale,
            payment=part.payment,
            lost=0,
            tax=0,
            delivered=0,
            returned=part.lost,
            fee_returned=max(fees.get(part.payment, 0) - part.fee_returned, 0),
        )
        for part in lost.parts
    )


def _back(context: Context, dispute: str, part: ClosedPart, state: Subscription) -> list[NewEvent]:
    """The contract with what comes back; units whose last day has passed lapse on this day, and
    so do those of a contract that is over. What was refunded meanwhile stays refunded (8.1).
    """
    loss = state.losses[freeze_key(dispute, part.payment)]
    anew = {lot.grant: _anew(state.lots[lot.grant], lot, context) for lot in loss.lots}
    lots = tuple(_coming(state.lots[lot.grant], lot, anew[lot.grant], context) for lot in loss.lots)
    event = LossReversed(
        dispute=dispute,
        payment=part.payment,
        lots=lots,
        freezes=_still(loss.lots, anew),
        regained=part.lost,
        tax=part.tax,
        deposit=part.deposit,
        asked=loss.waived,
        reopens=_reopens(state, loss.lots, context),
    )
    new = on_contract(context, part.sale.subscription, event)
    return [new, *_lapsed(context, after(context, state, [new]), loss.lots)]


def _lapsed(context: Context, state: Subscription, lots: Sequence[LeavingLot]) -> list[NewEvent]:
    back = {lot.grant for lot in lots if not lot.time}
    if state.ended == "cancelled":
        over = sorted(back)
    else:
        over = [lot.grant for lot in due_lots(state, context.on - ONE_DAY) if lot.grant in back]
    return expire_lots(context, state, [(grant, context.on) for grant in over])


def _reopens(state: Subscription, lots: Sequence[LeavingLot], context: Context) -> bool:
    """A membership whose cycles are over does not ask for those that it never granted."""
    if state.ended != "disputed":
        return False
    still = any(not state.lots[lot.grant].is_over(context.on) for lot in lots)
    return still or not sale_of(state).is_recurring


def _anew(lot: Lot, gone: LeavingLot, context: Context) -> TimeSpan | None:
    """The days over which a line of time earns what came back: those that are left of it, or
    this day where none are.
    """
    if not gone.time or not lot.spans:
        return None
    running, before = lot.running, context.on - ONE_DAY
    if running is not None and running.runs_after(context.on):
        return running.rest(lot.value_left(context.on) + gone.value, context.on)
    days = replace(lot.spans[-1], fixed=None).rest(gone.value, before)
    return days if days.end > days.start else replace(days, end=days.start + ONE_DAY)


def _coming(lot: Lot, gone: LeavingLot, anew: TimeSpan | None, context: Context) -> LeavingLot:
    if not gone.time:
        return gone
    return gone.model_copy(
        update={
            "recognised": lot.running_earned(context.on),
            "rest": anew.amount if anew else 0,
            "rest_starts": anew.start if anew else None,
            "rest_ends": anew.end if anew else None,
        }
    )


def _still(
    lots: Sequence[LeavingLot], anew: Mapping[str, TimeSpan | None]
) -> tuple[FrozenSpan, ...]:
    return tuple(
        FrozenSpan(line=lot.line, grant=lot.grant, starts=starts, until=until)
        for lot in lots
        if (days := anew[lot.grant]) is not None
        for starts, until in days.frozen
    )
