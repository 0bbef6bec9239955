"""Events that other systems post: only with their signature, and once (B35)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from consumers.http.app import make_app
from consumers.http.callers import Gate, KeyBearer
from consumers.http.serving import served
from consumers.webhooks.secrets import NoSecrets, Secrets
from ledger.settings import Settings
from tests.http.conftest import AT, NOW, Api, bound
from tests.webhooks.payloads import timed_digest as signed

SECOND = int(NOW.timestamp())
OLD, NEW = "whsec_the_old_one_of_glow", "whsec_the_new_one_of_glow"
SECRETS = {"glow": {"stripe": [NEW, OLD], "gateway": [NEW]}, "dew": {"stripe": ["d" * 16]}}
PAID = {
    "id": "pi_1",
    "amount_received": 18000,
    "currency": "usd",
    "latest_charge": "ch_1",
    "metadata": {"subscription": "s-hook"},
}
DISPUTED = {
    "id": "dp_1",
    "charge": "ch_1",
    "amount": 18000,
    "currency": "usd",
    "reason": "product_not_received",
    "status": "needs_response",
    "created": SECOND,
    "evidence_details": {"due_by": SECOND + 604800},
    "balance_transactions": [{"amount": -18000, "fee": 1500}],
}


def event(kind: str, about: dict[str, Any], key: str = "evt_1") -> bytes:
    return orjson.dumps({"id": key, "type": kind, "created": SECOND, "data": {"object": about}})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("secrets") / "webhooks.json"
    made.write_bytes(orjson.dumps(SECRETS))
    return made


@pytest.fixture(scope="module")
def hooks(api: Api, file: Path) -> Iterator[httpx.Client]:
    api.does("/v1/subscriptions", subscription="s-hook", patient="p-h", offer="two", at=AT)
    known = api.ledger.settings
    api.ledger.settings = Settings(
        database=known.database,
        now=NOW,
        allow_clock=True,
        key_secret="pepper",
        webhook_secrets=file,
    )
    app = make_app(api.ledger, Gate(KeyBearer(api.ledger.keys, known.clock)))
    with (
        served(app, bound()) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        yield client


def posts(
    hooks: httpx.Client, body: bytes, mark: str | None = None, clinic: str = "glow"
) -> httpx.Response:
    header = mark or f"t={SECOND},v1={signed(body, str(SECOND), NEW)}"
    place = f"/v1/webhooks/{clinic}/stripe"
    return hooks.post(place, content=body, headers={"Stripe-Signature": header})


def test_a_payment_and_its_dispute_are_recorded_once(hooks: httpx.Client, api: Api) -> None:
    paid = event("payment_intent.succeeded", PAID)
    assert [row["refused"] for row in posts(hooks, paid).json()["results"]] == [None]
    position = posts(hooks, paid).headers["Last-Position"]
    opened = event("charge.dispute.created", DISPUTED, "evt_2")
    assert posts(hooks, opened).status_code == 200
    lost = event("charge.dispute.closed", DISPUTED | {"status": "lost"}, "evt_3")
    assert posts(hooks, lost).status_code == 200
    [contract] = api.client().get("/v1/subscriptions/s-hook").json()["subscriptions"]
    assert (contract["paid"], contract["price"]) == (0, 18000)
    events = api.client().get(f"/v1/events?after={position}").json()["items"]
    assert [one["type"] for one in events][::2] == ["DisputeOpened", "DisputeClosed"]


def test_what_is_none_of_ours_is_taken_and_left(hooks: httpx.Client) -> None:
    for body in (
        event("customer.created", {"id": "cus_1"}),
        event("payment_intent.succeeded", PAID | {"metadata": {}}),
    ):
        answer = posts(hooks, body)
        assert (answer.status_code, answer.json()) == (200, {"results": []})


BODY = event("customer.created", {})
RIGHT = signed(BODY, str(SECOND), NEW)


def at(second: int) -> str:
    return f"t={second},v1={signed(BODY, str(second), NEW)}"


@pytest.mark.parametrize(
    ("mark", "status"),
    [
        (at(SECOND - 300), 200),
        (at(SECOND + 300), 200),
        (at(SECOND - 301), 400),
        (at(SECOND + 301), 400),
        (f"t={SECOND},v1={'0' * 64},v1={RIGHT}", 200),
        (f"t={SECOND},v1={signed(BODY, str(SECOND), OLD)}", 200),
        (f"t={SECOND},v1={signed(BODY, str(SECOND), 'another secret')}", 400),
        (f"t={SECOND},v0={RIGHT}", 400),
        (f"t={SECOND}", 400),
        (f"v1={RIGHT}", 400),
        (f"t={SECOND},t={SECOND},v1={RIGHT}", 400),
        (f"t=now,v1={RIGHT}", 400),
        (f"t={'9' * 30},v1={RIGHT}", 400),
        ("nonsense", 400),
    ],
)
def test_a_signature_is_of_now_and_of_a_secret_of_ours(
    hooks: httpx.Client, mark: str, status: int
) -> None:
    assert posts(hooks, BODY, mark).status_code == status


def test_another_body_or_the_same_written_otherwise_is_refused(hooks: httpx.Client) -> None:
    mark = at(SECOND)
    for body in (BODY + b" ", BODY.replace(b"evt_1", b"evt_2"), orjson.dumps({"again": 1})):
        answer = posts(hooks, body, mark)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")


@pytest.mark.parametrize("clinic", ["dew", "nowhere", "glow.x"])
def test_a_secret_opens_its_own_clinic_only(hooks: httpx.Client, clinic: str) -> None:
    assert posts(hooks, BODY, clinic=clinic).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"not json"),
        event("charge.dispute.created", {"id": "dp_9"}),
        event("payment_intent.succeeded", PAID | {"amount_received": "all"}, "evt_9"),
    ],
)
def test_a_signed_event_that_cannot_be_read_is_refused(hooks: httpx.Client, body: bytes) -> None:
    answer = posts(hooks, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_dispute_of_an_unknown_charge_is_to_be_sent_again(hooks: httpx.Client) -> None:
    """Stripe tries again for days; by then the payment may be there."""
    answer = posts(
        hooks, event("charge.dispute.created", DISPUTED | {"id": "dp_8", "charge": "no"}, "evt_8")
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_payment")


def test_another_gateway_speaks_the_types_of_nats(hooks: httpx.Client) -> None:
    data = {"subscription": "s-hook", "attempt": "a-1", "amount": 100, "code": "declined"}
    told = {"id": "gw-1", "type": "payment.failed", "time": AT, "data": data}
    body = orjson.dumps(told)
    headers = {"Ledger-Signature": f"t={SECOND},v1={signed(body, str(SECOND), NEW)}"}
    answer = hooks.post("/v1/webhooks/glow/gateway", content=body, headers=headers)
    assert [row["refused"] for row in answer.json()["results"]] == [None], answer.text


def test_secrets_are_exchanged_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    secrets = Secrets(file)
    with pytest.raises(NoSecrets):
        secrets.of("glow", "stripe")
    for secret in (OLD, NEW + "!"):
        file.write_bytes(orjson.dumps({"glow": {"stripe": [secret]}}))
        assert secrets.of("glow", "stripe") == [secret]
    file.write_bytes(orjson.dumps({"glow": {"stripe": ["short"]}}))
    with pytest.raises(NoSecrets):
        secrets.of("glow", "stripe")
