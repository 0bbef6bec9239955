"""Messages as the processors send them."""

import base64
import copy
import hashlib
import hmac
import json
import zlib
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

CREATED = 1_772_478_000  # 2026-03-02T19:00:00Z
DUE = 1_773_446_399
STRIPE: dict[str, Any] = {
    "id": "evt_1T6kQ2",
    "object": "event",
    "api_version": "2026-01-28.clover",
    "created": CREATED,
    "livemode": False,
    "type": "charge.dispute.created",
    "pending_webhooks": 1,
    "request": {"id": None, "idempotency_key": None},
    "data": {
        "object": {
            "id": "du_1T6kQ1Lx",
            "object": "dispute",
            "amount": 18000,
            "balance_transactions": [],
            "charge": "ch_3T0abc",
            "created": CREATED,
            "currency": "usd",
            "enhanced_eligibility_types": [],
            "evidence": {"customer_communication": None, "uncategorized_text": None},
            "evidence_details": {
                "due_by": DUE,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "livemode": False,
            "metadata": {"note": "melasma peel canary"},
            "payment_intent": "pi_3T0abc",
            "payment_method_details": {
                "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "13.1"},
                "type": "card",
            },
            "reason": "product_not_received",
            "status": "needs_response",
        }
    },
}
TAKEN = {
    "id": "txn_1",
    "object": "balance_transaction",
    "amount": -18000,
    "currency": "usd",
    "fee": 1500,
    "net": -19500,
    "reporting_category": "dispute",
    "type": "adjustment",
}
RETURNED = TAKEN | {"id": "txn_2", "amount": 18000, "fee": -1500, "net": 19500}


def stripe(number: int, kind: str, **dispute: Any) -> dict[str, Any]:
    """An event `number` minutes after the first; `dispute` are fields that differ by then."""
    event = copy.deepcopy(STRIPE)
    event |= {"id": f"evt_{number}", "type": f"charge.dispute.{kind}"}
    event["created"] = CREATED + 60 * number
    details = dispute.pop("evidence_details", {})
    event["data"]["object"]["evidence_details"] |= details
    event["data"]["object"] |= dispute
    return event


def timed_digest(raw: bytes, time: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"{time}.".encode() + raw, hashlib.sha256).hexdigest()


def stripe_signed(raw: bytes, secret: str, time: int = CREATED) -> str:
    mark = timed_digest(raw, str(time), secret)
    return f"t={time},v1={mark},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"


ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


def adyen(code: str, **more: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "additionalData": {
            "chargebackReasonCode": "10.4",
            "chargebackSchemeCode": "visa",
            "defensePeriodEndsAt": "2026-03-20T23:59:59+01:00",
            "defendable": "true",
            "disputeStatus": "Undefended",
        }
        | more,
        "amount": {"currency": "USD", "value": 18000},
        "eventCode": code,
        "eventDate": "2026-03-02T20:00:00+01:00",
        "merchantAccountCode": "GlowECOM",
        "merchantReference": "order-1",
        "originalReference": "ch_3T0abc",
        "paymentMethod": "visa",
        "pspReference": "9915555555555555",
        "reason": "Other Fraud-Card Absent Environment",
        "success": "true",
    }
    signed = f"9915555555555555:ch_3T0abc:GlowECOM:order-1:18000:USD:{code}:true"
    mark = hmac.new(bytes.fromhex(ADYEN_KEY), signed.encode(), hashlib.sha256).digest()
    item["additionalData"]["hmacSignature"] = base64.b64encode(mark).decode()
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}


def square(state: str) -> dict[str, Any]:
    dispute = {
        "amount_money": {"amount": 18000, "currency": "USD"},
        "brand_dispute_id": "100000809947",
        "card_brand": "VISA",
        "created_at": "2026-03-02T19:00:00.000Z",
        "disputed_payment": {"payment_id": "ch_3T0abc"},
        "due_at": "2026-03-14T00:00:00.000Z",
        "id": "XDgyFu7yo1E2S5lQGGpYn",
        "location_id": "L1",
        "reason": "NO_KNOWLEDGE",
        "reported_at": "2026-03-02T19:00:00.000Z",
        "state": state,
        "updated_at": "2026-03-03T10:00:00.000Z",
        "version": 2,
    }
    return {
        "merchant_id": "0HPGX5JYE6EE1",
        "type": "dispute.state.updated",
        "event_id": "1c5ecdd6-49f9-46c0-8a4d-6a4f0b6e2c5d",
        "created_at": "2026-03-03T10:00:00.000Z",
        "data": {"type": "dispute", "id": dispute["id"], "object": {"dispute": dispute}},
    }


def paypal(stage: str, status: str, **outcome: Any) -> dict[str, Any]:
    resource = {
        "dispute_id": "PP-D-27803",
        "create_time": "2026-03-02T19:00:00.000Z",
        "update_time": "2026-03-03T10:00:00.000Z",
        "disputed_transactions": [{"seller_transaction_id": "ch_3T0abc"}],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": status,
        "dispute_amount": {"currency_code": "USD", "value": "180.00"},
        "dispute_life_cycle_stage": stage,
        "dispute_channel": "INTERNAL",
        "messages": [{"posted_by": "BUYER", "content": "melasma peel canary"}],
        "seller_response_due_date": "2026-03-12T19:00:00.000Z",
    }
    if outcome:
        resource["dispute_outcome"] = outcome
    return {
        "id": "WH-4M0448861G563140B-9EX36365822141321",
        "event_type": "CUSTOMER.DISPUTE.UPDATED",
        "create_time": "2026-03-03T10:00:00.000Z",
        "resource_type": "dispute",
        "resource": resource,
    }


BRAINTREE_KEYS = ("integration_public_key", "integration_private_key")


def braintree(status: str, kind: str = "chargeback", told: str = "dispute_opened") -> bytes:
    text = f"""<notification>
  <timestamp type="datetime">2026-03-02T19:00:00Z</timestamp>
  <kind>{told}</kind>
  <subject><dispute>
    <amount>180.00</amount><currency-iso-code>USD</currency-iso-code>
    <received-date type="date">2026-03-02</received-date>
    <reply-by-date type="date">2026-03-14</reply-by-date>
    <kind>{kind}</kind><status>{status}</status>
    <reason>product_not_received</reason><reason-code>13.1</reason-code>
    <id>jkl123</id>
    <transaction><id>ch_3T0abc</id><amount>180.00</amount></transaction>
  </dispute></subject>
</notification>"""
    payload = base64.encodebytes(text.encode()).decode()
    public, private = BRAINTREE_KEYS
    key = hashlib.sha1(private.encode()).digest()
    mark = hmac.new(key, payload.encode(), hashlib.sha1).hexdigest()
    form = {"bt_signature": f"other|0000&{public}|{mark}", "bt_payload": payload}
    return urlencode(form).encode()


PAYPAL_WEBHOOK = "1JE4291016473214C"
PAYPAL_FROM = datetime(2026, 1, 1, tzinfo=UTC)
PAYPAL_UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


class PayPalKey:
    """A key that signs as PayPal does, with its certificate."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverification")])
        certificate = (
            x509.CertificateBuilder(name, name, self._key.public_key(), 7)
            .not_valid_before(PAYPAL_FROM)
            .not_valid_after(PAYPAL_UNTIL)
            .sign(self._key, SHA256())
        )
        self.secret = f"{PAYPAL_WEBHOOK} {certificate.public_bytes(Encoding.PEM).decode()}"

    def signed(self, body: bytes, webhook: str = PAYPAL_WEBHOOK) -> dict[str, str]:
        sent, time = "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2026-03-02T20:01:35Z"
        text = f"{sent}|{time}|{webhook}|{zlib.crc32(body)}"
        mark = self._key.sign(text.encode(), PKCS1v15(), SHA256())
        return {
            "paypal-auth-algo": "SHA256withRSA",
            "paypal-cert-url": "https://somebody.example/cert.pem",
            "paypal-transmission-id": sent,
            "paypal-transmission-time": time,
            "paypal-transmission-sig": base64.b64encode(mark).decode(),
        }


def raw(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode()
