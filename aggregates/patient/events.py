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


class StoreCreditAdded(Event):
    """Money the clinic owes the patient, usable for what he buys next (account 2180)."""

    amount: PositiveAmount
    subscription: Id
    cause: Literal["expiry", "refund", "overpaid"]


class StoreCreditApplied(Event):
    """Store credit paid for a subscription, or what had added it was undone."""

    amount: PositiveAmount
    subscription: Id
    cause: Literal["payment", "expiry_reversed", "refund_failed"]
    payment: Id | None = None
