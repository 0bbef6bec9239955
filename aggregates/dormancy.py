"""Dormancy: value is due to the state after the months its law asks for (7.6, 7.8)."""

from collections.abc import Iterator
from datetime import date

from aggregates.drafting import Draft
from aggregates.expiry import kind_of, state_of
from aggregates.lawtables import LawRow, dormant_on, law_row
from aggregates.subscription.cycle_orders import Dormancy
from aggregates.subscription.dormancy_events import DormancyReached, RefundDormant
from aggregates.subscription.lot import Lot
from aggregates.subscription.refund import RefundGiven
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided, Decision

_Reached = DormancyReached | RefundDormant


def dormancies(state: Subscription) -> Iterator[tuple[date, str, _Reached]]:
    """What of a contract will be due to the state if nothing else happens: the day on which its
    dormancy is over, the name of the lot or refund, and the event.

    The law is that of the day on which the value was held, as the contract keeps it.
    """
    for lot in state.lots.values():
        since = _held_since(state, lot) if lot.held else None
        if since is not None:
            row = law_row(sale_of(state).policies, state_of(state), kind_of(lot), since)
            day = _over(state, row, since, anew=lot.claimed is not None)
            if row is not None and day is not None:
                yield day, lot.grant, _of_lot(state, lot, row)
    for given in state.refunds.values():
        if given.uncashed and not given.unclaimed and given.on is not None:
            row = law_row(sale_of(state).policies, state_of(state), "refund_uncashed", given.on)
            day = _over(state, row, given.on, anew=True)
            if row is not None and day is not None and row.part(given.amount):
                yield day, given.refund, _of_refund(state, given, row)


def _of_lot(state: Subscription, lot: Lot, row: LawRow) -> DormancyReached:
    """What is held is the state's part already (7.6)."""
    return DormancyReached(
        line=lot.line,
        grant=lot.grant,
        amount=lot.held,
        liability=lot.liability,
        state=row.state,
        sale=state.sale,
    )


def _of_refund(state: Subscription, given: RefundGiven, row: LawRow) -> RefundDormant:
    amount = row.part(given.amount)
    return RefundDormant(refund=given.refund, amount=amount, state=row.state, sale=state.sale)


def _held_since(state: Subscription, lot: Lot) -> date | None:
    """The lot's last day, or the contract's if it ended before; what its owner claimed from the
    state's share is held since then.
    """
    over = min((day for day in (lot.lapses, state.ended_on) if day is not None), default=None)
    return over if lot.claimed is None else lot.claimed


def _over(state: Subscription, row: LawRow | None, since: date, *, anew: bool) -> date | None:
    """The day on which dormancy is over; `anew`, it counts from `since` at the earliest."""
    if row is None:
        return None
    trigger = _trigger(state, row, since)
    day = dormant_on(row, max(trigger, since) if anew else trigger)
    return None if day is None else max(day, since)


def _trigger(state: Subscription, row: LawRow, since: date) -> date:
    sold_on = sale_of(state).sold_on
    if row.trigger == "expiry":
        return since
    return sold_on if row.trigger == "sale" else state.active_on or sold_on


def reach_dormancy(context: Context, _: Dormancy, state: Subscription) -> Decision:
    """Value whose dormancy is over by the clock becomes unclaimed property (row 21), each part on
    its own day.
    """
    draft = Draft(context, state)
    through = min(context.on, context.today - ONE_DAY)
    reached = []
    for day, name, event in sorted(dormancies(state), key=lambda item: item[:2]):
        if day <= through:
            draft.over(event, day)
            reached.append(name)
    return Decided(tuple(draft.events), {"dormant": reached})
