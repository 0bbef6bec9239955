"""What a dispute can be asked to do: the data of its commands (interfaces.md 4)."""

from typing import Annotated, Literal

from pydantic import Field

from aggregates.dispute.events import CaseType, Profile, Status
from aggregates.values import Digest, Word
from ledger.calendar import Moment
from ledger.events import Frozen
from ledger.ids import Id
from ledger.money import Amount, PositiveAmount
from ledger.personal import FreeText, Marked

#: What the cardholder states, by the names of evidence.md 1.4.
Claim = Annotated[dict[Word, str], Marked(400), Field(max_length=40)]
#: The facts an issuer may be shown only with an approval (evidence.md 7).
Disclosable = Literal[
    "claim.text", "communications.summary", "sale.description", "sale.name", "visits.service"
]


class OpenDispute(Frozen):
    dispute: Id
    charge: Id
    amount: PositiveAmount
    currency: str | None = None
    reason: Word
    network_reason_code: Word | None = None
    case_type: CaseType = "chargeback"
    opened_at: Moment
    due_by: Moment | None = None
    fee: Amount = 0
    funds_withdrawn: bool | None = None
    claim: Claim = {}

    @property
    def withdrawn(self) -> bool:
        """Whether the processor took the money; by default it did, unless it only inquires."""
        if self.funds_withdrawn is None:
            return self.case_type != "inquiry"
        return self.funds_withdrawn


class UpdateDispute(Frozen):
    dispute: Id
    status: Status | None = None
    amount: PositiveAmount | None = None
    reason: Word | None = None
    network_reason_code: Word | None = None
    case_type: CaseType | None = None
    due_by: Moment | None = None
    fee: Amount | None = None
    funds_withdrawn: bool | None = None
    submission_count: Amount | None = None
    claim: Claim = {}


class RecordSubmission(Frozen):
    dispute: Id
    packet_sha256: Digest
    profile: Profile
    submitted_at: Moment
    final: bool = True
    fields: Annotated[tuple[Disclosable, ...], Field(max_length=40)] = ()
    recipient: Word = "processor"


class ApproveDisclosure(Frozen):
    dispute: Id
    fields: Annotated[tuple[Disclosable, ...], Field(min_length=1, max_length=40)]
    reason: FreeText
    approver: Id | None = None
    expires: Moment


class SignalDispute(Frozen):
    dispute: Id


class CloseDispute(Frozen):
    dispute: Id
    outcome: Literal["won", "lost", "accepted", "withdrawn"]
    amount: PositiveAmount | None = None
    fee_returned: bool = False
