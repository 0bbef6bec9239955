"""Dormancy: held value is due to the state after the months its law asks for (7.6, 7.8)."""

from datetime import date

from aggregates.drafting import Draft
from aggregates.expiry import kind_of, state_of
from aggregates.lawtables import LawRow, dormant_on, law_row
from aggregates.subscription.cycle_orders import Dormancy
from aggregates.subscription.dormancy_events import DormancyReached
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from ledger.calendar import ONE_DAY
from ledger.decider import Context, Decided, Decision


def dormant_lots(state: Subscription) -> list[tuple[date, Lot, LawRow]]:
    """The lots with held value whose state sets a dormancy, with the day on which it is over.

    The law is that of the day on which the value was held, as the contract keeps it.
    """
    found = []
    for lot in state.lots.values():
        since = _held_since(state, lot)
        if not lot.held or since is None:
            continue
        row = law_row(sale_of(state).policies, state_of(state), kind_of(lot), since)
        day = None if row is None else dormant_on(row, _trigger(state, row, since))
        if row is not None and day is not None:
            found.append((max(day, since), lot, row))
    return found


def _held_since(state: Subscription, lot: Lot) -> date | None:
    """The lot's last day, or the contract's if it ended before."""
    return min((day for day in (lot.lapses, state.ended_on) if day is not None), default=None)


def _trigger(state: Subscription, row: LawRow, since: date) -> date:
    sold_on = sale_of(state).sold_on
    if row.trigger == "expiry":
        return since
    return sold_on if row.trigger == "sale" else state.active_on or sold_on


def reach_dormancy(context: Context, _: Dormancy, state: Subscription) -> Decision:
    """Held value whose dormancy is over by the clock becomes unclaimed property (row 21), each
    part on its own day.
    """
    draft = Draft(context, state)
    through = min(context.on, context.today - ONE_DAY)
    reached = []
    for day, lot, row in sorted(dormant_lots(state), key=lambda item: (item[0], item[1].grant)):
        if day <= through:
            event = DormancyReached(
                line=lot.line,
                grant=lot.grant,
                amount=lot.held,
                liability=lot.liability,
                state=row.state,
                sale=state.sale,
            )
            draft.over(event, day)
            reached.append(lot.grant)
    return Decided(tuple(draft.events), {"dormant": reached})
