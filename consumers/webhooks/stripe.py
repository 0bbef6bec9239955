"""Stripe's events as commands: payments of our contracts, and disputes of their charges.

A payment is ours when its metadata name a `subscription`; all other events are none of ours.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from consumers.webhooks import stripe_disputes
from consumers.webhooks.disputes import Line, NotReadable


def commands_of(event: Mapping[str, Any]) -> list[Line]:
    """The commands of an event without a clinic; none for an event that is none of ours.

    Raises NotReadable for one that is not as Stripe documents it.
    """
    if str(event.get("type", "")).startswith(stripe_disputes.EVENTS):
        return stripe_disputes.commands_of(event)
    try:
        made = _COMMANDS.get(event["type"])
        found = None if made is None else made(event["data"]["object"], event)
        return [] if found is None else [_line(event, *found)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"no Stripe event: {type(error).__name__}") from None


def _line(event: Mapping[str, Any], command: str, data: Line) -> Line:
    return {
        "command": command,
        "id": event["id"],
        "at": datetime.fromtimestamp(event["created"], UTC).isoformat(),
        "actor": {"id": "stripe", "role": "service"},
        "source": {"system": "stripe", "record": event["id"]},
        "data": {name: value for name, value in data.items() if value is not None},
    }


def _paid(intent: Line, _: Mapping[str, Any]) -> tuple[str, Line] | None:
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


def _declined(intent: Line, event: Mapping[str, Any]) -> tuple[str, Line] | None:
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


_COMMANDS: dict[str, Callable[[Line, Mapping[str, Any]], tuple[str, Line] | None]] = {
    "payment_intent.succeeded": _paid,
    "payment_intent.payment_failed": _declined,
}
