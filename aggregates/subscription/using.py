"""How use changes a contract: draws and their undoing, a validity that begins, units on hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from aggregates.subscription import events as e
from aggregates.subscription import using_events as u
from aggregates.subscription.caps import counted
from aggregates.subscription.correcting import waited
from aggregates.subscription.dormant import active_by
from aggregates.subscription.lot import NONE, Lot
from aggregates.subscription.serving import served
from aggregates.subscription.span import TimeSpan
from aggregates.subscription.state import Subscription
from aggregates.subscription.waiting import Hold
from ledger.changed import put
from ledger.events import Recorded


def _drawn(state: Subscription, event: e.UnitsDrawn, recorded: Recorded) -> Subscription:
    lot = state.lots[event.grant]
    lot = lot.with_draw(event.quantity, event.amount, event.service, event.draw)
    lot = counted(lot, event.quantity, recorded.effective_on)
    drawn = state.with_lots([lot], active_on=active_by(state, recorded.effective_on))
    return waited(served(drawn, event, 1), event, 1)


def _undrawn(state: Subscription, event: e.DrawReversed, recorded: Recorded) -> Subscription:
    lot = state.lots[event.grant]
    lot = lot.without_draw(event.quantity, event.amount, event.service, event.draw)
    back = state.with_lot(counted(lot, -event.quantity, recorded.effective_on))
    return waited(served(back, event, -1), event, -1)


def _signed(state: Subscription, event: u.DrawPosted, _: Recorded) -> Subscription:
    lot = state.lots[event.grant]
    unposted = {key: draw for key, draw in state.unposted.items() if key != event.key}
    return replace(
        state.with_lot(replace(lot, unsigned=lot.unsigned - event.amount)), unposted=unposted
    )


def _validity_started(state: Subscription, event: u.ValidityStarted, _: Recorded) -> Subscription:
    for part in event.lots:
        lot = state.lots[part.grant]
        spans = lot.spans
        if part.time and part.ends is not None:
            spans = (TimeSpan(part.amount, part.starts, part.ends, pace=lot.sold.pace),)
        run = replace(lot, starts=part.starts, ends=part.ends, lapses=part.lapses, spans=spans)
        state = state.with_lot(run)
    return replace(state, started_on=event.starts, last_day=event.expires)


def held(lot: Lot, quantity: Decimal, booked_on: date) -> Lot:
    """The lot with units waiting for a booked visit, negative for some that no longer do.

    Of a line without a count only the cap is used up, in the days of the visit.
    """
    if lot.sold.quantity is None:
        return counted(lot, quantity, booked_on)
    return replace(lot, reserved=max(lot.reserved + quantity, NONE))


def _reserved(state: Subscription, event: u.UnitsReserved, recorded: Recorded) -> Subscription:
    """A booking is an act of the owner, for whom the units wait."""
    for part in event.lots:
        state = state.with_lot(held(state.lots[part.grant], part.quantity, event.booked_on))
    lots = tuple((part.grant, part.quantity) for part in event.lots)
    hold = Hold(event.booking, event.booked_on, lots)
    holds = put(state.holds, event.booking, hold)
    return replace(state, holds=holds, active_on=active_by(state, recorded.effective_on))


def _released(state: Subscription, event: u.UnitsReleased, _: Recorded) -> Subscription:
    hold = state.holds[event.booking]
    for grant, quantity in hold.lots:
        state = state.with_lot(held(state.lots[grant], -quantity, hold.booked_on))
    kept = {name: other for name, other in state.holds.items() if name != event.booking}
    return replace(state, holds=MappingProxyType(kept))


def unreserved(state: Subscription, grant: str) -> Subscription:
    """The contract when nothing of a lot waits any more, because the lot has expired."""
    lot = state.lots[grant]
    if not lot.reserved:
        return state
    holds = {
        name: replace(hold, lots=tuple(part for part in hold.lots if part[0] != grant))
        for name, hold in state.holds.items()
    }
    state = state.with_lot(replace(lot, reserved=NONE))
    left = {name: hold for name, hold in holds.items() if hold.lots}
    return replace(state, holds=MappingProxyType(left))


STEPS: dict[type, Callable[[Subscription, Any, Recorded], Subscription]] = {
    e.UnitsDrawn: _drawn,
    e.DrawReversed: _undrawn,
    u.DrawPosted: _signed,
    u.ValidityStarted: _validity_started,
    u.UnitsReserved: _reserved,
    u.UnitsReleased: _released,
}
