"""Every stored event name with its schema version, and the lifts from older ones.

A shape that changed gets a new version, a lift and a golden file; the old ones stay readable
for ever (architecture.md 4).
"""

from collections.abc import Callable
from typing import Any

from aggregates.approval import events as approval
from aggregates.booking import events as booking
from aggregates.books import events as books
from aggregates.clinic import events as clinic
from aggregates.communication import events as communication
from aggregates.dispute import events as dispute
from aggregates.document import events as document
from aggregates.estimate import events as estimate
from aggregates.evidence import events as evidence
from aggregates.offer import events as offer
from aggregates.patient import events as patient
from aggregates.payment import events as payment
from aggregates.payout import events as payout
from aggregates.period import events as period
from aggregates.service import events as service
from aggregates.subscription import change_events as change
from aggregates.subscription import combining_events as combining
from aggregates.subscription import correction_events as correction
from aggregates.subscription import cycle_events as cycle
from aggregates.subscription import dormancy_events as dormancy
from aggregates.subscription import events as subscription
from aggregates.subscription import signal_events as signal
from aggregates.subscription import using_events as using
from aggregates.subscription.link_events import CommunicationLinked
from aggregates.subscription.regaining_events import LossReversed
from aggregates.visit import events as visit
from ledger.events import Event

Lift = Callable[[dict[str, Any]], dict[str, Any]]

EVENTS: tuple[tuple[str, int, type[Event]], ...] = (
    ("ClinicDefined", 1, clinic.ClinicDefined),
    ("PolicySet", 1, clinic.PolicySet),
    ("EstimateSet", 1, estimate.EstimateSet),
    ("PeriodLocked", 1, clinic.PeriodLocked),
    ("PeriodSoftLocked", 1, clinic.PeriodSoftLocked),
    ("PeriodUnlocked", 1, clinic.PeriodUnlocked),
    ("ServiceDefined", 1, service.ServiceDefined),
    ("OfferPublished", 1, offer.OfferPublished),
    ("OfferRetired", 1, offer.OfferRetired),
    ("PatientRegistered", 1, patient.PatientRegistered),
    ("SubscriptionAdded", 1, patient.SubscriptionAdded),
    ("StoreCreditAdded", 1, patient.StoreCreditAdded),
    ("StoreCreditApplied", 1, patient.StoreCreditApplied),
    ("StoreCreditUsed", 1, patient.StoreCreditUsed),
    ("StoreCreditDormant", 1, patient.StoreCreditDormant),
    ("StoreCreditRemitted", 1, patient.StoreCreditRemitted),
    ("StoreCreditReturned", 1, patient.StoreCreditReturned),
    ("SubscriptionShared", 1, patient.SubscriptionShared),
    ("SubscriptionUnshared", 1, patient.SubscriptionUnshared),
    ("PackageSold", 1, subscription.PackageSold),
    ("ConsentRecorded", 1, subscription.ConsentRecorded),
    ("InstalmentDue", 1, subscription.InstalmentDue),
    ("PaymentReceived", 1, subscription.PaymentReceived),
    ("UnitsDrawn", 1, subscription.UnitsDrawn),
    ("DrawReversed", 1, subscription.DrawReversed),
    ("DrawPosted", 1, using.DrawPosted),
    ("ValidityStarted", 1, using.ValidityStarted),
    ("UnitsReserved", 1, using.UnitsReserved),
    ("UnitsReleased", 1, using.UnitsReleased),
    ("LotExpired", 1, subscription.LotExpired),
    ("ForfeitureHeld", 1, subscription.ForfeitureHeld),
    ("ExpiryReversed", 1, subscription.ExpiryReversed),
    ("LotExtended", 1, subscription.LotExtended),
    ("Refunded", 1, subscription.Refunded),
    ("RefundSettled", 1, subscription.RefundSettled),
    ("SaleVoided", 1, subscription.SaleVoided),
    ("CreditNoted", 1, subscription.CreditNoted),
    ("CommunicationLinked", 1, CommunicationLinked),
    ("UnitsFrozen", 1, subscription.UnitsFrozen),
    ("DisputeSettled", 1, subscription.DisputeSettled),
    ("LossReversed", 1, LossReversed),
    ("CycleDue", 1, cycle.CycleDue),
    ("CycleGranted", 1, cycle.CycleGranted),
    ("CycleLapsed", 1, cycle.CycleLapsed),
    ("UnitsRolledOver", 1, cycle.UnitsRolledOver),
    ("PaymentFailed", 1, cycle.PaymentFailed),
    ("PaymentDue", 1, signal.PaymentDue),
    ("ExpiryReminderDue", 1, signal.ExpiryReminderDue),
    ("RenewalNoticeDue", 1, signal.RenewalNoticeDue),
    ("MilestoneDue", 1, signal.MilestoneDue),
    ("Paused", 1, change.Paused),
    ("PauseBegan", 1, change.PauseBegan),
    ("Resumed", 1, change.Resumed),
    ("CancellationRequested", 1, change.CancellationRequested),
    ("ContractEnded", 1, change.ContractEnded),
    ("PlanChangeScheduled", 1, change.PlanChangeScheduled),
    ("PlanChanged", 1, change.PlanChanged),
    ("ContractModified", 1, change.ContractModified),
    ("ContractsCombined", 1, combining.ContractsCombined),
    ("RightExercised", 1, combining.RightExercised),
    ("UnitsTransferred", 1, correction.UnitsTransferred),
    ("UnitsReceived", 1, correction.UnitsReceived),
    ("GoodwillGranted", 1, correction.GoodwillGranted),
    ("MemberAdded", 1, correction.MemberAdded),
    ("MemberRemoved", 1, correction.MemberRemoved),
    ("LotReinstated", 1, correction.LotReinstated),
    ("DormancyReached", 1, dormancy.DormancyReached),
    ("RefundDormant", 1, dormancy.RefundDormant),
    ("UnclaimedRemitted", 1, dormancy.UnclaimedRemitted),
    ("UnclaimedReturned", 1, dormancy.UnclaimedReturned),
    ("WrittenOff", 1, correction.WrittenOff),
    ("ContractAssessed", 1, correction.ContractAssessed),
    ("VisitRecorded", 1, visit.VisitRecorded),
    ("VisitSigned", 1, visit.VisitSigned),
    ("ConsumptionReversed", 1, visit.ConsumptionReversed),
    ("ConsumptionMoved", 1, visit.ConsumptionMoved),
    ("HoldPlaced", 1, booking.HoldPlaced),
    ("BookingRecorded", 1, booking.BookingRecorded),
    ("EvidenceRecorded", 1, evidence.EvidenceRecorded),
    ("PaymentRegistered", 1, payment.PaymentRegistered),
    ("ChargeRegistered", 1, payment.ChargeRegistered),
    ("RefundRegistered", 1, payment.RefundRegistered),
    ("CreditUseRegistered", 1, payment.CreditUseRegistered),
    ("DisputeOpened", 1, dispute.DisputeOpened),
    ("DisputeUpdated", 1, dispute.DisputeUpdated),
    ("FundsWithdrawn", 1, dispute.FundsWithdrawn),
    ("EvidenceSubmitted", 1, dispute.EvidenceSubmitted),
    ("DisclosureApproved", 1, dispute.DisclosureApproved),
    ("DisputeClosed", 1, dispute.DisputeClosed),
    ("DisputeDue", 1, dispute.DisputeDue),
    ("DocumentAttached", 1, document.DocumentAttached),
    ("CommunicationLogged", 1, communication.CommunicationLogged),
    ("CommunicationStatusChanged", 1, communication.CommunicationStatusChanged),
    ("PayoutRecorded", 1, payout.PayoutRecorded),
    ("AdjustmentPosted", 1, books.AdjustmentPosted),
    ("AdjustmentReversed", 1, books.AdjustmentReversed),
    ("PeriodClosed", 1, period.PeriodClosed),
    ("PeriodSoftClosed", 1, period.PeriodSoftClosed),
    ("PeriodReopened", 1, period.PeriodReopened),
    ("SoftCloseDue", 1, period.SoftCloseDue),
    ("ApprovalRequested", 1, approval.ApprovalRequested),
    ("ApprovalGiven", 1, approval.ApprovalGiven),
    ("ApprovalRejected", 1, approval.ApprovalRejected),
    ("ApprovalUsed", 1, approval.ApprovalUsed),
)

#: ``(name, from version)`` → the plain dictionary one version later.
LIFTS: dict[tuple[str, int], Lift] = {}
