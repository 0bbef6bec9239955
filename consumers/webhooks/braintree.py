"""Braintree's dispute notifications: a form with a signed, base64-encoded XML (evidence.md 3.2)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from aggregates.dispute.events import Status
from consumers.webhooks.disputes import Line, NotReadable, Told, commands_for
from consumers.webhooks.verify import same
from ledger.money import parse_major

_REASONS = {
    "cancelled_recurring_transaction": "subscription_canceled",
    "credit_not_processed": "credit_not_processed",
    "duplicate": "duplicate",
    "fraud": "fraudulent",
    "not_recognized": "unrecognized",
    "product_not_received": "product_not_received",
    "product_unsatisfactory": "product_unacceptable",
}
_STATUSES: dict[str, Status] = {
    "open": "needs_response",
    "disputed": "under_review",
    "under_review": "under_review",
}
_ENDS = {
    "won": "won",
    "lost": "lost",
    "accepted": "accepted",
    "auto_accepted": "accepted",
    "expired": "lost",
}
#: A day without a time ends with it, by the processor's calendar.
_END_OF_DAY = "T23:59:59Z"


def verified(
    _headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], _now: datetime
) -> bool:
    """Whether a secret signed the payload; a secret is the public key, a space, the private key.

    Braintree signs no time with it; a message sent again records nothing again.
    """
    signature, payload = _form(raw)
    marks = dict(pair.split("|", 1) for pair in signature.split("&") if "|" in pair)
    pairs = [secret.split(" ", 1) for secret in secrets if " " in secret]
    found = [same([marks.get(name, "")], [_mark(key, payload)]) for name, key in pairs]
    return any(found)


def _mark(private: str, payload: str) -> str:
    key = hashlib.sha1(private.encode(), usedforsecurity=False).digest()
    return hmac.digest(key, payload.encode(), "sha1").hex()


def _form(raw: bytes) -> tuple[str, str]:
    form = parse_qs(raw.decode("ascii", "replace"))
    return form.get("bt_signature", [""])[0], form.get("bt_payload", [""])[0]


def payload_of(raw: bytes) -> dict[str, Any]:
    """The notification as nested dictionaries; raises NotReadable.

    Only what is verified is read, and a document that declares entities never is.
    """
    try:
        text = base64.b64decode(_form(raw)[1])
        if b"<!" in text:
            raise NotReadable("a notification declares nothing")
        return {"notification": _read(ET.fromstring(text))}  # noqa: S314  declares nothing
    except (ET.ParseError, binascii.Error):
        raise NotReadable("the notification is no XML") from None


def _read(element: ET.Element) -> Any:
    children = list(element)
    return {child.tag: _read(child) for child in children} if children else element.text or ""


def commands_of(payload: Mapping[str, Any]) -> list[Line]:
    """The commands of a notification, none for another than a dispute's; raises NotReadable."""
    try:
        notification = payload["notification"]
        if not notification["kind"].startswith("dispute_"):
            return []
        return commands_for(_told(notification, notification["subject"]["dispute"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotReadable(f"no Braintree dispute: {error}") from None


def _told(notification: Mapping[str, Any], dispute: Mapping[str, Any]) -> Told:
    currency, due = dispute["currency-iso-code"], dispute.get("reply-by-date")
    inquiry = dispute["kind"] == "retrieval"
    at = notification["timestamp"]
    return Told(
        processor="braintree",
        event=f"{dispute['id']}:{notification['kind']}:{at}",
        at=at,
        dispute=dispute["id"],
        charge=dispute["transaction"]["id"],
        amount=parse_major(dispute["amount"], currency),
        currency=currency,
        reason=_REASONS.get(dispute["reason"], "general"),
        opened_at=f"{dispute['received-date']}T00:00:00Z",
        case_type="inquiry" if inquiry else "chargeback",
        network_reason_code=dispute.get("reason-code") or None,
        due_by=f"{due}{_END_OF_DAY}" if due else None,
        status=_STATUSES.get(dispute["status"]),
        withdrawn=not inquiry,
        outcome=_ENDS.get(dispute["status"]),
    )
