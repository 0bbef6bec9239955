"""PayPal's disputes: `CUSTOMER.DISPUTE.CREATED`, `UPDATED`, `RESOLVED` (evidence.md 3.2).

PayPal signs with the key of a certificate. A message names an address to fetch it from, which is
not asked here: nobody who posts may choose what we trust. The clinic keeps the certificate with
its secrets, the next one beside it while PayPal changes them.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

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


#: The only scheme that is taken, as the header names it.
_SCHEME = "SHA256withRSA"


def verified(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether a certificate that is valid now signed the message for our webhook.

    A secret is the webhook's id, a space, and the certificate as PEM. Signed are the message's
    own id and time, the webhook's id and the CRC-32 of the raw bytes. PayPal sends a message for
    days until it is taken, so its time says nothing; one sent again records nothing again.
    """
    if headers.get("paypal-auth-algo", "") != _SCHEME:
        return False
    try:
        mark = base64.b64decode(headers.get("paypal-transmission-sig", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    sent = [headers.get(f"paypal-transmission-{name}", "") for name in ("id", "time")]
    pairs = [secret.split(" ", 1) for secret in secrets if " " in secret]
    found = [
        _signed(mark, "|".join((*sent, webhook, str(zlib.crc32(raw)))), certificate, now)
        for webhook, certificate in pairs
    ]
    return all(sent) and any(found)


def _signed(mark: bytes, text: str, pem: str, now: datetime) -> bool:
    certificate = _certificate(pem)
    if certificate is None:
        return False
    key = certificate.public_key()
    valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    if not valid or not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(mark, text.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _certificate(pem: str) -> Certificate | None:
    """The certificate; None for a text that is none."""
    try:
        return load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None


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
