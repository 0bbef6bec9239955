"""Every processor's messages over HTTP: repeated, out of order, won after all, wrongly signed."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import httpx
import orjson
import pytest

from aggregates.dispute.state import DISPUTE
from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.serving import served
from ledger.ids import stream
from tests.http.conftest import Api, bound
from tests.webhooks import payloads

CHARGE = "ch_3T0abc"
SQUARE_KEY, PLACE = "the-key-of-square", "https://glow.example/v1/webhooks/glow/square"
PAYPAL = payloads.PayPalKey()
SECRETS = {
    "adyen": [payloads.ADYEN_KEY],
    "braintree": [" ".join(payloads.BRAINTREE_KEYS)],
    "square": [f"{SQUARE_KEY} {PLACE}"],
    "paypal": [PAYPAL.secret],
}
Message = tuple[bytes, dict[str, str]]


def adyen(step: str) -> Message:
    codes = {"opened": "CHARGEBACK", "answered": "INFORMATION_SUPPLIED"}
    ends = {"lost": "SECOND_CHARGEBACK", "won": "PREARBITRATION_WON"}
    message = payloads.adyen((codes | ends)[step])
    if step == "won":
        item = message["notificationItems"][0]["NotificationRequestItem"]
        item["eventDate"] = "2026-03-03T10:00:00+01:00"
    return payloads.raw(message), {}


def braintree(step: str) -> Message:
    status = {"opened": "open", "answered": "disputed"}.get(step, step)
    return payloads.braintree(status, told=f"dispute_{step}"), {}


def square(step: str) -> Message:
    states = {"opened": "EVIDENCE_REQUIRED", "answered": "PROCESSING"}
    message = payloads.square(states.get(step, step.upper())) | {"event_id": f"ev-{step}"}
    body = payloads.raw(message)
    mark = hmac.new(SQUARE_KEY.encode(), PLACE.encode() + body, hashlib.sha256).digest()
    return body, {"x-square-hmacsha256-signature": base64.b64encode(mark).decode()}


def paypal(step: str) -> Message:
    status = {"opened": "WAITING_FOR_SELLER_RESPONSE", "answered": "UNDER_REVIEW"}
    ends = {"lost": "RESOLVED_BUYER_FAVOUR", "won": "RESOLVED_SELLER_FAVOUR"}
    outcome = {"outcome_code": ends[step]} if step in ends else {}
    message = payloads.paypal("CHARGEBACK", status.get(step, "RESOLVED"), **outcome)
    body = payloads.raw(message | {"id": f"WH-{step}"})
    return body, PAYPAL.signed(body)


SAYS = {"adyen": adyen, "braintree": braintree, "square": square, "paypal": paypal}
NAMES = {
    "adyen": "9915555555555555",
    "braintree": "jkl123",
    "square": "XDgyFu7yo1E2S5lQGGpYn",
    "paypal": "PP-D-27803",
}


@pytest.fixture(scope="module")
def hooks(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The routes of the processors, and one contract paid by the charge they speak of."""
    file = tmp_path_factory.mktemp("secrets") / "webhooks.json"
    file.write_bytes(orjson.dumps({"glow": SECRETS}))
    api.ledger.settings = replace(api.ledger.settings, webhook_secrets=file)
    app = make_app(api.ledger, Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock)))
    api.does("/v1/subscriptions", subscription="s-900", patient="p-900", offer="two")
    paid = {"payment": "pay-900", "amount": 18000, "tender": "card", "charge": CHARGE}
    api.does("/v1/subscriptions/s-900/payments", **paid)
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client


def posted(hooks: httpx.Client, processor: str, step: str, **more: str) -> httpx.Response:
    body, headers = SAYS[processor](step)
    return hooks.post(f"/v1/webhooks/glow/{processor}", content=body, headers=headers | more)


def position(api: Api) -> int:
    head = api.ledger.store.head("glow")
    assert head is not None
    return head.position


def recorded(api: Api, hooks: httpx.Client, processor: str, step: str) -> int:
    """How many events a message brought; one that is replayed answers as it did at first."""
    before = position(api)
    answer = posted(hooks, processor, step)
    assert answer.status_code == 200, answer.text
    return position(api) - before


def state(api: Api, processor: str) -> Any:
    name = stream("glow", "dispute", NAMES[processor])
    return DISPUTE.fold(api.ledger.store.load("glow", [name])[name])


ORDERS = dict(zip(SAYS, list(permutations(("opened", "answered")))[:2] * 2, strict=True))


@pytest.mark.parametrize("processor", SAYS)
def test_a_dispute_is_told_twice_in_any_order_and_won_after_it_was_lost(
    api: Api, hooks: httpx.Client, processor: str
) -> None:
    first, second = ORDERS[processor]
    assert recorded(api, hooks, processor, first) > 0
    recorded(api, hooks, processor, second)
    assert recorded(api, hooks, processor, first) == 0
    assert recorded(api, hooks, processor, second) == 0
    found = state(api, processor)
    assert (found.status, found.closed) == ("under_review", None)
    assert found.opened.charge == CHARGE
    assert recorded(api, hooks, processor, "lost") > 0
    assert state(api, processor).closed.outcome == "lost"
    assert recorded(api, hooks, processor, "won") > 0
    assert recorded(api, hooks, processor, "won") == 0
    assert recorded(api, hooks, processor, "lost") == 0
    found = state(api, processor)
    assert (found.closed.outcome, found.lost_first.outcome) == ("won", "lost")


@pytest.mark.parametrize("processor", SAYS)
def test_without_the_right_signature_nothing_is_read(
    api: Api, hooks: httpx.Client, processor: str
) -> None:
    body, headers = SAYS[processor]("opened")
    before = position(api)
    for wrong in (body.replace(b"8", b"9", 1), body[:-1], b"", b"{}"):
        place = f"/v1/webhooks/glow/{processor}"
        answer = hooks.post(place, content=wrong, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature"), wrong
    assert position(api) == before
