"""How a contract grows dormant, and its held value leaves it at last (accounting.md 7.8)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from aggregates.subscription.dormancy_events import DormancyReached
from aggregates.subscription.state import Subscription
from ledger.changed import changed
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
        )
    )


STEPS: dict[type, Callable[[Subscription, Any, Recorded], Subscription]] = {
    DormancyReached: _reached
}
