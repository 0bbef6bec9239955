"""Approval asked for beforehand: one person asks, another decides, the command follows
(interfaces.md 4; reliability.md 6.7, B25).
"""

from datetime import timedelta

from aggregates.approval.events import (
    ApprovalGiven,
    ApprovalRejected,
    ApprovalRequested,
    ApprovalUsed,
)
from aggregates.approval.orders import Approve, Reject, RequestApproval
from aggregates.approval.state import Approval
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import Event, NewEvent
from ledger.ids import stream

LASTS = timedelta(days=7)


def request_approval(context: Context, order: RequestApproval, existing: Approval) -> Decision:
    """Asks for approval of a command; it is bound to that content to the letter."""
    if existing.requested is not None:
        return Refused(Code.DUPLICATE, f"Request {order.request} is there.", "data.request")
    expires = order.expires or context.now + LASTS
    if expires <= context.now:
        return Refused(Code.INVALID, "It would be over before it began.", "data.expires")
    requested = ApprovalRequested(
        request=order.request,
        command=order.command.command,
        content=order.command.content,
        expires=expires,
    )
    answer = {"request": order.request, "expires": expires.isoformat()}
    return Decided((_on(context, order.request, requested),), answer)


def approve(context: Context, order: Approve, state: Approval) -> Decision:
    """Approves it; approver and requester are two people."""
    refusal = _not_open(context, order.request, state)
    if refusal is not None:
        return refusal
    if state.asked_by == context.actor:
        problem = "Approver and requester are two people."
        return Refused(Code.APPROVAL_REQUIRED, problem, "actor.id")
    given = ApprovalGiven(request=order.request)
    return _decided(context, order.request, given, "approved")


def reject(context: Context, order: Reject, state: Approval) -> Decision:
    """Refuses it for good; whoever asked may take it back in the same way."""
    refusal = _not_open(context, order.request, state)
    if refusal is not None:
        return refusal
    rejected = ApprovalRejected(request=order.request, reason=order.reason)
    return _decided(context, order.request, rejected, "rejected")


def unusable(context: Context, state: Approval, field: str) -> Refused | None:
    """Why a command cannot be sent with this approval now."""
    if state.standing == "used":
        return Refused(Code.DUPLICATE, "The approval was used; ask for another one.", field)
    if state.standing != "approved":
        problem = f"The request is {state.standing}, not approved."
        return Refused(Code.APPROVAL_REQUIRED, problem, field)
    if state.is_over(context.now):
        return Refused(Code.EXPIRED, "The approval has expired; ask for another one.", field)
    if state.asked_by != context.actor:
        return Refused(Code.APPROVAL_REQUIRED, "It was approved for who asked for it.", field)
    return None


def used(context: Context, request: str) -> NewEvent:
    """The approval has served."""
    return _on(context, request, ApprovalUsed(request=request))


def _not_open(context: Context, request: str, state: Approval) -> Refused | None:
    if state.requested is None:
        return Refused(Code.INVALID, f"No request {request}.", "data.request")
    if state.standing != "open":
        return Refused(Code.DUPLICATE, f"Request {request} is {state.standing}.", "data.request")
    if state.is_over(context.now):
        return Refused(Code.EXPIRED, f"Request {request} has expired.", "data.request")
    return None


def _decided(context: Context, request: str, event: Event, standing: str) -> Decided:
    return Decided((_on(context, request, event),), {"request": request, "standing": standing})


def _on(context: Context, request: str, event: Event) -> NewEvent:
    return NewEvent(stream(context.clinic, "approval", request), event)
