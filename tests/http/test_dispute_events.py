"""Disputes as a processor posts them: signed, repeated, out of order, before their payment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import httpx
import orjson
import pytest

from aggregates.dispute.state import DISPUTE, Dispute
from consumers.bootstrap import Ledger
from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.serving import served
from ledger.ids import stream
from tests.http.conftest import NOW, Api, bound
from tests.webhooks import payloads

SECRET = "whsec_0123456789abcdef"
PLACE = "/v1/webhooks/glow/stripe"
SENT = int((NOW - timedelta(seconds=30)).timestamp())


@pytest.fixture(scope="module")
def hooks(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The routes of the processors alone; only glow has a secret."""
    file = tmp_path_factory.mktemp("secrets") / "webhooks.json"
    file.write_bytes(orjson.dumps({"glow": {"stripe": [SECRET]}}))
    api.ledger.settings = replace(api.ledger.settings, webhook_secrets=file)
    app = make_app(api.ledger, Gate(KeyBearer(api.ledger.keys, api.ledger.settings.clock)))
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client


def posted(hooks: httpx.Client, event: dict[str, Any], place: str = PLACE, **more: str) -> Any:
    body = payloads.raw(event)
    headers = {"Stripe-Signature": payloads.stripe_signed(body, SECRET, SENT)} | more
    return hooks.post(place, content=body, headers=headers)


def sold(api: Api, number: int) -> str:
    """One more contract, paid by a charge of its own."""
    contract, charge = f"s-{number}", f"ch_{number}"
    api.does("/v1/subscriptions", subscription=contract, patient=f"p-{number}", offer="two")
    paid = {"payment": f"pay-{number}", "amount": 18000, "tender": "card", "charge": charge}
    api.does(f"/v1/subscriptions/{contract}/payments", **paid)
    return charge


def events(number: int, *kinds: str) -> list[dict[str, Any]]:
    """The life of a dispute as Stripe tells it, each event with what stands by then."""
    own = {"id": f"du_{number}", "charge": f"ch_{number}"}
    gone = own | {"balance_transactions": [payloads.TAKEN]}
    answered = gone | {"status": "under_review", "evidence_details": {"submission_count": 1}}
    back = [payloads.TAKEN, payloads.RETURNED]
    told = {
        "created": payloads.stripe(1, "created", **own),
        "funds_withdrawn": payloads.stripe(2, "funds_withdrawn", **gone),
        "updated": payloads.stripe(3, "updated", **answered),
        "closed": payloads.stripe(
            4, "closed", **answered | {"status": "won", "balance_transactions": back}
        ),
    }
    for name, event in told.items():
        event["id"] = f"evt_{number}_{name}"
    return [told[kind] for kind in kinds]


def state(ledger: Ledger, number: int) -> Dispute:
    name = stream("glow", "dispute", f"du_{number}")
    return DISPUTE.fold(ledger.store.load("glow", [name])[name])


def clearing(ledger: Ledger, number: int) -> tuple[str, ...]:
    """What stands of the dispute at the end: all that any order must agree on."""
    found = state(ledger, number)
    assert found.opened is not None
    parts = found.opened.parts
    return (
        found.status,
        str(found.submissions),
        str(found.opened.funds_withdrawn),
        str([(part.amount, part.fee) for part in parts]),
        str(found.closed and found.closed.outcome),
        str(found.closed and [(item.returned, item.fee_returned) for item in found.closed.parts]),
    )


ORDERS = list(permutations(("created", "funds_withdrawn", "updated")))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_an_open_dispute_stands_the_same_in_whatever_order_it_was_told(
    api: Api, hooks: httpx.Client, order: tuple[str, ...]
) -> None:
    number = 100 + ORDERS.index(order)
    sold(api, number)
    for event in [*events(number, *order), *events(number, *reversed(order))]:
        assert posted(hooks, event).status_code == 200
    assert clearing(api.ledger, number) == (
        "under_review",
        "1",
        "True",
        "[(18000, 1500)]",
        "None",
        "None",
    )


@pytest.mark.parametrize("number", [200, 201])
def test_a_dispute_that_ended_is_not_opened_again_by_what_comes_late(
    api: Api, hooks: httpx.Client, number: int
) -> None:
    sold(api, number)
    early = [] if number == 200 else events(number, "created", "funds_withdrawn")
    late = events(number, "updated", "created", "funds_withdrawn", "closed")
    for event in [*early, *events(number, "closed"), *late]:
        assert posted(hooks, event).status_code == 200
    assert clearing(api.ledger, number)[2:] == (
        "True",
        "[(18000, 1500)]",
        "won",
        "[(18000, 1500)]",
    )


def test_a_delivery_that_comes_twice_records_nothing_more(api: Api, hooks: httpx.Client) -> None:
    sold(api, 300)
    [event] = events(300, "created")
    first = posted(hooks, event).json()
    assert [row["refused"] for row in first["results"]] == [None, None]
    head = api.ledger.store.head("glow")
    assert posted(hooks, event).status_code == 200
    assert api.ledger.store.head("glow") == head


def test_a_dispute_before_its_payment_is_to_be_sent_again(api: Api, hooks: httpx.Client) -> None:
    [event] = events(400, "created")
    told = posted(hooks, event)
    assert (told.status_code, told.json()["code"]) == (409, "unknown_payment")
    sold(api, 400)
    assert posted(hooks, event).status_code == 200
    assert state(api.ledger, 400).opened is not None


def test_without_the_right_signature_nothing_is_read(hooks: httpx.Client) -> None:
    for place, event, header in (
        (PLACE, payloads.STRIPE, "t=1,v1=0"),
        ("/v1/webhooks/dew/stripe", payloads.STRIPE, None),
        ("/v1/webhooks/glow/adyen", payloads.adyen("CHARGEBACK"), None),
        (PLACE, {}, ""),
    ):
        more = {} if header is None else {"Stripe-Signature": header}
        told = posted(hooks, event, place, **more)
        assert (told.status_code, told.json()["code"]) == (400, "bad_signature")


def test_what_is_signed_and_cannot_be_read_is_invalid(hooks: httpx.Client) -> None:
    for event in ({"type": "charge.dispute.created"}, {"type": "charge.dispute.closed", "data": 1}):
        told = posted(hooks, event)
        assert (told.status_code, told.json()["code"]) == (400, "invalid")
