"""Who signed a message: every processor's scheme, and what is not taken."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from consumers.webhooks import adyen, braintree, paypal, square, stripe_disputes
from consumers.webhooks.disputes import NotReadable
from tests.webhooks import payloads
from tests.webhooks.payloads import PayPalKey

DAY = timedelta(days=1)
RAW = payloads.raw(payloads.STRIPE)
NOW = datetime.fromtimestamp(payloads.CREATED, UTC)
SECRET, OTHER = "whsec_0123456789abcdef", "whsec_fedcba9876543210"
GOOD = payloads.stripe_signed(RAW, SECRET)
MARK = GOOD.split(",")[1]
TIME = GOOD.split(",")[0]

STRIPE = [
    # header, secrets, seconds after, right
    (GOOD, [SECRET], 0, True),
    (GOOD, [OTHER, SECRET], 0, True),
    (f"{TIME},v1={'0' * 64},{MARK}", [SECRET], 0, True),
    (GOOD, [SECRET], 300, True),
    (GOOD, [SECRET], -300, True),
    (GOOD, [SECRET], 301, False),
    (GOOD, [SECRET], -301, False),
    (GOOD, [OTHER], 0, False),
    (GOOD, [], 0, False),
    ("", [SECRET], 0, False),
    (MARK, [SECRET], 0, False),
    (f"{TIME},{TIME},{MARK}", [SECRET], 0, False),
    (f"t=-1,{MARK}", [SECRET], 0, False),
    (GOOD.replace("v1=", "v0="), [SECRET], 0, False),
    (f"t={payloads.CREATED + 1},{MARK}", [SECRET], 0, False),
    (f"{TIME},v1=äöü", [SECRET], 0, False),
]


@pytest.mark.parametrize(("header", "secrets", "after", "right"), STRIPE)
def test_stripe_signs_the_time_and_the_raw_bytes(
    header: str, secrets: list[str], after: int, right: bool
) -> None:
    now = NOW + timedelta(seconds=after)
    assert stripe_disputes.verified({"stripe-signature": header}, RAW, secrets, now) is right


def test_the_raw_bytes_are_signed_and_not_what_they_mean() -> None:
    headers = {"stripe-signature": GOOD}
    assert not stripe_disputes.verified(headers, RAW + b" ", [SECRET], NOW)


def test_adyen_signs_each_item() -> None:
    message = payloads.adyen("CHARGEBACK")
    right = payloads.raw(message)
    assert adyen.verified({}, right, ["00" * 32, payloads.ADYEN_KEY], NOW)
    assert not adyen.verified({}, right, ["00" * 32], NOW)
    assert not adyen.verified({}, right, ["not hex"], NOW)
    message["notificationItems"] += payloads.adyen("CHARGEBACK")["notificationItems"]
    message["notificationItems"][1]["NotificationRequestItem"]["amount"]["value"] = 1
    assert not adyen.verified({}, payloads.raw(message), [payloads.ADYEN_KEY], NOW)
    for wrong in (b"", b"[]", b"{}", b'{"notificationItems":[]}', b'{"notificationItems":[{}]}'):
        assert not adyen.verified({}, wrong, [payloads.ADYEN_KEY], NOW)


def test_square_signs_our_address_too() -> None:
    body, place = payloads.raw(payloads.square("WON")), "https://glow.example/v1/webhooks/glow"
    mark = hmac.new(b"the-key-of-square", place.encode() + body, hashlib.sha256).digest()
    headers = {"x-square-hmacsha256-signature": base64.b64encode(mark).decode()}
    assert square.verified(headers, body, [f"the-key-of-square {place}"], NOW)
    assert not square.verified(headers, body, ["the-key-of-square https://other.example"], NOW)
    assert not square.verified(headers, body, [f"another-key {place}"], NOW)
    assert not square.verified({}, body, [f"the-key-of-square {place}"], NOW)


def test_braintree_signs_by_a_pair_of_keys() -> None:
    body, (public, private) = payloads.braintree("open"), payloads.BRAINTREE_KEYS
    assert braintree.verified({}, body, [f"{public} {private}"], NOW)
    assert not braintree.verified({}, body, [f"{public} other"], NOW)
    assert not braintree.verified({}, body, [f"other {private}"], NOW)
    assert not braintree.verified({}, b"", [f"{public} {private}"], NOW)


def test_paypal_signs_by_a_certificate_that_we_keep() -> None:
    body, key, other = payloads.raw(payloads.paypal("INQUIRY", "OPEN")), PayPalKey(), PayPalKey()
    headers = key.signed(body)
    assert paypal.verified(headers, body, [other.secret, key.secret], NOW)
    assert not paypal.verified(headers, body + b" ", [key.secret], NOW)
    assert not paypal.verified(headers, body, [other.secret], NOW)
    assert not paypal.verified(headers, body, [key.secret.replace("1JE", "2JE")], NOW)
    assert not paypal.verified(headers, body, [f"{payloads.PAYPAL_WEBHOOK} no certificate"], NOW)
    assert not paypal.verified(headers, body, [], NOW)
    assert not paypal.verified(headers, body, [key.secret], payloads.PAYPAL_UNTIL + DAY)
    for name, wrong in (
        ("paypal-auth-algo", "SHA1withRSA"),
        ("paypal-transmission-sig", "no base64 äöü"),
        ("paypal-transmission-sig", ""),
        ("paypal-transmission-time", "2026-03-02T20:01:36Z"),
        ("paypal-transmission-id", ""),
    ):
        assert not paypal.verified(headers | {name: wrong}, body, [key.secret], NOW)
    assert not paypal.verified({}, body, [key.secret], NOW)


@pytest.mark.parametrize(
    "text", [b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a>", b"", b"no xml"]
)
def test_xml_that_declares_something_or_is_none_is_not_read(text: bytes) -> None:
    body = b"bt_payload=" + base64.urlsafe_b64encode(text)
    with pytest.raises(NotReadable):
        braintree.payload_of(body)
