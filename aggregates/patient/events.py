"""What can happen to a patient: personal data by digest, the roster, store credit."""

from typing import Literal

from aggregates.lawtables import State
from aggregates.values import Digest, Text
from ledger.calendar import Day
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


class StoreCreditDormant(Event):
    """Store credit that arose on the day `since` has been dormant for as long as the owner's state
    says, and `amount` of it is due to it (row 21).
    """

    amount: PositiveAmount
    since: Day
    state: State


class StoreCreditRemitted(Event):
    """What of store credit was due to the state was paid to it (row 22)."""

    remittance: Id
    amount: PositiveAmount


class StoreCreditReturned(Event):
    """The owner came back before the state was paid, and can spend the credit again (row 23)."""

    amount: PositiveAmount
