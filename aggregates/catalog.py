"""Every stored event name with its schema version, and the lifts from older ones.

A shape that changed gets a new version, a lift and a golden file; the old ones stay readable
for ever (architecture.md 4).
"""

from collections.abc import Callable
from typing import Any

from aggregates.clinic import events as clinic
from aggregates.communication import events as communication
from aggregates.dispute import events as dispute
from aggregates.document import events as document
from aggregates.offer import events as offer
from aggregates.patient import events as patient
from aggregates.payment import events as payment
from aggregates.payout import events as payout
from aggregates.period import events as period
from aggregates.service import events as service
from aggregates.subscription import events as subscription
from aggregates.visit import events as visit
from ledger.events import Event

Lift = Callable[[dict[str, Any]], dict[str, Any]]

EVENTS: tuple[tuple[str, int, type[Event]], ...] = (
    ("ClinicDefined", 1, clinic.ClinicDefined),
    ("PolicySet", 1, clinic.PolicySet),
    ("PeriodLocked", 1, clinic.PeriodLocked),
    ("ServiceDefined", 1, service.ServiceDefined),
    ("OfferPublished", 1, offer.OfferPublished),
    ("PatientRegistered", 1, patient.PatientRegistered),
    ("SubscriptionAdded", 1, patient.SubscriptionAdded),
    ("StoreCreditAdded", 1, patient.StoreCreditAdded),
    ("StoreCreditApplied", 1, patient.StoreCreditApplied),
    ("PackageSold", 1, subscription.PackageSold),
    ("ConsentRecorded", 1, subscription.ConsentRecorded),
    ("InstalmentDue", 1, subscription.InstalmentDue),
    ("PaymentReceived", 1, subscription.PaymentReceived),
    ("UnitsDrawn", 1, subscription.UnitsDrawn),
    ("DrawReversed", 1, subscription.DrawReversed),
    ("LotExpired", 1, subscription.LotExpired),
    ("ForfeitureHeld", 1, subscription.ForfeitureHeld),
    ("ExpiryReversed", 1, subscription.ExpiryReversed),
    ("LotExtended", 1, subscription.LotExtended),
    ("Refunded", 1, subscription.Refunded),
    ("RefundSettled", 1, subscription.RefundSettled),
    ("SaleVoided", 1, subscription.SaleVoided),
    ("CreditNoted", 1, subscription.CreditNoted),
    ("CommunicationLinked", 1, subscription.CommunicationLinked),
    ("UnitsFrozen", 1, subscription.UnitsFrozen),
    ("DisputeSettled", 1, subscription.DisputeSettled),
    ("VisitRecorded", 1, visit.VisitRecorded),
    ("ConsumptionReversed", 1, visit.ConsumptionReversed),
    ("PaymentRegistered", 1, payment.PaymentRegistered),
    ("ChargeRegistered", 1, payment.ChargeRegistered),
    ("RefundRegistered", 1, payment.RefundRegistered),
    ("DisputeOpened", 1, dispute.DisputeOpened),
    ("DisputeClosed", 1, dispute.DisputeClosed),
    ("DocumentAttached", 1, document.DocumentAttached),
    ("CommunicationLogged", 1, communication.CommunicationLogged),
    ("CommunicationStatusChanged", 1, communication.CommunicationStatusChanged),
    ("PayoutRecorded", 1, payout.PayoutRecorded),
    ("PeriodClosed", 1, period.PeriodClosed),
)

#: ``(name, from version)`` → the plain dictionary one version later.
LIFTS: dict[tuple[str, int], Lift] = {}
