"""What each processor's message comes to: the commands, in our words (evidence.md 1, 3.2)."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest

from commands.envelope import Envelope, parse_envelope, parse_strictly
from commands.registry import SPECS
from consumers.webhooks import adyen, braintree, paypal, square, stripe_disputes
from consumers.webhooks.disputes import Line, NotReadable
from tests.webhooks import payloads

Told = tuple[str, dict[str, Any]]


def short(lines: list[Line]) -> list[Told]:
    """Command and what tells apart; every line is one that the ledger reads."""
    found = []
    for line in lines:
        envelope = parse_envelope({**line, "clinic": "glow"})
        assert isinstance(envelope, Envelope), envelope
        order = parse_strictly(SPECS[line["command"]].order, envelope.data, "data")
        assert not hasattr(order, "code"), order
        data = {key: value for key, value in line["data"].items() if key in TELLING}
        found.append((line["command"].removesuffix("_dispute"), data))
    return found


TELLING = ("status", "case_type", "funds_withdrawn", "fee", "outcome", "amount", "fee_returned")
FULL = {"case_type": "chargeback", "amount": 18000}
ASKED = {"case_type": "inquiry", "amount": 18000}
GONE: dict[str, Any] = {"funds_withdrawn": True}
INQUIRY = {"card": {"brand": "amex", "case_type": "inquiry", "network_reason_code": "C08"}}
BOTH = [payloads.TAKEN, payloads.RETURNED]

STRIPE: list[tuple[dict[str, Any], list[Told]]] = [
    (
        payloads.stripe(0, "created"),
        [
            ("open", FULL | {"funds_withdrawn": False}),
            ("update", FULL | {"status": "needs_response"}),
        ],
    ),
    (
        payloads.stripe(1, "funds_withdrawn", balance_transactions=[payloads.TAKEN]),
        [
            ("open", FULL | GONE | {"fee": 1500}),
            ("update", FULL | GONE | {"fee": 1500, "status": "needs_response"}),
        ],
    ),
    (
        payloads.stripe(
            2, "updated", status="warning_needs_response", payment_method_details=INQUIRY
        ),
        [
            ("open", ASKED | {"funds_withdrawn": False}),
            ("update", ASKED | {"status": "warning_needs_response"}),
        ],
    ),
    (
        payloads.stripe(3, "closed", status="won", balance_transactions=BOTH),
        [
            ("open", FULL | GONE | {"fee": 1500}),
            ("update", GONE | {"fee": 1500}),
            ("close", {"outcome": "won", "fee_returned": True}),
        ],
    ),
    (
        payloads.stripe(4, "closed", status="lost", balance_transactions=[payloads.TAKEN]),
        [
            ("open", FULL | GONE | {"fee": 1500}),
            ("update", GONE | {"fee": 1500}),
            ("close", {"outcome": "lost"}),
        ],
    ),
    (
        payloads.stripe(5, "closed", status="warning_closed", payment_method_details=INQUIRY),
        [("open", ASKED | {"funds_withdrawn": False}), ("close", {"outcome": "withdrawn"})],
    ),
    (
        payloads.stripe(6, "updated", status="a_status_of_the_future"),
        [("open", FULL | {"funds_withdrawn": False}), ("update", FULL)],
    ),
]


@pytest.mark.parametrize(("event", "told"), STRIPE, ids=[f"{e['type']}" for e, _ in STRIPE])
def test_stripe(event: dict[str, Any], told: list[Told]) -> None:
    assert short(stripe_disputes.commands_of(event)) == told


def test_due_by_is_what_the_processor_says_and_nothing_where_it_says_nothing() -> None:
    opened = stripe_disputes.commands_of(payloads.STRIPE)[0]["data"]
    assert opened["due_by"] == "2026-03-13T23:59:59+00:00"
    for none in (None, 0):
        event = payloads.stripe(1, "created", evidence_details={"due_by": none})
        assert "due_by" not in stripe_disputes.commands_of(event)[0]["data"]


ADYEN: list[tuple[dict[str, Any], list[Told]]] = [
    (
        payloads.adyen("REQUEST_FOR_INFORMATION"),
        [
            ("open", ASKED | {"funds_withdrawn": False}),
            ("update", ASKED | {"status": "warning_needs_response"}),
        ],
    ),
    (
        payloads.adyen("NOTIFICATION_OF_CHARGEBACK"),
        [
            ("open", FULL | {"funds_withdrawn": False}),
            ("update", FULL | {"status": "needs_response"}),
        ],
    ),
    (
        payloads.adyen("CHARGEBACK"),
        [("open", FULL | GONE), ("update", FULL | GONE | {"status": "needs_response"})],
    ),
    (
        payloads.adyen("CHARGEBACK_REVERSED", disputeStatus="Pending"),
        [("open", FULL | GONE), ("update", FULL | GONE | {"status": "under_review"})],
    ),
    (
        payloads.adyen("CHARGEBACK", disputeStatus="Accepted"),
        [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "accepted"})],
    ),
    (
        payloads.adyen("SECOND_CHARGEBACK", disputeStatus="Lost"),
        [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "lost"})],
    ),
    (
        payloads.adyen("PREARBITRATION_WON", disputeStatus="Won"),
        [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "won"})],
    ),
    (payloads.adyen("AUTHORISATION"), []),
]


@pytest.mark.parametrize(("message", "told"), ADYEN)
def test_adyen(message: dict[str, Any], told: list[Told]) -> None:
    assert short(adyen.commands_of(message)) == told


SQUARE: list[tuple[str, list[Told]]] = [
    (
        "INQUIRY_EVIDENCE_REQUIRED",
        [
            ("open", ASKED | {"funds_withdrawn": False}),
            ("update", ASKED | {"status": "warning_needs_response"}),
        ],
    ),
    (
        "EVIDENCE_REQUIRED",
        [("open", FULL | GONE), ("update", FULL | GONE | {"status": "needs_response"})],
    ),
    ("PROCESSING", [("open", FULL | GONE), ("update", FULL | GONE | {"status": "under_review"})]),
    ("WON", [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "won"})]),
    ("ACCEPTED", [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "accepted"})]),
    (
        "INQUIRY_CLOSED",
        [("open", ASKED | {"funds_withdrawn": False}), ("close", {"outcome": "withdrawn"})],
    ),
]


@pytest.mark.parametrize(("state", "told"), SQUARE)
def test_square(state: str, told: list[Told]) -> None:
    assert short(square.commands_of(payloads.square(state))) == told


REFUNDED = {"currency_code": "USD", "value": "90.00"}
PAYPAL: list[tuple[dict[str, Any], list[Told]]] = [
    (
        payloads.paypal("INQUIRY", "WAITING_FOR_SELLER_RESPONSE"),
        [
            ("open", ASKED | {"funds_withdrawn": False}),
            ("update", ASKED | {"status": "warning_needs_response"}),
        ],
    ),
    (
        payloads.paypal("CHARGEBACK", "UNDER_REVIEW"),
        [("open", FULL | GONE), ("update", FULL | GONE | {"status": "under_review"})],
    ),
    (
        payloads.paypal(
            "CHARGEBACK", "RESOLVED", outcome_code="RESOLVED_BUYER_FAVOUR", amount_refunded=REFUNDED
        ),
        [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "lost", "amount": 9000})],
    ),
    (
        payloads.paypal("INQUIRY", "RESOLVED", outcome_code="CANCELED_BY_BUYER"),
        [("open", ASKED | {"funds_withdrawn": False}), ("close", {"outcome": "withdrawn"})],
    ),
]


@pytest.mark.parametrize(("message", "told"), PAYPAL)
def test_paypal(message: dict[str, Any], told: list[Told]) -> None:
    assert short(paypal.commands_of(message)) == told


BRAINTREE: list[tuple[str, str, list[Told]]] = [
    (
        "open",
        "chargeback",
        [("open", FULL | GONE), ("update", FULL | GONE | {"status": "needs_response"})],
    ),
    (
        "open",
        "retrieval",
        [
            ("open", ASKED | {"funds_withdrawn": False}),
            ("update", ASKED | {"status": "needs_response"}),
        ],
    ),
    (
        "expired",
        "chargeback",
        [("open", FULL | GONE), ("update", GONE), ("close", {"outcome": "lost"})],
    ),
]


@pytest.mark.parametrize(("status", "kind", "told"), BRAINTREE)
def test_braintree(status: str, kind: str, told: list[Told]) -> None:
    payload = braintree.payload_of(payloads.braintree(status, kind))
    assert short(braintree.commands_of(payload)) == told


WRONG: list[tuple[Callable[[Mapping[str, Any]], list[Line]], dict[str, Any]]] = [
    (stripe_disputes.commands_of, {"type": "charge.dispute.created", "data": {}}),
    (adyen.commands_of, {"notificationItems": 1}),
    (square.commands_of, {"type": "dispute.created", "data": {"object": {"dispute": {}}}}),
    (paypal.commands_of, {"event_type": "CUSTOMER.DISPUTE.CREATED", "resource": {}}),
    (braintree.commands_of, {"notification": {"kind": "dispute_lost", "subject": ""}}),
]


@pytest.mark.parametrize(("commands_of", "message"), WRONG)
def test_a_message_of_another_shape_is_not_guessed_at(
    commands_of: Callable[[Mapping[str, Any]], list[Line]], message: dict[str, Any]
) -> None:
    with pytest.raises(NotReadable):
        commands_of(message)


def test_what_is_not_about_a_dispute_says_nothing() -> None:
    assert stripe_disputes.commands_of({"type": "charge.refunded"}) == []
    assert square.commands_of({"type": "payment.updated"}) == []
    assert paypal.commands_of({"event_type": "PAYMENT.CAPTURE.COMPLETED"}) == []
    assert braintree.commands_of({"notification": {"kind": "check"}}) == []


def test_nothing_that_people_wrote_comes_along() -> None:
    lines = stripe_disputes.commands_of(payloads.STRIPE)
    lines += paypal.commands_of(payloads.paypal("CHARGEBACK", "UNDER_REVIEW"))
    lines += adyen.commands_of(payloads.adyen("CHARGEBACK"))
    assert b"canary" not in orjson.dumps(lines)
    assert b"Absent Environment" not in orjson.dumps(lines)
