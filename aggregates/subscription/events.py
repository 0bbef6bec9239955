"""What can happen to a subscription; amounts are decided with the event (architecture.md 1.5)."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime

from aggregates.subscription.card import Charged
from aggregates.subscription.consent import ConsentDocument, Shown
from aggregates.subscription.financed import Financing
from aggregates.subscription.leaving import ExtendedLot, FrozenLot, HeldLot, LeavingLot, PartLeft
from aggregates.subscription.line import SoldLine
from aggregates.subscription.moves import Draw, Lapse, Settling
from aggregates.terms import (
    Billing,
    CancellationTerms,
    Instalment,
    Milestone,
    Notices,
    RefundTerms,
    RolloverTerms,
    TermsDocument,
)
from aggregates.values import (
    Clause,
    Digest,
    Duration,
    ForfeitsTo,
    Rate,
    RefundBasis,
    SaleDimensions,
    Share,
    TaxPart,
    Tender,
    TenderPart,
    Text,
    Word,
)
from ledger.events import Event
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount


class PackageSold(Event):
    """A contract was made: terms, prices, SSPs and policies as they were then.

    Of a membership, `price`, `tax` and `lines` are those of a cycle; the first runs from `starts`
    up to `cycle_ends`; `setup_fee`, itself a line, is beside them. `state` gives the law (7.8).
    A `commission` that is an asset is spread from `starts` up to `commission_ends` (10.8).
    """

    subscription: Id
    patient: Id
    payer: Id | None = None
    members: tuple[Id, ...] = ()
    offer: Id
    offer_version: int
    name: Text
    tier: Word | None = None
    sale: SaleDimensions
    currency: str
    timezone: str
    state: Text | None = None
    sold_on: date
    starts: date
    expires: date | None = None
    cycle_ends: date | None = None
    term: Duration | None = None
    validity: Literal["sale", "first_use"] = "sale"
    price: Amount
    tax: Amount
    setup_fee: Amount = 0
    lines: tuple[SoldLine, ...]
    instalments: tuple[Instalment, ...]
    billing: Billing
    refund: RefundTerms
    cancellation: CancellationTerms = CancellationTerms()
    rollover: RolloverTerms | None = None
    transferable: bool = False
    shareable: bool = False
    no_show_consumes: bool = True
    requires_consent: bool = False
    grace_days: int = 0
    terms: TermsDocument | None = None
    notices: Notices = Notices()
    milestones: tuple[Milestone, ...] = ()
    locations: tuple[Id, ...] = ()
    description: Digest | None = None
    channel: Word | None = None
    present: bool | None = None
    invoice: Id | None = None
    promotion: Id | None = None
    contract_met: bool = True
    discount_rate: Rate | None = None
    taxes: tuple[TaxPart, ...] = ()
    financing: Financing | None = None
    commission: Amount = 0
    commission_to: Literal["expense", "asset"] | None = None
    commission_ends: date | None = None
    policies: dict[str, Any]

    @property
    def is_recurring(self) -> bool:
        return self.billing.kind == "recurring"


class ConsentRecorded(Event):
    """Someone accepted a document; `clauses` are what it contains."""

    consent: Id
    kind: Literal["financial", "recurring", "communication"] = "financial"
    document: ConsentDocument
    method: Literal["wet", "signature_pad", "click"]
    signer: Digest
    signer_relation: Word | None = None
    signed_at: AwareDatetime
    shown_before_payment: bool
    shown: Shown | None = None
    language: Word | None = None
    wording_sha256: Digest | None = None
    default_state: Word | None = None
    signature_sha256: Digest | None = None
    signed_sha256: Digest | None = None
    witness: Digest | None = None
    copy_communication: Id | None = None
    clauses: tuple[Clause, ...] = ()


class InstalmentDue(Event):
    """An amount fell due and is a receivable (row 4)."""

    instalment: int
    amount: PositiveAmount
    shares: tuple[Share, ...]
    tax: Amount
    interest: Amount = 0
    sale: SaleDimensions


class PaymentReceived(Settling, Charged):
    """Money came in: `receivable` settles what was due, `shares` and `tax` fund the contract.

    `amount` = receivable + recovered (had been written off) + penalty (for leaving early, 8.3)
    + Σ shares + tax + interest + deposit (waits for a contract, 2) + excess. `fee` is an expense.
    """

    payment: Id
    amount: PositiveAmount
    tender: Tender
    receivable: Amount
    shares: tuple[Share, ...]
    tax: Amount
    interest: Amount = 0
    recovered: Amount = 0
    penalty: Amount = 0
    deposit: Amount = 0
    excess: Amount = 0
    fee: Amount = 0
    consent_missing: bool = False
    sale: SaleDimensions


class UnitsDrawn(Draw):
    """A lot gave units to a visit line."""


class DrawReversed(Draw):
    """A draw was undone: the same quantity and amount come back to the same lot."""

    reason: Digest
    approver: Id | None = None


class LotExpired(Lapse):
    """The rest of a lot lapsed (7.6); with the last of the price `waived_interest` is not owed."""

    waived_interest: Amount = 0


class ExpiryReversed(Lapse):
    """Units that had expired were used while still valid: their value comes back first."""


class ForfeitureHeld(Event):
    """Value could not be forfeited: the clause or a promised notice is missing; someone decides."""

    line: Id
    grant: Id
    amount: PositiveAmount
    missing: tuple[str, ...]


class LotExtended(Event):
    """Lots run longer; a fee joins what is unrecognised (accounting.md 7.7)."""

    lots: tuple[ExtendedLot, ...]
    until: date
    fee: Amount
    reason: Digest
    approver: Id | None = None
    sale: SaleDimensions


class Refunded(Event):
    """A refund was approved (row 29) and, when `paid`, paid (row 30).

    `shares` leave the liability, `refilled` funds what other lines lacked, `receivable` was due,
    with `receivable_tax` in it. Σ shares − Σ refilled = amount − tax + forfeited − conceded −
    deposit + receivable − receivable_tax. `waived` is no longer owed.
    """

    refund: Id
    formula: RefundBasis
    amount: PositiveAmount
    tax: Amount
    lots: tuple[LeavingLot, ...]
    shares: tuple[Share, ...]
    refilled: tuple[Share, ...] = ()
    forfeited: Amount
    forfeits_to: ForfeitsTo | None = None
    conceded: Amount
    deposit: Amount = 0
    receivable: Amount = 0
    receivable_tax: Amount = 0
    waived: Amount
    payments: tuple[TenderPart, ...]
    to: Literal["original", "store_credit", "payment"]
    paid: bool
    ended: bool
    goodwill: bool = False
    reason: Digest
    approver: Id | None = None
    sale: SaleDimensions


class RefundSettled(Event):
    """The processor paid a refund, or sent it back."""

    refund: Id
    status: Literal["paid", "failed"]
    payments: tuple[TenderPart, ...]
    reference: Word | None = None
    settled_at: AwareDatetime | None = None
    sale: SaleDimensions


class SaleVoided(Event):
    """An unpaid sale was raised in error and is unwound (row 36)."""

    shares: tuple[Share, ...]
    delivered: Amount
    tax: Amount
    interest: Amount = 0
    receivable: Amount
    reason: Digest
    approver: Id | None = None
    sale: SaleDimensions


class CreditNoted(Event):
    """The price falls before it is paid (row 35); `shares` leave what is undelivered."""

    note: Id
    amount: PositiveAmount
    tax: Amount
    reductions: tuple[Share, ...]
    shares: tuple[Share, ...]
    delivered: Amount
    receivable: Amount
    posted_tax: Amount
    reason: Digest
    approver: Id | None = None
    sale: SaleDimensions


class UnitsFrozen(Event):
    """A disputed charge funded these units; they wait until the dispute is closed (8.5)."""

    dispute: Id
    charge: Id
    payment: Id
    lots: tuple[HeldLot, ...]
    withdrawn: Amount


class DisputeSettled(PartLeft):
    """Frozen units leave or thaw, `lost` money is no longer paid, `waived` no longer owed."""

    dispute: Id
    payment: Id
    outcome: Literal["won", "lost", "accepted", "withdrawn"]
    thawed: tuple[FrozenLot, ...]
    lost: Amount
    lost_tax: Amount
    waived: Amount = 0
    ended: bool
