"""What becomes known of a dispute after it opened, and how it is answered (evidence.md 1, 7, 9).

Processors tell the same thing twice and out of order: what counts is how far the dispute has
come, and only then who spoke last (evidence.md 1.3).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aggregates.approving import approved_by
from aggregates.dispute.events import (
    DisclosureApproved,
    DisputedPart,
    DisputeDue,
    DisputeOpened,
    DisputeUpdated,
    EvidenceSubmitted,
    FundsWithdrawn,
)
from aggregates.dispute.orders import (
    ApproveDisclosure,
    RecordSubmission,
    SignalDispute,
    UpdateDispute,
)
from aggregates.dispute.state import Dispute, rank
from aggregates.subscription.state import Subscription
from aggregates.withdrawing import withdraw
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream
from ledger.ratios import largest_remainder

Contracts = Mapping[str, Subscription]
#: How long before an answer is due its handler is told.
WARNING = timedelta(days=3)
#: What the last to speak knows best, as the order and the dispute name it.
TOLD = ("amount", "reason", "network_reason_code", "case_type", "due_by", "status")


def update_dispute(
    context: Context, order: UpdateDispute, dispute: Dispute, contracts: Contracts
) -> Decision:
    """What is new is recorded; money that is taken only now is posted (row 37)."""
    opened = dispute.opened
    if opened is None:
        return unknown_dispute(order.dispute)
    if dispute.closed is not None:
        return _closed(context, order)
    if _is_stale(context, order, dispute):
        order = order.model_copy(update=dict.fromkeys(TOLD))
    refusal = _may_update(order, opened)
    if refusal is not None:
        return refusal
    parts = _parts(order, opened, contracts)
    news = _news(order, dispute, opened, parts)
    told = [DisputeUpdated(dispute=order.dispute, charge=opened.charge, **news)] if news else []
    name = stream(context.clinic, "dispute", order.dispute)
    events = [NewEvent(name, event) for event in told]
    events += _withdrawn(context, order, opened, parts, contracts)
    withdrawn = opened.funds_withdrawn or bool(order.funds_withdrawn)
    return Decided(tuple(events), {"dispute": order.dispute, "withdrawn": withdrawn})


def _closed(context: Context, order: UpdateDispute) -> Decision:
    """A message that comes late is no mistake; a person is told."""
    if context.role == "service":
        return Decided((), {"dispute": order.dispute, "withdrawn": False})
    return Refused(Code.DUPLICATE, f"Dispute {order.dispute} is closed.", "data.dispute")


def unknown_dispute(dispute: str) -> Refused:
    """The refusal for a dispute that was never opened."""
    return Refused(Code.UNKNOWN_DISPUTE, f"No dispute {dispute}.", "data.dispute")


def _is_stale(context: Context, order: UpdateDispute, dispute: Dispute) -> bool:
    """Whether it tells of a time before what is known."""
    count = dispute.submissions if order.submission_count is None else order.submission_count
    told = (rank(order.status or dispute.status), count)
    known = (rank(dispute.status), dispute.submissions)
    if told != known:
        return told < known
    return dispute.told_at is not None and context.at < dispute.told_at


def _may_update(order: UpdateDispute, opened: DisputeOpened) -> Refused | None:
    if not opened.funds_withdrawn:
        return None
    if order.funds_withdrawn is False:
        return _mismatch("Money comes back when the dispute is closed.", "funds_withdrawn")
    if order.amount is not None and order.amount != opened.amount:
        return _mismatch(f"{opened.amount} was withdrawn; how much is lost is told at the close.")
    if order.fee is not None and order.fee < _fee(opened):
        return _mismatch(f"The fee is {_fee(opened)} and comes back at the close.", "fee")
    return None


def _mismatch(message: str, field: str = "amount") -> Refused:
    return Refused(Code.AMOUNT_MISMATCH, message, f"data.{field}")


def _fee(opened: DisputeOpened) -> int:
    return sum(part.fee for part in opened.parts)


def _parts(
    order: UpdateDispute, opened: DisputeOpened, contracts: Contracts
) -> tuple[DisputedPart, ...]:
    """The amount over the payments of the charge, in their proportion; the fee with the first."""
    amounts = [part.amount for part in opened.parts]
    if order.amount is not None and order.amount != opened.amount:
        paid = [
            contracts[part.sale.subscription].payments[part.payment].amount for part in opened.parts
        ]
        amounts = largest_remainder(order.amount, paid)
    more = 0 if order.fee is None else order.fee - _fee(opened)
    return tuple(
        part.model_copy(update={"amount": amount, "fee": part.fee + (0 if index else more)})
        for index, (part, amount) in enumerate(zip(opened.parts, amounts, strict=True))
    )


def _news(
    order: UpdateDispute,
    dispute: Dispute,
    opened: DisputeOpened,
    parts: tuple[DisputedPart, ...],
) -> dict[str, Any]:
    """The fields that differ from what is known; of the claim only what was not claimed yet,
    because digests of the same words differ.
    """
    known = {name: getattr(opened, name) for name in TOLD if name != "status"}
    known |= {"status": dispute.status}
    told = {name: getattr(order, name) for name in TOLD}
    news = {
        name: value for name, value in told.items() if value is not None and value != known[name]
    }
    claim = {name: text for name, text in order.claim.items() if name not in opened.claim}
    if claim:
        news["claim"] = claim
    if (order.submission_count or 0) > dispute.submissions:
        news["submission_count"] = order.submission_count
    if parts != opened.parts and not opened.funds_withdrawn:
        news["parts"] = parts
    return news


def _withdrawn(
    context: Context,
    order: UpdateDispute,
    opened: DisputeOpened,
    parts: tuple[DisputedPart, ...],
    contracts: Contracts,
) -> list[NewEvent]:
    """The money is taken now, or a fee that nobody told of when it was."""
    name = stream(context.clinic, "dispute", opened.dispute)
    if not opened.funds_withdrawn and order.funds_withdrawn:
        taken = withdraw(context, opened, parts, contracts)
        event = FundsWithdrawn(
            dispute=opened.dispute,
            charge=opened.charge,
            parts=parts,
            cleared=taken.cleared,
            offsets=taken.offsets,
        )
        return [NewEvent(name, event), *taken.frozen]
    if not opened.funds_withdrawn or parts == opened.parts:
        return []
    first = parts[0].model_copy(update={"amount": 0, "fee": parts[0].fee - opened.parts[0].fee})
    event = FundsWithdrawn(dispute=opened.dispute, charge=opened.charge, parts=(first,))
    return [NewEvent(name, event)]


def record_submission(context: Context, order: RecordSubmission, dispute: Dispute) -> Decision:
    """What went to the processor, which is also the log of disclosures (evidence.md 9); most
    processors take one answer, so a final one is the last (evidence.md 0.2).
    """
    if dispute.opened is None:
        return unknown_dispute(order.dispute)
    if dispute.submitted is not None and dispute.submitted.final:
        return Refused(
            Code.DUPLICATE, f"Dispute {order.dispute} has its final answer.", "data.dispute"
        )
    lacking = set(order.fields) - dispute.disclosable(order.submitted_at)
    if lacking:
        return Refused(
            Code.APPROVAL_REQUIRED,
            f"No approval in force covers {', '.join(sorted(lacking))}.",
            "data.fields",
        )
    event = EvidenceSubmitted(
        dispute=order.dispute,
        packet_sha256=order.packet_sha256,
        profile=order.profile,
        submitted_at=order.submitted_at,
        final=order.final,
        fields=order.fields,
        recipient=order.recipient,
    )
    name = stream(context.clinic, "dispute", order.dispute)
    data = {"dispute": order.dispute, "final": order.final}
    return Decided((NewEvent(name, event),), data)


def approve_disclosure(context: Context, order: ApproveDisclosure, dispute: Dispute) -> Decision:
    """Somebody else allows to show more than the minimum, until a day (evidence.md 7)."""
    if order.expires <= context.at:
        return Refused(Code.INVALID, "An approval ends after it was given.", "data.expires")
    if dispute.opened is None:
        return unknown_dispute(order.dispute)
    approver = approved_by(context, order.approver)
    if isinstance(approver, Refused):
        return approver
    event = DisclosureApproved(
        dispute=order.dispute,
        fields=order.fields,
        reason=order.reason,
        approver=approver,
        expires=order.expires,
    )
    name = stream(context.clinic, "dispute", order.dispute)
    data = {"dispute": order.dispute, "fields": list(order.fields)}
    return Decided((NewEvent(name, event),), data)


def warn_from(dispute: Dispute) -> datetime | None:
    """When its handler is to be told that the answer is due; None when there is nothing to tell."""
    opened = dispute.opened
    if opened is None or opened.due_by is None or dispute.closed is not None:
        return None
    if dispute.told == opened.due_by:
        return None
    return max(opened.due_by - WARNING, opened.opened_at)


def signal_dispute(context: Context, order: SignalDispute, dispute: Dispute) -> Decision:
    """Tells once for each due date that the answer is due; nobody answers by themselves."""
    since, opened = warn_from(dispute), dispute.opened
    if since is None or opened is None or opened.due_by is None or context.at < since:
        return Decided((), {"signals": []})
    event = DisputeDue(
        dispute=opened.dispute, charge=opened.charge, amount=opened.amount, due_by=opened.due_by
    )
    name = stream(context.clinic, "dispute", opened.dispute)
    return Decided((NewEvent(name, event),), {"signals": ["DisputeDue"]})
