"""What a subscription can be asked to do: the data of its commands (interfaces.md 4).

They stand beside the deciders, because ``decide(state, order)`` needs their types and imports
point downwards; `commands` registers them.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from aggregates.subscription.card import Card
from aggregates.subscription.consent import ConsentDocument, Shown
from aggregates.subscription.cycle_events import CycleChoice
from aggregates.taxing import Taxes, add_up
from aggregates.values import Clause, Digest, Rate, Tender, Word
from ledger.calendar import Day, Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.personal import FreeText, Personal
from ledger.quantity import PositiveQuantity


class ConsentOrder(Frozen):
    """A consent, as `record_consent` takes it and `sell_package` carries it along."""

    consent: Id
    kind: Literal["financial", "recurring", "communication"] = "financial"
    document: ConsentDocument
    method: Literal["wet", "signature_pad", "click"]
    signer: Personal
    signer_relation: Word | None = None
    signed_at: Moment
    shown_before_payment: bool
    shown: Shown | None = None
    language: Word | None = None
    wording_sha256: Digest | None = None
    default_state: Word | None = None
    signature_sha256: Digest | None = None
    signed_sha256: Digest | None = None
    witness: Personal | None = None
    copy_: Annotated[Id | None, Field(alias="copy")] = None
    clauses: tuple[Clause, ...] = ()


class RecordConsent(ConsentOrder):
    subscription: Id


class DeviceOrder(Frozen):
    id: Personal | None = None
    fingerprint: Personal | None = None


class PaymentOrder(Frozen):
    """A payment, as `record_payment` takes it and `sell_package` carries it along."""

    payment: Id
    amount: PositiveAmount
    currency: str | None = None
    tax: Amount | None = None
    tender: Tender
    charge: Id | None = None
    intent: Id | None = None
    processor: Word | None = None
    card: Card | None = None
    network_transaction: Word | None = None
    fee: Amount = 0
    ip: Personal | None = None
    device: DeviceOrder | None = None
    email: Personal | None = None
    account: Personal | None = None
    cycle_choice: CycleChoice | None = None


class RecordPayment(PaymentOrder):
    subscription: Id


class SellPackage(Frozen):
    subscription: Id
    offer: Id
    version: Annotated[int, Field(ge=1)] | None = None
    patient: Id
    payer: Id | None = None
    members: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    location: Id | None = None
    provider: Id | None = None
    price: Amount | None = None
    discount: Amount = 0
    tax: Amount = 0
    taxes: Taxes = ()
    starts: Day | None = None
    channel: Word | None = None
    present: bool | None = None
    invoice: Id | None = None
    promotion: Id | None = None
    discount_rate: Rate | None = None
    commission: Amount = 0
    commission_months: Annotated[int | None, Field(ge=1, le=120)] = None
    contract_met: bool = True
    payment: PaymentOrder | None = None
    consent: ConsentOrder | None = None

    @model_validator(mode="after")
    def _members_are_others(self) -> "SellPackage":
        if len({self.patient, *self.members}) <= len(self.members):
            raise ValueError("members are other patients than the holder, each named once")
        return self

    @model_validator(mode="after")
    def _taxes_are_the_tax(self) -> "SellPackage":
        add_up(self.tax, self.taxes)
        return self


class Extend(Frozen):
    subscription: Id
    line: Id | None = None
    until: Day
    reason: FreeText
    fee: Amount = 0
    approver: Id | None = None


class Expire(Frozen):
    subscription: Id
    line: Id | None = None


class VoidSale(Frozen):
    subscription: Id
    reason: FreeText
    approver: Id | None = None


class CreditNote(Frozen):
    subscription: Id
    note: Id
    amount: PositiveAmount
    lines: tuple[Id, ...] | None = None
    reason: FreeText
    approver: Id | None = None


class RefundLine(Frozen):
    """Units of a line to take back; a time line is taken back whole."""

    line: Id
    quantity: PositiveQuantity | None = None


class RefundPart(Frozen):
    payment: Id
    amount: PositiveAmount


class RefundPayment(Frozen):
    payment: Id


class Refund(Frozen):
    subscription: Id
    refund: Id
    lines: Annotated[tuple[RefundLine, ...], Field(min_length=1)] | None = None
    amount: PositiveAmount | None = None
    to: Literal["original", "store_credit"] | RefundPayment | tuple[RefundPart, ...] = "original"
    paid: bool = True
    reason: FreeText
    approver: Id | None = None
    goodwill: bool = False

    @model_validator(mode="after")
    def _adds_up(self) -> "Refund":
        lines = [line.line for line in self.lines or ()]
        parts = [part.payment for part in self.to] if isinstance(self.to, tuple) else []
        if len(set(lines)) < len(lines) or len(set(parts)) < len(parts):
            raise ValueError("a refund names each line and each payment once")
        if self.goodwill and (self.amount is None or self.lines is not None):
            raise ValueError("a goodwill refund names an amount and takes back no units")
        return self


class SettleRefund(Frozen):
    refund: Id
    status: Literal["paid", "failed"]
    reference: Word | None = None
    settled_at: Moment | None = None


def quantity_of(lines: tuple[RefundLine, ...] | None) -> dict[str, Decimal | None] | None:
    """The wanted quantity by line, None for a line meaning all of it; None for every line."""
    return None if lines is None else {line.line: line.quantity for line in lines}


def plain(order: Frozen | None) -> dict[str, Any]:
    """The order's fields as given, for an event that holds the same words."""
    return {} if order is None else order.model_dump(exclude_none=True)
