"""What can happen to a dispute of a card charge (accounting.md 8.5, evidence.md 1)."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from aggregates.values import ContractShare, Digest, SaleDimensions, Sha256, Word
from ledger.events import Event, Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount

CaseType = Literal["inquiry", "chargeback", "compliance", "resolution", "block"]
#: What a packet's manifest names as its profile: the minimum, or that with fields and approvers.
Profile = Annotated[
    str,
    StringConstraints(pattern=r"^issuer_min( \+ [a-z_., ]{1,400} \(approved by [^()]{1,400}\))?$"),
]
#: How far an open dispute has come (evidence.md 1.2); how it ends is told by closing it.
Status = Literal["warning_needs_response", "warning_under_review", "needs_response", "under_review"]


class DisputedPart(Frozen):
    """The part of the disputed amount, and of its fee, that concerns one contract."""

    sale: SaleDimensions
    payment: Id
    amount: Amount
    fee: Amount


class ClosedPart(Frozen):
    """What one contract lost and got back: `lost` = tax + its shares + `delivered` + `deposit`,
    which was money without a contract (accounting.md 2).
    """

    sale: SaleDimensions
    payment: Id
    lost: Amount
    tax: Amount
    delivered: Amount
    returned: Amount
    fee_returned: Amount
    deposit: Amount = 0


class OffsetPart(Frozen):
    """What is set off against a contract while its money is disputed: `amount` = tax + its
    shares + `delivered` + `deposit`, as if it were lost on the day the dispute opens; or what
    a loss took and a late win brings back.
    """

    sale: SaleDimensions
    payment: Id
    amount: Amount
    tax: Amount
    delivered: Amount
    deposit: Amount = 0


class DisputeOpened(Event):
    """Nothing is posted while the processor has not taken the money (inquiries).

    Of contracts under `dispute_model: contra_on_open`, `offsets` and `cleared` are what is
    taken from revenue, tax and liability until the dispute is closed.
    """

    dispute: Id
    charge: Id
    amount: PositiveAmount
    currency: str
    reason: Word
    network_reason_code: Word | None = None
    case_type: CaseType = "chargeback"
    opened_at: AwareDatetime
    due_by: AwareDatetime | None = None
    funds_withdrawn: bool
    parts: tuple[DisputedPart, ...]
    claim: dict[str, Digest] = {}
    cleared: tuple[ContractShare, ...] = ()
    offsets: tuple[OffsetPart, ...] = ()


class DisputeUpdated(Event):
    """What became known since; what is not said is as before. `parts` are new with the amount or
    the fee, as long as nothing is withdrawn.
    """

    dispute: Id
    charge: Id
    status: Status | None = None
    amount: PositiveAmount | None = None
    reason: Word | None = None
    network_reason_code: Word | None = None
    case_type: CaseType | None = None
    due_by: AwareDatetime | None = None
    submission_count: Amount | None = None
    claim: dict[str, Digest] = {}
    parts: tuple[DisputedPart, ...] = ()


class FundsWithdrawn(Event):
    """The processor took the money after the dispute was opened, or a further fee (row 37)."""

    dispute: Id
    charge: Id
    parts: tuple[DisputedPart, ...]
    cleared: tuple[ContractShare, ...] = ()
    offsets: tuple[OffsetPart, ...] = ()


class EvidenceSubmitted(Event):
    """What went to the processor; `fields` are those beyond the minimum that were shown."""

    dispute: Id
    packet_sha256: Sha256
    profile: Profile
    submitted_at: AwareDatetime
    final: bool
    fields: tuple[Word, ...] = ()
    recipient: Word = "processor"


class DisclosureApproved(Event):
    """Fields that may be shown beyond the minimum, for this dispute and until then."""

    dispute: Id
    fields: tuple[Word, ...]
    reason: Digest
    approver: Id
    expires: AwareDatetime


class DisputeDue(Event):
    """The answer to a dispute is due soon; told once for each due date (product.md 114)."""

    dispute: Id
    charge: Id
    amount: PositiveAmount
    due_by: AwareDatetime


class DisputeClosed(Event):
    """Lost money is tax, undelivered (`shares`) or delivered; the rest comes back (row 39).

    What was set off when it was opened comes back first (`cleared`, `offsets`). One that is won
    after it was lost brings back what the loss took (`regained`, `recovered`).
    """

    dispute: Id
    charge: Id
    outcome: Literal["won", "lost", "accepted", "withdrawn"]
    shares: tuple[ContractShare, ...]
    parts: tuple[ClosedPart, ...]
    cleared: tuple[ContractShare, ...] = ()
    offsets: tuple[OffsetPart, ...] = ()
    regained: tuple[ContractShare, ...] = ()
    recovered: tuple[OffsetPart, ...] = ()
