"""What a request for approval comes to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aggregates.approval.events import (
    ApprovalGiven,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalUsed,
)
from ledger.decider import Decider, impossible
from ledger.events import Recorded

Standing = Literal["open", "approved", "rejected", "used"]


@dataclass(frozen=True, slots=True)
class Approval:
    """`asked_by` and `approved_by` are two people; `by_role` is the role of the second."""

    requested: ApprovalRequested | None = None
    asked_by: str = ""
    approved_by: str = ""
    by_role: str = ""
    standing: Standing = "open"

    def is_over(self, now: datetime) -> bool:
        """Whether its time has run out."""
        return self.requested is not None and now > self.requested.expires


def evolve(state: Approval, recorded: Recorded) -> Approval:
    """The state after one more event."""
    match recorded.event:
        case ApprovalRequested() as requested:
            return Approval(requested, recorded.actor)
        case ApprovalGiven():
            return replace(
                state,
                approved_by=recorded.actor,
                by_role=recorded.role,
                standing="approved",
            )
        case ApprovalRejected():
            return replace(state, standing="rejected")
        case ApprovalUsed():
            return replace(state, standing="used")
        case other:
            raise impossible("approval", other)


APPROVAL: Decider[Approval] = Decider(Approval(), evolve)
