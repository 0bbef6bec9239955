"""The clinic's streams by name, as a use case asks for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aggregates.approval.state import APPROVAL, Approval
from aggregates.booking.state import BOOKING, Booking
from aggregates.books.state import BOOKS, Entered
from aggregates.clinic.state import CLINIC, Clinic
from aggregates.communication.state import COMMUNICATION, Communication
from aggregates.dispute.state import DISPUTE, Dispute
from aggregates.document.state import DOCUMENT, Document
from aggregates.estimate.state import ESTIMATES, Estimates
from aggregates.evidence.state import EVIDENCE, Evidence
from aggregates.offer.state import OFFER, Offer
from aggregates.patient.state import PATIENT, Patient
from aggregates.payment.state import (
    CHARGE,
    CREDIT_USE,
    PAYMENT,
    REFUND,
    Charge,
    CreditUse,
    Payment,
    Refund,
)
from aggregates.payout.state import PAYOUT, Payout
from aggregates.period.state import PERIOD, PeriodState
from aggregates.service.events import ServiceDefined
from aggregates.service.state import SERVICE, Service
from aggregates.subscription.evolve import SUBSCRIPTION
from aggregates.subscription.state import Subscription
from aggregates.visit.state import VISIT, Visit
from commands.workspace import Workspace
from ledger.decider import Decider
from ledger.ids import stream


@dataclass(frozen=True, slots=True)
class Desk:
    """One clinic's workspace; every getter reads the stream unless it is here already."""

    clinic_id: str
    workspace: Workspace

    def name(self, kind: str, key: str | None = None) -> str:
        """The name of one of this clinic's streams."""
        return stream(self.clinic_id, kind, key)

    def version(self, kind: str, key: str) -> int:
        """How many events the stream has; 0 for one that is not there."""
        name = self.name(kind, key)
        self.workspace.get(BY_KIND[kind], name)
        return self.workspace.version(name)

    def clinic(self) -> Clinic:
        return self.workspace.get(CLINIC, self.name("clinic"))

    def estimates(self) -> Estimates:
        return self.workspace.get(ESTIMATES, self.name("estimates"))

    def books(self) -> Entered:
        return self.workspace.get(BOOKS, self.name("books"))

    def subscription(self, key: str) -> Subscription:
        return self.workspace.get(SUBSCRIPTION, self.name("subscription", key))

    def subscriptions(self, keys: Iterable[str]) -> dict[str, Subscription]:
        """The contracts by id, in the order given, read in one query."""
        names = {key: self.name("subscription", key) for key in keys}
        self.workspace.load((SUBSCRIPTION, name) for name in names.values())
        return {key: self.workspace.get(SUBSCRIPTION, name) for key, name in names.items()}

    def patient(self, key: str) -> Patient:
        return self.workspace.get(PATIENT, self.name("patient", key))

    def offer(self, key: str) -> Offer:
        return self.workspace.get(OFFER, self.name("offer", key))

    def services(self, keys: Iterable[str], at: datetime) -> dict[str, ServiceDefined]:
        """The definitions in force at `at`; a service without one is left out."""
        wanted = sorted(set(keys))
        self.workspace.load((SERVICE, self.name("service", key)) for key in wanted)
        found = {key: self._service(key).at(at) for key in wanted}
        return {key: defined for key, defined in found.items() if defined is not None}

    def _service(self, key: str) -> Service:
        return self.workspace.get(SERVICE, self.name("service", key))

    def visit(self, key: str) -> Visit:
        return self.workspace.get(VISIT, self.name("visit", key))

    def booking(self, key: str) -> Booking:
        return self.workspace.get(BOOKING, self.name("booking", key))

    def payment(self, key: str) -> Payment:
        return self.workspace.get(PAYMENT, self.name("payment", key))

    def charge(self, key: str) -> Charge:
        return self.workspace.get(CHARGE, self.name("charge", key))

    def refund(self, key: str) -> Refund:
        return self.workspace.get(REFUND, self.name("refund", key))

    def credit_use(self, key: str) -> CreditUse:
        return self.workspace.get(CREDIT_USE, self.name("credit_use", key))

    def dispute(self, key: str) -> Dispute:
        return self.workspace.get(DISPUTE, self.name("dispute", key))

    def communication(self, key: str) -> Communication:
        return self.workspace.get(COMMUNICATION, self.name("communication", key))

    def document(self, key: str) -> Document:
        return self.workspace.get(DOCUMENT, self.name("document", key))

    def evidence(self, key: str) -> Evidence:
        return self.workspace.get(EVIDENCE, self.name("evidence", key))

    def payout(self, key: str) -> Payout:
        return self.workspace.get(PAYOUT, self.name("payout", key))

    def period(self, key: str) -> PeriodState:
        return self.workspace.get(PERIOD, self.name("period", key))

    def approval(self, key: str) -> Approval:
        return self.workspace.get(APPROVAL, self.name("approval", key))

    def payments(self, keys: Iterable[str]) -> Mapping[str, Payment]:
        """Payment streams by id, read in one query."""
        wanted = list(keys)
        self.workspace.load((PAYMENT, self.name("payment", key)) for key in wanted)
        return {key: self.payment(key) for key in wanted}


#: How the streams fold whose version a sender may have seen.
BY_KIND: Mapping[str, Decider[Any]] = {
    "subscription": SUBSCRIPTION,
    "visit": VISIT,
    "dispute": DISPUTE,
    "offer": OFFER,
    "period": PERIOD,
    "refund": REFUND,
    "booking": BOOKING,
    "approval": APPROVAL,
}
#: The streams a command needs, with how they fold: what a batch reads in one query.
Wanted = list[tuple[Decider[object], str]]
