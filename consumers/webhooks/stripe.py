"""Stripe's events as commands: payments of our contracts, and disputes of their charges.

A payment is ours when its metadata name a `subscription`; all other events are none of ours.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Line = dict[str, Any]
_CLOSED = {"won": "won", "lost": "lost", "warning_closed": "withdrawn"}
_INQUIRY = "warning_"


def command_of(event: dict[str, Any]) -> Line | None:
    """The command without clinic and actor; None for an event that is none of ours.

    Raises KeyError, TypeError and ValueError for one that is not as Stripe documents it.
    """
    made = _COMMANDS.get(event["type"])
    found = None if made is None else made(event["data"]["object"], event)
    if found is None:
        return None
    command, data = found
    return {
        "command": command,
        "id": event["id"],
        "at": _time(event["created"]),
        "source": {"system": "stripe", "record": event["id"]},
        "data": {name: value for name, value in data.items() if value is not None},
    }


def _paid(intent: Line, _: Line) -> tuple[str, Line] | None:
    subscription = (intent.get("metadata") or {}).get("subscription")
    if subscription is None:
        return None
    return "record_payment", {
        "subscription": subscription,
        "payment": intent["id"],
        "amount": intent["amount_received"],
        "currency": intent["currency"].upper(),
        "tender": "card",
        "charge": intent.get("latest_charge"),
        "intent": intent["id"],
        "processor": "stripe",
    }


def _declined(intent: Line, event: Line) -> tuple[str, Line] | None:
    subscription = (intent.get("metadata") or {}).get("subscription")
    if subscription is None:
        return None
    problem = intent.get("last_payment_error") or {}
    return "record_payment_failure", {
        "subscription": subscription,
        "attempt": event["id"],
        "amount": intent["amount"],
        "code": problem.get("decline_code") or problem.get("code") or "unknown",
    }


def _disputed(dispute: Line, _: Line) -> tuple[str, Line]:
    moved = dispute.get("balance_transactions") or []
    due = (dispute.get("evidence_details") or {}).get("due_by")
    inquiry = dispute["status"].startswith(_INQUIRY)
    return "open_dispute", {
        "dispute": dispute["id"],
        "charge": dispute["charge"],
        "amount": dispute["amount"],
        "currency": dispute["currency"].upper(),
        "reason": dispute["reason"],
        "network_reason_code": dispute.get("network_reason_code"),
        "case_type": "inquiry" if inquiry else "chargeback",
        "opened_at": _time(dispute["created"]),
        "due_by": None if due is None else _time(due),
        "fee": sum(transaction["fee"] for transaction in moved),
        "funds_withdrawn": bool(moved),
    }


def _settled(dispute: Line, _: Line) -> tuple[str, Line]:
    return "close_dispute", {"dispute": dispute["id"], "outcome": _CLOSED[dispute["status"]]}


_COMMANDS: dict[str, Callable[[Line, Line], tuple[str, Line] | None]] = {
    "payment_intent.succeeded": _paid,
    "payment_intent.payment_failed": _declined,
    "charge.dispute.created": _disputed,
    "charge.dispute.closed": _settled,
}


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
