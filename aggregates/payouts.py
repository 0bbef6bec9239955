"""Payouts: a processor's batch reaches the bank, and its parts explain it (accounting.md 15.7)."""

from collections.abc import Mapping

from aggregates.dispute.state import Dispute
from aggregates.payment.state import Payment, Refund
from aggregates.payout.events import PayoutRecorded
from aggregates.payout.orders import RecordPayout
from aggregates.payout.state import Payout
from ledger.codes import Code, Refused
from ledger.decider import Context, Decided, Decision
from ledger.events import NewEvent
from ledger.ids import stream

CLEARED = ("card", "ach", "financing")


def record_payout(
    context: Context,
    order: RecordPayout,
    existing: Payout,
    payments: Mapping[str, Payment],
    refunds: Mapping[str, Refund],
    disputes: Mapping[str, Dispute],
) -> Decision:
    """Records the batch; what its parts do not explain is `unmatched` and blocks the close."""
    if existing.recorded is not None:
        return Refused(Code.DUPLICATE, f"Payout {order.payout} is recorded.", "data.payout")
    explained = (
        sum(_payment(payment) for payment in payments.values())
        - sum(_refund(refund) for refund in refunds.values())
        - sum(_dispute(dispute) for dispute in disputes.values())
        - order.fees
    )
    recorded = PayoutRecorded(
        payout=order.payout,
        amount=order.amount,
        fees=order.fees,
        payments=order.payments,
        refunds=order.refunds,
        disputes=order.disputes,
        unmatched=order.amount - explained,
    )
    name = stream(context.clinic, "payout", order.payout)
    data = {"payout": order.payout, "unmatched": recorded.unmatched}
    return Decided((NewEvent(name, recorded),), data)


def unknown_part(
    order: RecordPayout,
    payments: Mapping[str, Payment],
    refunds: Mapping[str, Refund],
    disputes: Mapping[str, Dispute],
) -> Refused | None:
    """The first part the ledger does not know, as a refusal."""
    for index, payment in enumerate(order.payments):
        if payments[payment].registered is None:
            return Refused(
                Code.UNKNOWN_PAYMENT, f"No payment {payment}.", f"data.payments[{index}]"
            )
    for index, refund in enumerate(order.refunds):
        if refunds[refund].registered is None:
            return Refused(Code.UNKNOWN_REFUND, f"No refund {refund}.", f"data.refunds[{index}]")
    for index, dispute in enumerate(order.disputes):
        if disputes[dispute].opened is None:
            return Refused(
                Code.UNKNOWN_DISPUTE, f"No dispute {dispute}.", f"data.disputes[{index}]"
            )
    return None


def _payment(payment: Payment) -> int:
    registered = payment.registered
    if registered is None or registered.tender not in CLEARED:
        return 0
    return registered.amount - registered.fee


def _refund(refund: Refund) -> int:
    parts = refund.registered.payments if refund.registered is not None else ()
    return sum(part.amount for part in parts if part.tender in CLEARED)


def _dispute(dispute: Dispute) -> int:
    """What a dispute took from the batch: withdrawn and fee, less what came back."""
    if dispute.opened is None or not dispute.opened.funds_withdrawn:
        return 0
    taken = sum(part.amount + part.fee for part in dispute.opened.parts)
    closed = dispute.closed.parts if dispute.closed is not None else ()
    return taken - sum(part.returned + part.fee_returned for part in closed)
