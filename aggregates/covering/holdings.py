"""What a patient may use while a visit is decided: every draw changes what is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from aggregates.estimate.state import Estimates
from aggregates.patient.state import Patient
from aggregates.service.events import ServiceDefined
from aggregates.subscription import using_events as u
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.leaving import FrozenLot
from aggregates.subscription.lot import Lot
from aggregates.subscription.state import Subscription, sale_of
from aggregates.visit.orders import RecordVisit
from aggregates.visit.state import Visit
from ledger.decider import Context, staged
from ledger.events import Event, NewEvent
from ledger.ids import key_of, stream


@dataclass(frozen=True, slots=True)
class Chart:
    """What a visit needs to know: the visit's stream, the patient, the contracts on his roster,
    the services, the other patients who hold contracts that are shared with him, and the clinic's
    policies on its day.
    """

    visit: Visit
    patient: Patient
    contracts: Mapping[str, Subscription]
    services: Mapping[str, ServiceDefined]
    holders: Mapping[str, Patient] = field(default_factory=dict)
    estimates: Estimates = field(default_factory=Estimates)
    policies: Mapping[str, Any] = field(default_factory=dict)


class Candidate(NamedTuple):
    """A lot that may give something, by its contract and grant."""

    subscription: str
    grant: str


@dataclass(slots=True)
class Holdings:
    """The contracts in the order in which the patient came by them, as they are now.

    `on` is the day of the visit, `store_credit` what their holders have not spent of it, and
    `booked` the lots whose units waited for this very visit, which is `signed` or not.
    `estimates` say how many points are expected to be redeemed.
    """

    context: Context
    order: RecordVisit
    on: date
    contracts: dict[str, Subscription]
    store_credit: dict[str, int]
    estimates: Estimates = field(default_factory=Estimates)
    policies: Mapping[str, Any] = field(default_factory=dict)
    booked: set[Candidate] = field(default_factory=set)
    events: list[NewEvent] = field(default_factory=list)
    signed: bool = False
    services: Mapping[str, ServiceDefined] = field(default_factory=dict)

    def awaits_signature(self, state: Subscription) -> bool:
        """Whether what the visit draws is earned once it is signed (policy `unit_trigger`)."""
        by_signature = sale_of(state).policies.get("unit_trigger") == "signed"
        return by_signature and self.order.status == "completed" and not self.signed

    def contract(self, candidate: Candidate) -> Subscription:
        return self.contracts[candidate.subscription]

    def lot(self, candidate: Candidate) -> Lot:
        return self.contracts[candidate.subscription].lots[candidate.grant]

    def apply(self, subscription: str, event: Event) -> None:
        """Records an event on one of the contracts."""
        new = NewEvent(stream(self.context.clinic, "subscription", subscription), event)
        self.events.append(new)
        state = self.contracts[subscription]
        self.contracts[subscription] = SUBSCRIPTION.evolve(state, staged(self.context, new))

    def folded(self) -> dict[str, Subscription]:
        """The contracts with events, by stream, as these leave them."""
        return {new.stream: self.contracts[key_of(new.stream)] for new in self.events}


def holdings(context: Context, order: RecordVisit, chart: Chart, on: date) -> Holdings:
    """What the patient may use on a day: his own contracts and those he is a member of."""
    usable = {
        name: state for name, state in chart.contracts.items() if may_use(state, order.patient)
    }
    credit = {name: holder.store_credit for name, holder in chart.holders.items()}
    credit[order.patient] = chart.patient.store_credit
    return Holdings(
        context,
        order,
        on,
        usable,
        credit,
        chart.estimates,
        chart.policies,
        signed=chart.visit.signed,
        services=chart.services,
    )


def may_use(state: Subscription, patient: str) -> bool:
    """Whether a contract is the patient's, or is shared with him."""
    if state.sold is None:
        return False
    return patient == state.sold.patient or patient in state.members


def release_booked(held: Holdings) -> None:
    """Frees what waited for this visit's booking; the visit draws from these lots first."""
    booking = held.order.booking
    if booking is None:
        return
    for name, state in list(held.contracts.items()):
        hold = state.holds.get(booking)
        if hold is not None:
            held.booked.update(Candidate(name, grant) for grant, _ in hold.lots)
            held.apply(name, units_released(state, booking, held.order.visit))


def units_released(state: Subscription, booking: str, visit: str | None) -> u.UnitsReleased:
    """The end of a hold in one contract: its units are free in their own lots again."""
    lots = state.holds[booking].lots
    return u.UnitsReleased(
        booking=booking,
        visit=visit,
        lots=tuple(FrozenLot(grant=grant, quantity=quantity) for grant, quantity in lots),
    )


def holder_of(state: Subscription) -> str:
    """The patient whose contract it is."""
    return sale_of(state).patient
