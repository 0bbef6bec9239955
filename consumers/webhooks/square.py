"""Square's disputes: `dispute.created`, `dispute.state.updated` and their kin (evidence.md 3.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregates.dispute.events import Status
from consumers.webhooks.disputes import Line, NotReadable, Told, commands_for
from consumers.webhooks.verify import base64_mark

_REASONS = {
    "AMOUNT_DIFFERS": "general",
    "CANCELLED": "subscription_canceled",
    "DUPLICATE": "duplicate",
    "NO_KNOWLEDGE": "fraudulent",
    "NOT_AS_DESCRIBED": "product_unacceptable",
    "NOT_RECEIVED": "product_not_received",
    "PAID_BY_OTHER_MEANS": "duplicate",
    "CUSTOMER_REQUESTS_CREDIT": "credit_not_processed",
    "EMV_LIABILITY_SHIFT": "fraudulent",
}
_STATES: dict[str, Status] = {
    "INQUIRY_EVIDENCE_REQUIRED": "warning_needs_response",
    "INQUIRY_PROCESSING": "warning_under_review",
    "EVIDENCE_REQUIRED": "needs_response",
    "PROCESSING": "under_review",
}
_ENDS = {"WON": "won", "LOST": "lost", "ACCEPTED": "accepted", "INQUIRY_CLOSED": "withdrawn"}


def verified(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], _: datetime) -> bool:
    """Whether a key signed the address we gave to Square and the raw bytes.

    A secret is the key, a space, and that address: Square signs both, and no time.
    """
    mark = headers.get("x-square-hmacsha256-signature", "")
    pairs = [secret.partition(" ") for secret in secrets]
    found = [base64_mark(mark, place.encode() + raw, [key.encode()]) for key, _, place in pairs]
    return any(found)


def commands_of(payload: Mapping[str, Any]) -> list[Line]:
    """The commands of an event; none for one that is not about a dispute; raises NotReadable."""
    if not str(payload.get("type", "")).startswith("dispute."):
        return []
    try:
        return commands_for(_told(payload, payload["data"]["object"]["dispute"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise NotReadable(f"no Square dispute: {error}") from None


def _told(event: Mapping[str, Any], dispute: Mapping[str, Any]) -> Told:
    state = dispute["state"]
    inquiry = state.startswith("INQUIRY_")
    return Told(
        processor="square",
        event=event["event_id"],
        at=dispute.get("updated_at") or event["created_at"],
        dispute=dispute.get("id") or dispute["dispute_id"],
        charge=dispute["disputed_payment"]["payment_id"],
        amount=dispute["amount_money"]["amount"],
        currency=dispute["amount_money"]["currency"],
        reason=_REASONS.get(dispute["reason"], "general"),
        opened_at=dispute["created_at"],
        case_type="inquiry" if inquiry else "chargeback",
        due_by=dispute.get("due_at"),
        status=_STATES.get(state),
        withdrawn=not inquiry,
        outcome=_ENDS.get(state),
    )
