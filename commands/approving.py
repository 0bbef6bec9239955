"""Approval asked for beforehand, and a command that is sent with it (interfaces.md 4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from aggregates import requesting
from aggregates.approval.orders import Approve, Reject, RequestApproval
from aggregates.approval.state import APPROVAL, Approval
from commands.desk import Desk
from commands.envelope import Envelope
from commands.permissions import RIGHTS, SERVICE
from commands.spec import Reads, Spec
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision


def request_approval(desk: Desk, context: Context, order: RequestApproval) -> Decision:
    right = RIGHTS.get(order.command.command)
    if right is None:
        return Refused(Code.INVALID, f"No command {order.command.command}.", "data.command.command")
    if context.role not in right.may | right.asks:
        problem = f"The role {context.role} may not send {order.command.command}."
        return Refused(Code.FORBIDDEN, problem, "actor.role")
    return requesting.request_approval(context, order, desk.approval(order.request))


def approve(desk: Desk, context: Context, order: Approve) -> Decision:
    state = desk.approval(order.request)
    return _beyond(context, state) or requesting.approve(context, order, state)


def reject(desk: Desk, context: Context, order: Reject) -> Decision:
    state = desk.approval(order.request)
    refusal = None if state.asked_by == context.actor else _beyond(context, state)
    return refusal or requesting.reject(context, order, state)


def _beyond(context: Context, state: Approval) -> Refused | None:
    """Whether the role may not decide about such a command: it must be one that acts alone."""
    if state.requested is None or context.role in RIGHTS[state.requested.command].may - {SERVICE}:
        return None
    problem = f"The role {context.role} may not approve {state.requested.command}."
    return Refused(Code.FORBIDDEN, problem, "actor.role")


def with_requests(desk: Desk, context: Context, envelope: Envelope, decision: Decision) -> Decision:
    """The decision; where its approver is a request, that one must hold, and is used up by it."""
    if isinstance(decision, Refused):
        return decision
    people: list[str] = []
    for field, name in _approvers(envelope.data):
        state = desk.approval(name)
        if state.requested is None:
            people.append(name)
            continue
        refusal = requesting.unusable(context, state, field)
        if refusal is None and not _is_for(desk, state, envelope):
            problem = "Another command was approved than this one."
            refusal = Refused(Code.APPROVAL_REQUIRED, problem, field)
        if refusal is not None:
            return refusal
        people.append(state.approved_by)
        decision = _using(context, name, decision)
    if len(set(people)) < len(people):
        return Refused(Code.APPROVAL_REQUIRED, "Each approver counts once.", "data.approvers")
    return decision


def _using(context: Context, request: str, decision: Decided) -> Decided:
    return replace(decision, events=(*decision.events, requesting.used(context, request)))


def _approvers(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The approvers that a command names, each with its field."""
    one, many = data.get("approver"), data.get("approvers")
    if isinstance(one, str):
        yield "data.approver", one
    for number, name in enumerate(many or ()):
        yield f"data.approvers[{number}]", name


def _is_for(desk: Desk, state: Approval, envelope: Envelope) -> bool:
    """Whether the command is the approved one; what was erased meanwhile approves nothing."""
    assert state.requested is not None
    kept = desk.workspace.text(state.requested.content)
    if kept is None:
        return False
    approved: dict[str, Any] = orjson.loads(kept)
    sent = envelope.model_dump(mode="json", exclude_none=True)
    sent["data"] = _without_approvers(envelope.data)
    if "at" in approved and _moment(approved["at"]) == envelope.at:
        sent["at"] = approved["at"]  # however its offset is written
    return all(sent.get(name) == value for name, value in approved.items())


def _without_approvers(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in {"approver", "approvers"}}


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).upper())
    except ValueError:
        return None


def _approval(desk: Desk, order: RequestApproval | Approve | Reject) -> Reads:
    return ((APPROVAL, desk.name("approval", order.request)),)


SPECS = (
    Spec("request_approval", RequestApproval, request_approval, _approval),
    Spec("approve", Approve, approve, _approval),
    Spec("reject", Reject, reject, _approval),
)
