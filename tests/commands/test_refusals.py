"""Each error code that can be heard: the wrong command, the code, and the field it names."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.codes import Code
from tests.commands.practice import (
    ADMIN,
    OPENED,
    PACK,
    VISITED,
    Practice,
    consent,
    envelope,
    massage,
    pack,
    payment,
    sale,
    visit,
)

Told = Callable[[Practice], dict[str, Any]]
LATE = "2026-06-01T10:00:00-04:00"


def opened(told: Told) -> Told:
    """In a clinic that has sold nothing."""
    return lambda practice: told(practice.opens())


def sold(told: Told) -> Told:
    """In a clinic that has sold p-1 a pack, paid in cash."""
    return lambda practice: told(practice.opens().sells())


def unpaid(told: Told) -> Told:
    return lambda practice: told(practice.opens().sells(paid=False))


def paid_by_card(told: Told) -> Told:
    card = payment(tender="card", charge="ch-1")
    return lambda practice: told(practice.opens().sells(payment=card))


def refusal(command: str, data: dict[str, Any], at: str = VISITED, **rest: Any) -> Told:
    return lambda practice: practice.refuses(command, data, at, **rest)


def after(command: str, data: dict[str, Any], told: Told) -> Told:
    def telling(practice: Practice) -> dict[str, Any]:
        practice.does(command, data, VISITED)
        return told(practice)

    return telling


def of(subscription: str, **more: Any) -> dict[str, Any]:
    return {"subscription": subscription, "reason": "agreed"} | more


def dispute(**more: Any) -> dict[str, Any]:
    opened = {"dispute": "d-1", "charge": "ch-1", "amount": PACK, "reason": "fraudulent"}
    return opened | {"opened_at": VISITED} | more


def refund(**more: Any) -> dict[str, Any]:
    return of("s-1", refund="r-1") | more


def policy(**more: Any) -> dict[str, Any]:
    ours = {"policy": "escheat", "value": "exempt", "effective": "2026-06-01", "reason": "law"}
    return ours | {"approver": "bob"} | more


DISPUTE_LOST = {"dispute": "d-1", "outcome": "lost"}
REVERSED = {"visit": "v-1", "reason": "mistake"}
MESSAGE = {"communication": "m-1", "patient": "p-1", "kind": "reminder", "channel": "sms"}
MESSAGE |= {"direction": "out", "sent_at": VISITED}
PAYOUT = {"payout": "po-1", "amount": 0, "payments": []}
DOCUMENT = {"document": "x", "kind": "terms", "sha256": "0" * 64, "media_type": "text/plain"}
DOCUMENT |= {"content_base64": "eA=="}
FOR_S1 = {"subscription": "s-1"}
UNKNOWN_LINES = [{"line": "1", "service": "massage"}, {"line": "2", "service": "magic"}]
MAGIC_PACK = pack(lines=[{"kind": "units", "line": "m", "services": ["magic"], "quantity": "1"}])
CONSENTED = pack(offer="strict", requires_consent=True)

# One row a case, however long: the table is to be read down its columns.
# fmt: off
# ruff: noqa: E501
TABLE: list[tuple[str, str | None, Told]] = [
    ("invalid", "command", opened(refusal("sell_house", {}))),
    ("invalid", "data.lines[0].quantity", sold(refusal("record_visit", visit(quantity="0")))),
    ("invalid", "data.payment.amount", opened(refusal("sell_package", sale(payment=payment(amount=0))))),
    ("invalid", "actor.role", opened(refusal("define_service", massage(), actor={"id": "x", "role": "king"}))),
    ("invalid", "data.line", sold(after("record_visit", visit(), refusal("reverse_consumption", REVERSED | {"line": "9"})))),
    ("invalid", "data.line", sold(refusal("extend", of("s-1", line="zz", until="2026-12-31")))),
    ("invalid", "data.until", sold(refusal("extend", of("s-1", until="2026-02-01")))),
    ("invalid", "data.lines", sold(refusal("refund", refund(lines=[{"line": "zz"}])))),
    ("invalid", "data.policy", opened(refusal("set_policy", policy(policy="luck")))),
    ("invalid", "data.value", opened(refusal("set_policy", policy(value="sometimes")))),
    ("invalid", "data.period", opened(refusal("close_period", {"period": "2026-06"}))),
    ("invalid", "data.sha256", sold(refusal("attach_document", DOCUMENT | FOR_S1))),
    ("unknown_clinic", "clinic", refusal("define_service", massage())),
    ("forbidden", "actor.role", opened(refusal("define_service", massage(), actor=ADMIN | {"role": "provider"}))),
    ("unknown_offer", "data.offer", opened(refusal("sell_package", sale(offer="none")))),
    ("unknown_offer", "data.offer", opened(refusal("sell_package", sale(version=2)))),
    ("unknown_offer", "data.offer", opened(refusal("sell_package", sale(), "2025-12-31T10:00:00-05:00"))),
    ("unknown_service", "data.lines[0].services", opened(refusal("publish_offer", MAGIC_PACK))),
    ("unknown_service", "data.lines[1].service", sold(refusal("record_visit", visit(lines=UNKNOWN_LINES)))),
    ("unknown_subscription", "data.subscription", opened(refusal("extend", of("s-9", until="2026-12-31")))),
    ("unknown_subscription", "data.subscription", opened(refusal("expire", {"subscription": "s-9"}))),
    ("unknown_subscription", "data.subscription", opened(refusal("refund", refund(subscription="s-9")))),
    ("unknown_subscription", "data.subscription", opened(refusal("void_sale", of("s-9")))),
    ("unknown_subscription", "data.subscription", opened(refusal("credit_note", of("s-9", note="n", amount=1)))),
    ("unknown_subscription", "data.subscription", opened(refusal("record_payment", payment() | {"subscription": "s-9"}))),
    ("unknown_subscription", "data.subscription", opened(refusal("record_consent", consent() | {"subscription": "s-9"}))),
    ("unknown_subscription", "data.subscription", opened(refusal("log_communication", MESSAGE | {"subscription": "s-9"}))),
    ("unknown_subscription", "data.subscription", opened(refusal("attach_document", DOCUMENT | FOR_S1))),
    ("unknown_subscription", "data.prefer[1]", sold(refusal("record_visit", visit(prefer=["s-1", "s-9"])))),
    ("unknown_payment", "data.charge", opened(refusal("open_dispute", dispute()))),
    ("unknown_payment", "data.payments[1]", sold(refusal("record_payout", PAYOUT | {"payments": ["pay-s-1", "x"]}))),
    ("unknown_payment", "data.to", sold(refusal("refund", refund(to={"payment": "x"})))),
    ("unknown_visit", "data.visit", opened(refusal("reverse_consumption", REVERSED))),
    ("unknown_visit", "data.visit", opened(refusal("attach_document", DOCUMENT | {"visit": "v-9"}))),
    ("unknown_refund", "data.refund", opened(refusal("settle_refund", {"refund": "r-9", "status": "paid"}))),
    ("unknown_refund", "data.refunds[0]", opened(refusal("record_payout", PAYOUT | {"refunds": ["r-9"]}))),
    ("unknown_dispute", "data.dispute", opened(refusal("close_dispute", DISPUTE_LOST))),
    ("unknown_dispute", "data.disputes[0]", opened(refusal("record_payout", PAYOUT | {"disputes": ["d-9"]}))),
    ("unknown_dispute", "data.dispute", opened(refusal("attach_document", DOCUMENT | {"dispute": "d-9"}))),
    ("duplicate", "clinic", opened(refusal("define_clinic", {"name": "X", "currency": "USD", "timezone": "UTC"}))),
    ("duplicate", "data.subscription", sold(refusal("sell_package", sale()))),
    ("duplicate", "data.payment", sold(refusal("record_payment", payment("pay-s-1") | FOR_S1))),
    ("duplicate", "data.visit", sold(after("record_visit", visit(), refusal("record_visit", visit())))),
    ("duplicate", "data.consent", sold(after("record_consent", consent() | FOR_S1, refusal("record_consent", consent() | FOR_S1)))),
    ("duplicate", "data.refund", sold(after("refund", refund(lines=[{"line": "m", "quantity": "1"}]), refusal("refund", refund())))),
    ("duplicate", "data.note", unpaid(after("credit_note", of("s-1", note="n", amount=1), refusal("credit_note", of("s-1", note="n", amount=1))))),
    ("duplicate", "data.payout", opened(after("record_payout", PAYOUT, refusal("record_payout", PAYOUT)))),
    ("duplicate", "data.dispute", paid_by_card(after("open_dispute", dispute(), refusal("open_dispute", dispute())))),
    ("duplicate", "data.communication", opened(after("log_communication", MESSAGE, refusal("log_communication", MESSAGE)))),
    ("currency_mismatch", "data.currency", unpaid(refusal("record_payment", payment(currency="EUR") | FOR_S1))),
    ("currency_mismatch", "data.currency", paid_by_card(refusal("open_dispute", dispute(currency="EUR")))),
    ("amount_mismatch", "data.amount", unpaid(refusal("record_payment", payment(amount=PACK + 1) | FOR_S1))),
    ("amount_mismatch", "data.discount", opened(refusal("sell_package", sale(discount=PACK + 1)))),
    ("amount_mismatch", None, sold(refusal("void_sale", of("s-1")))),
    ("amount_mismatch", "data.amount", unpaid(refusal("credit_note", of("s-1", note="n", amount=PACK + 1)))),
    ("amount_mismatch", "data.to", sold(refusal("refund", refund(to=[{"payment": "pay-s-1", "amount": 1}])))),
    ("amount_mismatch", "data.amount", paid_by_card(after("open_dispute", dispute(), refusal("close_dispute", DISPUTE_LOST | {"amount": PACK + 1})))),
    ("period_closed", "data.effective", opened(after("close_period", {"period": "2026-01"}, refusal("set_policy", policy(effective="2026-01-31"))))),
    ("period_closed", "data.period", opened(after("close_period", {"period": "2026-01"}, refusal("close_period", {"period": "2026-01"})))),
    ("consent_required", None, opened(after("publish_offer", CONSENTED, refusal("sell_package", sale(offer="strict", payment=payment()))))),
    ("expired", "data.line", sold(lambda practice: _lapsed(practice).refuses("extend", of("s-1", until="2026-12-31"), LATE))),
    ("cancelled", "data.subscription", unpaid(after("void_sale", of("s-1"), refusal("extend", of("s-1", until="2026-12-31"))))),
    ("not_enough_units", "data.lines", sold(refusal("refund", refund(lines=[{"line": "m", "quantity": "6"}])))),
    ("not_enough_credit", "data.amount", unpaid(refusal("record_payment", payment(tender="store_credit") | FOR_S1))),
    ("already_reversed", "data.visit", sold(after("record_visit", visit(), after("reverse_consumption", REVERSED, refusal("reverse_consumption", REVERSED))))),
    ("refund_exceeds", "data.amount", sold(refusal("refund", refund(amount=PACK + 1)))),
    ("refund_exceeds", None, unpaid(refusal("refund", refund()))),
    ("approval_required", "data.approver", opened(refusal("set_policy", policy(approver="amy")))),
    ("approval_required", "data.approver", sold(refusal("extend", of("s-1", until="2026-12-31", approver="amy")))),
    ("conflict", "data.period", opened(after("record_payout", PAYOUT | {"amount": 5}, refusal("close_period", {"period": "2026-01"})))),
]
# fmt: on
ELSEWHERE = {"idempotency_conflict"}
"""Tested with every command."""
COVERAGE_ONLY = {"not_covered", "not_started", "held", "unpaid"}
"""Reasons of a coverage row (test_coverage.py), never of a refusal while there are no holds and moves."""
NOT_YET = {"not_transferable", "paused", "limit_exceeded"}
"""They come with transfers, pauses and capped memberships."""


def _lapsed(practice: Practice) -> Practice:
    practice.does("expire", {"subscription": "s-1"}, LATE)
    return practice


@pytest.mark.parametrize(
    ("code", "field", "told"), TABLE, ids=[f"{n}-{row[0]}" for n, row in enumerate(TABLE)]
)
def test_the_refusal_has_its_code_and_names_the_field(
    practice: Practice, code: str, field: str | None, told: Told
) -> None:
    error = told(practice)
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]
    assert "Traceback" not in error["message"]


def test_the_table_has_every_code_that_can_be_heard() -> None:
    told = {code for code, _, _ in TABLE}
    assert told | ELSEWHERE | COVERAGE_ONLY | NOT_YET == {code.value for code in Code}


ORDER: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # Each command has all the faults to the right of the code it is told.
    ("invalid", "record_visit", {"nonsense": 1}, {"clinic": "nowhere"}),
    ("unknown_clinic", "record_visit", visit(), {"clinic": "nowhere"}),
    ("idempotency_conflict", "sell_package", sale(offer="none"), {"id": "taken"}),
    ("forbidden", "sell_package", sale(offer="none"), {}),
    ("unknown_offer", "sell_package", sale(offer="none", discount=PACK + 1), {"actor": ADMIN}),
    ("unknown_service", "record_visit", visit(lines=UNKNOWN_LINES, prefer=["s-9"]), {"actor": ADMIN}),
    ("unknown_subscription", "record_visit", visit("v-0", prefer=["s-9"]), {"actor": ADMIN}),
    ("duplicate", "sell_package", sale("s-1", discount=PACK + 1), {"actor": ADMIN}),
    ("currency_mismatch", "sell_package", sale("s-2", payment=payment(currency="EUR", amount=PACK + 1)), {"actor": ADMIN}),
    ("amount_mismatch", "sell_package", sale("s-2", offer="strict", payment=payment(amount=PACK + 1, tender="store_credit")), {"actor": ADMIN}),
    ("consent_required", "sell_package", sale("s-2", offer="strict", payment=payment(tender="store_credit")), {"actor": ADMIN}),
    ("refund_exceeds", "refund", refund(amount=PACK + 1), {"actor": ADMIN | {"role": "dispute_handler"}}),
]  # fmt: skip


def test_the_first_fault_in_the_order_of_the_codes_is_told(practice: Practice) -> None:
    practice.opens().sells()
    practice.does("publish_offer", CONSENTED, OPENED)
    practice.does("record_visit", visit("v-0"), VISITED, id="taken")
    for code, command, data, more in ORDER:
        line = practice.line(command, data, VISITED, actor={"id": "jo", "role": "provider"}) | more
        result = practice.commands.handle(envelope(line))
        assert result.error is not None
        assert (code, command) == (result.error.code.value, command)
    ranks = [list(Code).index(Code(code)) for code, *_ in ORDER]
    assert ranks == sorted(ranks)
