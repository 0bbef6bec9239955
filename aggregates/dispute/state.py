"""What a dispute's history comes to."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import get_args

from aggregates.dispute.events import (
    DisclosureApproved,
    DisputeClosed,
    DisputedPart,
    DisputeDue,
    DisputeOpened,
    DisputeUpdated,
    EvidenceSubmitted,
    FundsWithdrawn,
    Status,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded

_STATUSES: tuple[Status, ...] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Dispute:
    """`opened` holds what is known of the dispute by now, as if it had been known from the first
    day; `told` is the due date that was signalled last, `told_at` when somebody spoke last.
    `closed` is how it ended last, `closed_at` when; `lost_first` what a late win reversed.
    """

    opened: DisputeOpened | None = None
    opened_on: date | None = None
    closed: DisputeClosed | None = None
    closed_at: datetime | None = None
    lost_first: DisputeClosed | None = None
    told: datetime | None = None
    status: Status = "needs_response"
    submissions: int = 0
    told_at: datetime | None = None
    submitted: EvidenceSubmitted | None = None
    approvals: tuple[DisclosureApproved, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether the answer is given, so that no other one counts (evidence.md 0.2)."""
        final = self.submitted is not None and self.submitted.final
        return final or self.status in ("under_review", "warning_under_review")

    def disclosable(self, at: datetime) -> set[str]:
        """The facts beyond the minimum that may be shown at a time."""
        return {field for item in self.approvals if item.expires > at for field in item.fields}


def rank(status: Status) -> int:
    """How far a dispute in that status has come; it never goes back."""
    return _STATUSES.index(status)


def evolve(state: Dispute, recorded: Recorded) -> Dispute:
    """The state after one more event."""
    match recorded.event:
        case DisputeOpened() as opened:
            return _opened(state, opened, recorded)
        case DisputeUpdated() as updated:
            return _updated(state, updated, recorded)
        case FundsWithdrawn() as taken:
            return _withdrawn(state, taken)
        case DisputeClosed() as closed:
            return replace(
                state, closed=closed, closed_at=recorded.effective_at, lost_first=state.closed
            )
        case DisputeDue(due_by=due_by):
            return replace(state, told=due_by)
        case EvidenceSubmitted() as submitted:
            return replace(state, submitted=submitted)
        case DisclosureApproved() as approved:
            return replace(state, approvals=(*state.approvals, approved))
        case other:
            raise impossible("dispute", other)


def _opened(state: Dispute, opened: DisputeOpened, recorded: Recorded) -> Dispute:
    return replace(
        state,
        opened=opened,
        opened_on=recorded.effective_on,
        status="warning_needs_response" if opened.case_type == "inquiry" else "needs_response",
        told_at=recorded.effective_at,
    )


def _updated(state: Dispute, told: DisputeUpdated, recorded: Recorded) -> Dispute:
    assert state.opened is not None
    names = ("amount", "reason", "network_reason_code", "case_type", "due_by")
    news = {name: value for name in names if (value := getattr(told, name)) is not None}
    if told.parts:
        news["parts"] = told.parts
    news["claim"] = state.opened.claim | told.claim
    return replace(
        state,
        opened=state.opened.model_copy(update=news),
        status=told.status or state.status,
        submissions=told.submission_count or state.submissions,
        told_at=recorded.effective_at,
    )


def _withdrawn(state: Dispute, taken: FundsWithdrawn) -> Dispute:
    """All of it, or a fee more."""
    assert state.opened is not None
    parts = taken.parts
    if state.opened.funds_withdrawn:
        parts = _added(state.opened.parts, taken.parts)
    news = {
        "funds_withdrawn": True,
        "parts": parts,
        "cleared": (*state.opened.cleared, *taken.cleared),
        "offsets": (*state.opened.offsets, *taken.offsets),
    }
    return replace(state, opened=state.opened.model_copy(update=news))


def _added(
    parts: tuple[DisputedPart, ...], more: tuple[DisputedPart, ...]
) -> tuple[DisputedPart, ...]:
    fees = {part.payment: part.fee for part in more}
    return tuple(
        part.model_copy(update={"fee": part.fee + fees.get(part.payment, 0)}) for part in parts
    )


DISPUTE: Decider[Dispute] = Decider(Dispute(), evolve)
