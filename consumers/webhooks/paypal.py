"""PayPal's disputes: `CUSTOMER.DISPUTE.CREATED`, `UPDATED`, `RESOLVED` (evidence.md 3.2).

PayPal signs with a certificate that is fetched by address, or answers whether a message was its
own; both need its network. So there is no `verified` here: whoever holds that answer passes the
message on to the stream of payment events.
"""

from collections.abc import Mapping
from typing import Any

from aggregates.dispute.events import Status
from consumers.webhooks.disputes import Line, NotReadable, Told, commands_for
from ledger.money import parse_major

_REASONS = {
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": "product_not_received",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": "product_unacceptable",
    "UNAUTHORISED": "fraudulent",
    "CREDIT_NOT_PROCESSED": "credit_not_processed",
    "DUPLICATE_TRANSACTION": "duplicate",
    "INCORRECT_AMOUNT": "general",
    "PAYMENT_BY_OTHER_MEANS": "duplicate",
    "CANCELED_RECURRING_BILLING": "subscription_canceled",
    "PROBLEM_WITH_REMITTANCE": "general",
}
_ANSWERED = frozenset({"WAITING_FOR_BUYER_RESPONSE", "UNDER_REVIEW"})
_ENDS = {
    "RESOLVED_BUYER_FAVOUR": "lost",
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_WITH_PAYOUT": "won",
    "CANCELED_BY_BUYER": "withdrawn",
    "ACCEPTED": "accepted",
    "DENIED": "won",
}


def commands_of(payload: Mapping[str, Any]) -> list[Line]:
    """The commands of an event; none for one that is not about a dispute; raises NotReadable."""
    if not str(payload.get("event_type", "")).startswith("CUSTOMER.DISPUTE."):
        return []
    try:
        return commands_for(_told(payload, payload["resource"]))
    except (TypeError, AttributeError, LookupError, ValueError) as error:
        raise NotReadable(f"no PayPal dispute: {error}") from None


def _told(event: Mapping[str, Any], dispute: Mapping[str, Any]) -> Told:
    amount = dispute["dispute_amount"]
    inquiry = dispute["dispute_life_cycle_stage"] == "INQUIRY"
    result = dispute.get("dispute_outcome") or {}
    outcome = _ENDS.get(result.get("outcome_code", ""))
    refunded = result.get("amount_refunded")
    return Told(
        processor="paypal",
        event=event["id"],
        at=dispute.get("update_time") or event["create_time"],
        dispute=dispute["dispute_id"],
        charge=dispute["disputed_transactions"][0]["seller_transaction_id"],
        amount=parse_major(amount["value"], amount["currency_code"]),
        currency=amount["currency_code"],
        reason=_REASONS.get(dispute["reason"], "general"),
        opened_at=dispute["create_time"],
        case_type="inquiry" if inquiry else "chargeback",
        due_by=dispute.get("seller_response_due_date"),
        status=_status(dispute["status"], inquiry=inquiry),
        withdrawn=not inquiry,
        outcome=outcome,
        lost=_part(refunded, outcome),
    )


def _status(status: str, *, inquiry: bool) -> Status:
    if status in _ANSWERED:
        return "warning_under_review" if inquiry else "under_review"
    return "warning_needs_response" if inquiry else "needs_response"


def _part(refunded: Mapping[str, Any] | None, outcome: str | None) -> int | None:
    """What went back to the buyer, where that may be less than he asked."""
    if refunded is None or outcome not in ("lost", "accepted"):
        return None
    return parse_major(refunded["value"], refunded["currency_code"])
