"""What can happen to a patient: personal data by digest, the roster, store credit."""

from typing import Literal

from aggregates.values import Digest, Text
from ledger.events import Event
from ledger.ids import Id
from ledger.money import PositiveAmount


class PatientRegistered(Event):
    """Personal data was given; the event keeps salted digests only."""

    patient: Id
    name: Digest | None = None
    email: Digest | None = None
    phone: Digest | None = None
    address: Digest | None = None
    state: Text | None = None


class SubscriptionAdded(Event):
    """The patient holds one more subscription; written in the same append as the sale."""

    subscription: Id


class SubscriptionShared(Event):
    """Another patient's contract is shared with this one, who may use it from now on."""

    subscription: Id


class SubscriptionUnshared(Event):
    """A contract is shared with this patient no longer."""

    subscription: Id


class StoreCreditAdded(Event):
    """Money the clinic owes the patient, usable for what he buys next (account 2180)."""

    amount: PositiveAmount
    subscription: Id
    cause: Literal["expiry", "refund", "overpaid", "cancellation", "change", "lapse"]


class StoreCreditApplied(Event):
    """Store credit paid for a subscription, or what had added it was undone."""

    amount: PositiveAmount
    subscription: Id
    cause: Literal["payment", "expiry_reversed", "refund_failed", "reinstatement"]
    payment: Id | None = None


class StoreCreditUsed(Event):
    """Store credit was spent on a visit's bill or paid out (row 34a); `use` names it."""

    use: Id
    amount: PositiveAmount
    purpose: Literal["visit", "payout"]
    visit: Id | None = None
    reason: Digest
    location: Id | None = None
    provider: Id | None = None
