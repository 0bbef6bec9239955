"""Sales and payments: whose money is where, and what is refused (accounting.md 4.10, 10.3)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from ledger.codes import ORDER, Code
from tests.support.clinic import Glow, consent, day, sessions

REFUSALS = [
    ({"amount": 110001}, "front_desk", Code.AMOUNT_MISMATCH),
    ({"amount": 10, "currency": "EUR"}, "front_desk", Code.CURRENCY_MISMATCH),
    ({"amount": 10, "payment": "pay-1"}, "front_desk", Code.DUPLICATE),
    ({"amount": 10, "tender": "store_credit"}, "front_desk", Code.NOT_ENOUGH_CREDIT),
]


def two_lines(**more: Any) -> Glow:
    glow = Glow()
    lines = []
    for name, price in (("session", 20000), ("facial", 10000)):
        glow.service(name, price)
        lines.append({"kind": "units", "line": name, "services": [name], "quantity": 2})
    glow.publish("two", 100000, lines, **more)
    glow.sell("01-05", "two", tax=10000)
    return glow


def test_parts_of_the_price_fund_lines_and_tax_by_what_each_still_lacks() -> None:
    glow = two_lines()
    for amount in (33333, 33333, 43334):
        glow.pay("01-05", amount)
    shares = [
        ([part.amount for part in paid.shares], paid.tax) for paid in glow.events(e.PaymentReceived)
    ]
    assert shares == [([20202, 10101], 3030), ([20202, 10101], 3030), ([26263, 13131], 3940)]
    assert [lot.funded for lot in glow.contract().lots.values()] == [66667, 33333]
    assert glow.contract().owed == 0


@pytest.mark.parametrize(
    ("tax", "expected"), [(0, 0), (2000, 2000), (10000, 10000), (20000, 10000)]
)
def test_an_explicit_tax_is_taken_first(tax: int, expected: int) -> None:
    glow = two_lines()
    glow.pay("01-05", 50000, tax=tax)
    assert glow.contract().tax_funded == expected
    glow.pay("01-06", 60000, tax=0)
    assert glow.contract().tax_funded == 10000
    assert glow.events(e.PaymentReceived)[-1].excess == 0


@pytest.mark.parametrize(("fields", "role", "code"), REFUSALS)
def test_what_cannot_be_paid(fields: dict[str, Any], role: str, code: Code) -> None:
    glow = two_lines()
    if code is Code.DUPLICATE:
        glow.pay("01-05", 10)
    assert glow.pay("01-06", role=role, **fields).code is code


def test_money_that_has_moved_is_recorded_and_the_excess_is_the_patients() -> None:
    glow = two_lines()
    assert glow.pay("01-05", 120000, role="service") == {"payment": "pay-1", "owed": 0}
    assert glow.state("patient", "p-1").store_credit == 10000
    assert glow.accounts() == {"1020": 120000, "2100": -100000, "2180": -10000, "2200": -10000}
    assert glow.contract().paid == 110000
    assert glow.refund("01-06", amount=110001, goodwill=True).code is Code.REFUND_EXCEEDS


def test_a_consent_that_was_asked_for() -> None:
    glow = two_lines(requires_consent=True)
    assert glow.pay("01-05", 10).code is Code.CONSENT_REQUIRED
    glow.pay("01-05", 10, role="service")
    assert glow.events(e.PaymentReceived)[0].consent_missing
    glow.consent("01-06")
    assert glow.consent("01-06").code is Code.DUPLICATE
    glow.pay("01-06", 10)
    assert not glow.events(e.PaymentReceived)[1].consent_missing


def test_the_sale_carries_consent_and_payment() -> None:
    glow = sessions(60000, 6)
    payment = {"payment": "pay-1", "amount": 20000, "tender": "cash"}
    answer = glow.sell("01-05", "six", discount=10000, payment=payment, consent=consent())
    assert (answer["price"], answer["owed"]) == (50000, 30000)
    assert answer["lines"] == [{"line": "session", "ssp": 120000, "allocated": 50000}]
    assert glow.contract().clauses == {"refund", "cancellation", "expiry"}
    assert glow.sell("01-06", "six").code is Code.DUPLICATE
    over = glow.sell("01-06", "six", subscription="s-2", discount=60001)
    assert over.code is Code.AMOUNT_MISMATCH


def test_what_was_billed_is_settled_first_and_is_not_drawable_until_then() -> None:
    glow = sessions(100000, 10, billing={"kind": "once", "cancellable": False})
    glow.sell("01-05", "six", tax=10)
    glow.pay("01-05", 50005)
    [paid] = glow.events(e.PaymentReceived)
    assert (paid.receivable, paid.shares, paid.tax) == (50005, (), 0)
    assert glow.contract().paid_ex_tax == 50000
    [row] = glow.visit("01-06", "v1", "session:10")
    assert (row["covered"], row["reason"]) == ("5", "unpaid")
    glow.pay("01-07", 50005)
    assert glow.contract().paid_ex_tax == 100000
    assert glow.visit("01-08", "v2", "session:5")[0]["covered"] == "5"
    assert glow.accounts() == {"1020": 100010, "2200": -10, "4000": -100000}


def test_terms_are_copied_onto_the_contract() -> None:
    glow = sessions(60000, 6)
    glow.sell("01-05", "six")
    glow.service("session", 99999)
    assert glow.publish(
        "six",
        1,
        [{"kind": "units", "line": "session", "services": ["session"], "quantity": 1}],
    ) == {"offer": "six", "version": 2}
    sold = glow.contract().sold
    assert sold is not None
    assert (sold.price, sold.offer_version, sold.lines[0].services[0].list_price) == (
        60000,
        1,
        20000,
    )
    assert sold.expires == day("04-04")


@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        (
            [
                {"kind": "units", "line": "a", "services": ["sauna"], "quantity": 1},
                {"kind": "access", "line": "a", "access": ["x"], "expires_after": {"days": 1}},
            ],
            Code.INVALID,
            "data.lines[1].line",
        ),
        ([{"kind": "access", "line": "a", "access": ["x"]}], Code.INVALID, "data.lines[0]"),
        (
            [{"kind": "units", "line": "a", "services": ["session", "sauna"], "quantity": 1}],
            Code.UNKNOWN_SERVICE,
            "data.lines[0].services",
        ),
    ],
)
def test_an_offer_that_cannot_be_priced(
    lines: list[dict[str, Any]], code: Code, field: str
) -> None:
    refusal = sessions(1, 1).publish("odd", 100, lines)
    assert (refusal.code, refusal.field) == (code, field)


def test_a_payout_is_explained_by_its_parts_or_not() -> None:
    glow = sessions(100000, 10)
    glow.sell("01-05", "six")
    glow.pay("01-05", 60000, charge="ch-1", fee=1770)
    glow.pay("01-05", 40000, tender="cash")
    glow.refund("01-06", lines=[{"line": "session", "quantity": "5"}])
    glow.dispute("01-07", 20000, fee=1500)
    parts = {
        "payments": ("pay-1", "pay-2"),
        "refunds": ("r-1",),
        "disputes": ("d-1",),
        "fees": 30,
    }
    net = 60000 - 1770 - 10000 - 21500 - 30
    assert glow.payout("01-09", net, **parts) == {"payout": "po-1", "unmatched": 0}
    assert glow.journal()[-2:] == [
        ("01-09", "48", {"1010": net, "1020": -net}),
        ("01-09", "47", {"6100": 30, "1020": -30}),
    ]
    assert glow.accounts().get("1020", 0) == 0
    assert glow.payout("01-09", net).code is Code.DUPLICATE


def test_what_a_payout_does_not_explain_is_unmatched() -> None:
    glow = sessions(100000, 10)
    glow.sell("01-05", "six")
    glow.pay("01-05", 60000)
    assert glow.payout("01-09", 59999, payments=("pay-1",))["unmatched"] == -1
    for part, code in (
        ("payments", Code.UNKNOWN_PAYMENT),
        ("refunds", Code.UNKNOWN_REFUND),
        ("disputes", Code.UNKNOWN_DISPUTE),
    ):
        assert Glow().payout("01-09", 1, **{part: ("x",)}).code is code


def test_the_codes_stand_in_the_order_in_which_they_are_checked() -> None:
    assert " ".join(sorted(ORDER, key=lambda code: ORDER[Code(code)])) == (
        "invalid unknown_clinic idempotency_conflict forbidden unknown_offer unknown_service "
        "unknown_subscription unknown_payment unknown_visit unknown_refund unknown_dispute "
        "duplicate currency_mismatch amount_mismatch period_closed consent_required "
        "not_transferable not_covered not_started expired cancelled paused held unpaid "
        "limit_exceeded not_enough_units not_enough_credit already_reversed refund_exceeds "
        "approval_required conflict"
    )
