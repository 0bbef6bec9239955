"""How a contract grows dormant, and its held value leaves it at last (accounting.md 7.8)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from aggregates.subscription.dormancy_events import (
    DormancyReached,
    RefundDormant,
    UnclaimedRemitted,
    UnclaimedReturned,
)
from aggregates.subscription.state import Subscription
from ledger.changed import changed, put
from ledger.events import Recorded


def active_by(state: Subscription, day: date) -> date:
    """The day of the owner's last own act, when one more is dated `day`."""
    return day if state.active_on is None else max(state.active_on, day)


def _reached(state: Subscription, event: DormancyReached, _: Recorded) -> Subscription:
    """The state has it: the lapsed units cannot come back with it any more."""
    lot = state.lots[event.grant]
    return state.with_lot(
        changed(
            lot,
            held=lot.held - event.amount,
            funded=lot.funded - event.amount,
            allocated=lot.allocated - event.amount,
            escheated=lot.escheated + event.amount,
            unclaimed=lot.unclaimed + event.amount,
        )
    )


def _uncashed(state: Subscription, event: RefundDormant, _: Recorded) -> Subscription:
    given = replace(state.refunds[event.refund], unclaimed=event.amount)
    return replace(state, refunds=put(state.refunds, event.refund, given))


def _remitted(state: Subscription, _: UnclaimedRemitted, __: Recorded) -> Subscription:
    """All that was due to the state by then is paid."""
    lots = (changed(lot, unclaimed=0) for lot in state.lots.values() if lot.unclaimed)
    refunds = state.refunds
    for given in state.refunds.values():
        if given.unclaimed:
            refunds = put(refunds, given.refund, replace(given, remitted=True))
    return replace(state.with_lots(lots), refunds=refunds)


def _returned(state: Subscription, event: UnclaimedReturned, recorded: Recorded) -> Subscription:
    """The value is held for the owner again, and its dormancy counts anew."""
    on = recorded.effective_on
    back = {part.grant: part.amount for part in event.shares}
    lots = (
        changed(
            lot,
            held=lot.held + back[lot.grant],
            funded=lot.funded + back[lot.grant],
            allocated=lot.allocated + back[lot.grant],
            escheated=lot.escheated - back[lot.grant],
            unclaimed=lot.unclaimed - back[lot.grant],
            claimed=on,
        )
        for lot in state.lots.values()
        if lot.grant in back
    )
    refunds = state.refunds
    for part in event.refunds:
        refunds = put(refunds, part.refund, replace(refunds[part.refund], unclaimed=0, on=on))
    return replace(state.with_lots(lots), refunds=refunds, active_on=active_by(state, on))


STEPS: dict[type, Callable[[Subscription, Any, Recorded], Subscription]] = {
    DormancyReached: _reached,
    RefundDormant: _uncashed,
    UnclaimedRemitted: _remitted,
    UnclaimedReturned: _returned,
}
