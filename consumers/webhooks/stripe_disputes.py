"""Stripe's dispute object (evidence.md 1.1 to 1.3): what stands in it counts, not the event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from aggregates.dispute.events import CaseType, Status
from consumers.webhooks.disputes import Line, NotReadable, Told, commands_for, moment
from consumers.webhooks.verify import timed_mark

EVENTS = "charge.dispute."
_ENDS = {"won": "won", "lost": "lost", "warning_closed": "withdrawn", "prevented": "withdrawn"}
_STATUSES = frozenset(get_args(Status))
_CASES = frozenset(get_args(CaseType))


def verified(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of the secrets signed the raw bytes within five minutes of now."""
    return timed_mark(headers.get("stripe-signature", ""), raw, secrets, now)


def commands_of(payload: Mapping[str, Any]) -> list[Line]:
    """The commands of an event; none for one that is not about a dispute.

    Raises NotReadable for an event that is not as Stripe documents it.
    """
    if not str(payload.get("type", "")).startswith(EVENTS):
        return []
    try:
        return commands_for(_told(payload, payload["data"]["object"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise NotReadable(f"no Stripe dispute: {error}") from None


def _told(event: Mapping[str, Any], dispute: Mapping[str, Any]) -> Told:
    details = dispute.get("evidence_details") or {}
    card = (dispute.get("payment_method_details") or {}).get("card") or {}
    moved = dispute.get("balance_transactions") or []
    taken = [item for item in moved if item["amount"] < 0]
    back = sum(item["amount"] for item in moved if item["amount"] > 0)
    status = dispute["status"]
    outcome = _ENDS.get(status)
    withdrawn = bool(taken) or event["type"] == f"{EVENTS}funds_withdrawn"
    return Told(
        processor="stripe",
        event=event["id"],
        at=moment(event["created"]),
        dispute=dispute["id"],
        charge=dispute["charge"],
        amount=dispute["amount"],
        currency=dispute["currency"].upper(),
        reason=dispute["reason"],
        opened_at=moment(dispute["created"]),
        case_type=_case(card.get("case_type"), status),
        network_reason_code=card.get("network_reason_code") or None,
        due_by=moment(details["due_by"]) if details.get("due_by") else None,
        status=status if status in _STATUSES else None,
        fee=sum(item["fee"] for item in taken) if taken else None,
        withdrawn=withdrawn,
        submission_count=details.get("submission_count"),
        outcome=outcome,
        lost=dispute["amount"] - back if outcome == "lost" and back else None,
        fee_returned=outcome == "won" and any(item["fee"] < 0 for item in moved),
    )


def _case(given: str | None, status: str) -> CaseType:
    if given in _CASES:
        return given  # type: ignore[return-value]
    return "inquiry" if status.startswith("warning_") else "chargeback"
