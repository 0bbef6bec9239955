"""What a patient's history comes to: the roster and the store credit."""

from dataclasses import dataclass, replace

from aggregates.patient.events import (
    PatientRegistered,
    StoreCreditAdded,
    StoreCreditApplied,
    SubscriptionAdded,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded


@dataclass(frozen=True, slots=True)
class Patient:
    """`subscriptions` stand in the order in which they were sold."""

    registered: bool = False
    subscriptions: tuple[str, ...] = ()
    store_credit: int = 0


def evolve(state: Patient, recorded: Recorded) -> Patient:
    """The state after one more event."""
    match recorded.event:
        case PatientRegistered():
            return replace(state, registered=True)
        case SubscriptionAdded(subscription=subscription):
            return replace(state, subscriptions=(*state.subscriptions, subscription))
        case StoreCreditAdded(amount=amount):
            return replace(state, store_credit=state.store_credit + amount)
        case StoreCreditApplied(amount=amount):
            return replace(state, store_credit=state.store_credit - amount)
        case other:
            raise impossible("patient", other)


PATIENT: Decider[Patient] = Decider(Patient(), evolve)
