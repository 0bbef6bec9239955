"""What a patient's history comes to: the roster and the store credit."""

from dataclasses import dataclass, replace

from aggregates.patient.events import (
    PatientRegistered,
    StoreCreditAdded,
    StoreCreditApplied,
    StoreCreditUsed,
    SubscriptionAdded,
    SubscriptionShared,
    SubscriptionUnshared,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Patient:
    """`subscriptions` stand in the order in which they were sold or shared; `state` is that of the
    last known address.
    """

    registered: bool = False
    subscriptions: tuple[str, ...] = ()
    store_credit: int = 0
    state: str | None = None


def evolve(state: Patient, recorded: Recorded) -> Patient:
    """The state after one more event."""
    match recorded.event:
        case PatientRegistered(state=where):
            return replace(state, registered=True, state=where)
        case (
            SubscriptionAdded(subscription=subscription)
            | SubscriptionShared(subscription=subscription)
        ):
            return replace(state, subscriptions=(*state.subscriptions, subscription))
        case SubscriptionUnshared(subscription=subscription):
            left = tuple(key for key in state.subscriptions if key != subscription)
            return replace(state, subscriptions=left)
        case StoreCreditAdded(amount=amount):
            return replace(state, store_credit=state.store_credit + amount)
        case StoreCreditApplied(amount=amount) | StoreCreditUsed(amount=amount):
            return replace(state, store_credit=state.store_credit - amount)
        case other:
            raise impossible("patient", other)


PATIENT: Decider[Patient] = Decider(Patient(), evolve)
