"""Short streams: an id is unique in the clinic, leading to its contracts (architecture.md 3)."""

from aggregates.values import Tender, TenderPart
from ledger.events import Event
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount


class PaymentRegistered(Event):
    payment: Id
    subscription: Id
    amount: PositiveAmount
    tender: Tender
    fee: Amount = 0
    charge: Id | None = None


class ChargeRegistered(Event):
    """A part of a card charge; one charge may pay several subscriptions."""

    charge: Id
    payment: Id
    subscription: Id
    amount: PositiveAmount


class CreditUseRegistered(Event):
    """Store credit was spent under this id."""

    use: Id
    patient: Id


class RefundRegistered(Event):
    refund: Id
    subscription: Id
    payments: tuple[TenderPart, ...]
