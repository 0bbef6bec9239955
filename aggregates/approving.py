"""Approval: approver and requester are two people (reliability.md 6.7)."""

from ledger.codes import Code, Refused
from ledger.decider import Context


def approved_by(context: Context, approver: str | None) -> str | Refused:
    """Who approved a command that demands it; a refusal when nobody else did."""
    if approver is None:
        return Refused(Code.APPROVAL_REQUIRED, "Someone else must approve this.", "data.approver")
    if approver == context.actor:
        return Refused(
            Code.APPROVAL_REQUIRED, "Approver and requester are two people.", "data.approver"
        )
    return approver
