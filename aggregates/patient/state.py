"""What a patient's history comes to: the roster and the store credit."""

from dataclasses import dataclass
from datetime import date

from aggregates.patient.credit import Credits, dormant, with_more, without
from aggregates.patient.events import (
    PatientRegistered,
    StoreCreditAdded,
    StoreCreditApplied,
    StoreCreditDormant,
    StoreCreditRemitted,
    StoreCreditReturned,
    StoreCreditUsed,
    SubscriptionAdded,
    SubscriptionShared,
    SubscriptionUnshared,
)
from ledger.changed import changed
from ledger.decider import Decider, impossible
from ledger.events import Event, Recorded


@dataclass(frozen=True, slots=True)
class Patient:
    """`subscriptions` stand in the order in which they were sold or shared; `state` is that of the
    last known address. `credits` are the parts of `store_credit`; `unclaimed` is what of it is due
    to the state and not paid yet. `active_on` is the owner's last own act with it (7.8).
    """

    registered: bool = False
    subscriptions: tuple[str, ...] = ()
    store_credit: int = 0
    state: str | None = None
    credits: Credits = ()
    unclaimed: int = 0
    active_on: date | None = None


def evolve(state: Patient, recorded: Recorded) -> Patient:
    """The state after one more event."""
    on = recorded.effective_on
    match recorded.event:
        case PatientRegistered(state=where):
            return changed(state, registered=True, state=where)
        case SubscriptionAdded(subscription=subscription):
            roster = (*state.subscriptions, subscription)
            return changed(_active(state, on), subscriptions=roster)
        case SubscriptionShared(subscription=subscription):
            return changed(state, subscriptions=(*state.subscriptions, subscription))
        case SubscriptionUnshared(subscription=subscription):
            left = tuple(key for key in state.subscriptions if key != subscription)
            return changed(state, subscriptions=left)
        case other:
            return _credited(state, other, on)


def _credited(state: Patient, event: Event, on: date) -> Patient:
    match event:
        case StoreCreditAdded(amount=amount):
            return _changed(state, amount, with_more(state.credits, on, amount))
        case StoreCreditApplied(amount=amount, cause=cause):
            now = _active(state, on) if cause == "payment" else state
            return _changed(now, -amount, without(state.credits, amount))
        case StoreCreditUsed(amount=amount):
            return _changed(_active(state, on), -amount, without(state.credits, amount))
        case StoreCreditDormant(amount=amount, since=since):
            told = changed(state, unclaimed=state.unclaimed + amount)
            return _changed(told, -amount, dormant(state.credits, since, amount))
        case StoreCreditRemitted(amount=amount):
            return changed(state, unclaimed=state.unclaimed - amount)
        case StoreCreditReturned(amount=amount):
            back = changed(_active(state, on), unclaimed=state.unclaimed - amount)
            return _changed(back, amount, with_more(state.credits, on, amount))
        case other:
            raise impossible("patient", other)


def _changed(state: Patient, amount: int, parts: Credits) -> Patient:
    return changed(state, store_credit=state.store_credit + amount, credits=parts)


def _active(state: Patient, on: date) -> Patient:
    return changed(state, active_on=max(state.active_on or on, on))


PATIENT: Decider[Patient] = Decider(Patient(), evolve)
