"""Refunds: what comes back, on which payment, and what is kept (accounting.md 8.1)."""

from typing import Any

import pytest

from aggregates.assessing import assess_contract
from aggregates.quoting import quotes
from aggregates.subscription import events as e
from aggregates.subscription.correction_orders import AssessContract
from ledger.codes import Code
from tests.support.clinic import Glow, day, sessions

CLAWBACK: dict[str, Any] = {"refund": {"formula": "list_clawback"}}


def part_paid() -> Glow:
    """21.4: six sessions for 1,000.00, two thirds paid, three used."""
    glow = sessions(100000, 6, **CLAWBACK)
    glow.sell("02-02", "six")
    glow.pay("02-02", 33334)
    glow.visit("02-10", "v1", "session")
    glow.visit("02-24", "v2", "session")
    glow.pay("03-04", 33333)
    glow.visit("03-10", "v4", "session")
    return glow


def full(price: int = 100000, units: int = 10, tax: int = 0, **more: Any) -> Glow:
    glow = sessions(price, units, each=price // units, **more)
    glow.sell("02-02", "six", tax=tax)
    glow.pay("02-02", price + tax, charge="ch-1")
    return glow


def test_a_part_paid_package_claws_back_the_discount() -> None:
    glow = part_paid()
    answer = glow.refund("03-25")
    assert (answer["amount"], answer["tax"]) == (6667, 0)
    assert answer["payments"] == [{"payment": "pay-2", "amount": 6667}]
    assert answer["working"] == [
        {"step": "paid, without tax", "amount": 66667},
        {"step": "less what was used, at list price", "amount": -60000},
    ]
    assert glow.journal()[-2:] == [
        ("03-25", "29", {"2100 session": 16667, "2170": -6667, "4040": -10000}),
        ("03-25", "30", {"2170": 6667, "1020": -6667}),
    ]
    assert glow.accounts() == {"1020": 60000, "4000": -50000, "4040": -10000}
    contract = glow.contract()
    assert (contract.ended, contract.paid, contract.owed) == ("refunded", 60000, 0)
    assert glow.visit("03-26", "v5", "session")[0]["reason"] == "cancelled"


def test_every_formula_is_quoted_with_its_effect() -> None:
    shown = {row["formula"]: row for row in quotes(part_paid().contract(), day("03-25"))}
    assert {name: row["amount"] for name, row in shown.items()} == {
        "pro_rata": 16667,
        "list_clawback": 6667,
        "fixed_schedule": 0,
        "bonus_last": 16667,
        "none": 0,
    }
    assert shown["list_clawback"]["chosen"]
    assert shown["list_clawback"]["revenue_effect"] == 10000
    assert shown["pro_rata"]["liability_effect"] == -16667


@pytest.mark.parametrize(
    ("fee", "days", "on", "amount"),
    [
        (0, 0, "02-20", 60000),
        (5000, 0, "02-20", 55000),
        (5000, 14, "02-16", 60000),
        (5000, 14, "02-17", 55000),
    ],
)
def test_the_fee_and_the_cooling_off_window(fee: int, days: int, on: str, amount: int) -> None:
    glow = full(refund={"formula": "pro_rata", "fee": fee, "cooling_off_days": days})
    glow.visit("02-03", "v1", "session:4")
    assert glow.refund(on)["amount"] == amount
    assert glow.accounts().get("4040", 0) == amount - 60000


def test_refunds_by_line_and_again_come_to_the_same_as_one() -> None:
    """10 sessions for 800 at 100 each, 4 used: 400 back, 80 kept (8.1)."""
    glow = sessions(80000, 10, each=10000, refund={"formula": "list_clawback"})
    glow.sell("02-02", "six")
    glow.pay("02-02", 80000)
    glow.visit("02-03", "v1", "session:4")
    lines = [{"line": "session", "quantity": "3"}]
    assert glow.refund("02-05", "r-1", lines=lines)["amount"] == 20000
    assert glow.contract().ended is None
    assert glow.lot().remaining == 3
    over = glow.refund("02-05", "r-2", lines=[{"line": "session", "quantity": "4"}])
    assert over.code is Code.NOT_ENOUGH_UNITS
    assert glow.refund("02-06", "r-2", lines=lines)["amount"] == 20000
    assert glow.contract().ended == "refunded"
    assert glow.accounts() == {"1020": 40000, "4000": -32000, "4040": -8000}
    assert glow.refund("02-07", "r-3").code is Code.REFUND_EXCEEDS


def test_the_contracts_fee_is_kept_once_over_partial_refunds() -> None:
    glow = full(refund={"formula": "pro_rata", "fee": 3000})
    half = [{"line": "session", "quantity": "5"}]
    assert glow.refund("02-05", "r-1", lines=half)["amount"] == 48500
    assert glow.refund("02-06", "r-2")["amount"] == 47000


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lines": [{"line": "facial"}]}, Code.INVALID),
        ({"amount": 100001}, Code.REFUND_EXCEEDS),
        ({"to": {"payment": "pay-9"}}, Code.UNKNOWN_PAYMENT),
        ({"to": [{"payment": "pay-1", "amount": 5}]}, Code.AMOUNT_MISMATCH),
        ({"amount": 60000, "to": {"payment": "pay-2"}}, Code.REFUND_EXCEEDS),
    ],
)
def test_what_cannot_be_refunded(fields: dict[str, Any], code: Code) -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six")
    glow.pay("02-02", 60000)
    glow.pay("02-03", 40000)
    assert glow.refund("02-05", **fields).code is code


def test_a_refund_id_is_used_once() -> None:
    glow = full()
    glow.refund("02-05", amount=100, goodwill=True)
    assert glow.refund("02-05", amount=100, goodwill=True).code is Code.DUPLICATE


def test_the_latest_payment_is_filled_first() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six")
    glow.pay("02-02", 60000)
    glow.pay("02-03", 40000, tender="cash")
    answer = glow.refund("02-05", lines=[{"line": "session", "quantity": "5"}])
    assert answer["payments"] == [
        {"payment": "pay-2", "amount": 40000},
        {"payment": "pay-1", "amount": 10000},
    ]
    assert glow.journal()[-1] == ("02-05", "30", {"2170": 50000, "1010": -40000, "1020": -10000})
    to = [{"payment": "pay-1", "amount": 50000}]
    assert glow.refund("02-06", "r-2", to=to)["amount"] == 50000
    assert glow.contract().paid == 0


def test_a_refund_to_store_credit_cannot_go_back_on_the_card_as_well() -> None:
    glow = full()
    assert glow.refund("02-05", to="store_credit")["payments"] == []
    assert glow.state("patient", "p-1").store_credit == 100000
    assert glow.journal()[-1] == ("02-05", "29", {"2100 session": 100000, "2180": -100000})
    again = glow.refund("02-06", "r-2", amount=100, goodwill=True)
    assert again.code is Code.REFUND_EXCEEDS


def test_what_was_paid_with_store_credit_becomes_store_credit_again() -> None:
    glow = full()
    glow.refund("02-05", to="store_credit")
    sessions(40000, 2, clinic=glow, offer="two")
    glow.sell("02-09", "two", subscription="s-2")
    glow.pay("02-09", 40000, tender="store_credit", subscription="s-2")
    assert glow.state("patient", "p-1").store_credit == 60000
    glow.refund("02-10", "r-2", subscription="s-2")
    assert glow.state("patient", "p-1").store_credit == 100000
    assert glow.accounts() == {"1020": 100000, "2180": -100000}


def test_tax_comes_back_in_proportion_and_never_more_than_was_paid() -> None:
    glow = full(90000, 9, 5400)
    third = [{"line": "session", "quantity": "3"}]
    assert [glow.refund("02-05", f"r-{n}", lines=third)["tax"] for n in range(3)] == [1800] * 3
    assert glow.accounts() == {}


def test_tax_of_uneven_refunds_adds_up() -> None:
    glow = full(70000, 7, 1000)
    one = [{"line": "session", "quantity": "1"}]
    taxes = [glow.refund("02-05", f"r-{n}", lines=one)["tax"] for n in range(7)]
    assert taxes == [143, 143, 143, 142, 143, 143, 143]
    assert sum(taxes) == 1000


def test_goodwill_gives_money_and_keeps_the_units() -> None:
    glow = full(tax=5000)
    answer = glow.refund("02-05", amount=10500, goodwill=True)
    assert (answer["amount"], answer["tax"]) == (10500, 500)
    assert glow.journal()[-2] == ("02-05", "29", {"2200": 500, "4900": 10000, "2170": -10500})
    assert glow.lot().remaining == 10
    assert glow.visit("02-06", "v1", "session:10")[0]["covered"] == "10"


def test_an_agreed_amount_takes_all_unused_units() -> None:
    glow = full()
    glow.visit("02-03", "v1", "session:5")
    answer = glow.refund("02-05", amount=60000)
    assert answer["amount"] == 60000
    assert glow.journal()[-2] == (
        "02-05",
        "29",
        {"2100 session": 50000, "4900": 10000, "2170": -60000},
    )
    assert glow.contract().ended == "refunded"


def test_a_refund_pays_first_what_the_remaining_units_lack() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six")
    glow.pay("02-02", 60000)
    glow.visit("02-03", "v1", "session:2")
    lines = [{"line": "session", "quantity": "4"}]
    assert glow.refund("02-05", lines=lines).code is Code.REFUND_EXCEEDS
    lines = [{"line": "session", "quantity": "6"}]
    assert glow.refund("02-05", lines=lines)["amount"] == 20000
    contract, lot = glow.contract(), glow.lot()
    assert (contract.owed, lot.funded, lot.allocated) == (0, 40000, 40000)
    assert glow.visit("02-06", "v2", "session:2")[0]["covered"] == "2"
    assert glow.accounts() == {"1020": 40000, "4000": -40000}


def two_lines() -> Glow:
    glow = Glow()
    lines = []
    for name in ("session", "facial"):
        glow.service(name, 10000)
        lines.append({"kind": "units", "line": name, "services": [name], "quantity": 5})
    glow.publish("two", 100000, lines, term={"months": 3})
    glow.sell("02-02", "two")
    glow.pay("02-02", 70000)
    return glow


def test_freed_money_moves_to_the_line_that_was_used_ahead_of_its_share() -> None:
    glow = two_lines()
    glow.visit("02-03", "v1", "session:5")
    assert glow.lot("session").deferred(day("02-03")) == -15000
    assert glow.refund("02-05", lines=[{"line": "facial"}])["amount"] == 20000
    [refunded] = glow.events(e.Refunded)
    assert [(part.line, part.amount) for part in refunded.shares] == [("facial", 35000)]
    assert [(part.line, part.amount) for part in refunded.refilled] == [("session", 15000)]
    assert glow.accounts() == {"1020": 50000, "4000": -50000}


def test_a_refund_waits_for_the_processor_and_may_bounce() -> None:
    glow = full()
    glow.refund("02-05", paid=False)
    assert glow.accounts() == {"1020": 100000, "2170": -100000}
    for status, accounts in (
        ("paid", {}),
        ("paid", {}),
        ("failed", {"1020": 100000, "2170": -100000}),
        ("paid", {}),
    ):
        assert glow.settle("02-07", status) == {"refund": "r-1", "status": status}
        assert glow.accounts() == accounts
    assert glow.settle("02-08", "paid", "r-9").code is Code.UNKNOWN_REFUND


def test_a_unit_that_comes_back_after_a_refund_is_refundable_not_drawable() -> None:
    glow = full()
    glow.visit("02-03", "v1", "session:4")
    glow.refund("02-05")
    glow.reverse("02-06", "v1")
    assert glow.visit("02-06", "v2", "session")[0]["reason"] == "cancelled"
    assert glow.refund("02-07", "r-2")["amount"] == 40000
    assert glow.accounts() == {}


def test_expired_units_are_not_unused() -> None:
    glow = full()
    assert glow.refund("05-02").code is Code.REFUND_EXCEEDS


def with_messaging(paid: int = 136500) -> Glow:
    glow = Glow()
    glow.service("session", 10000)
    units = {"kind": "units", "line": "session", "services": ["session"], "quantity": 10}
    access = {"kind": "access", "line": "messaging", "access": ["chat"], "ssp": 36500}
    glow.publish("both", 136500, [units, access], term={"days": 365})
    glow.sell("01-01", "both")
    glow.pay("01-01", paid)
    return glow


def test_a_time_line_gives_back_the_days_that_are_left() -> None:
    glow = with_messaging()
    assert glow.refund("01-10", lines=[{"line": "messaging"}])["amount"] == 35500
    messaging = glow.lot("messaging")
    assert (messaging.accrued(day("12-31")), messaging.deferred(day("12-31"))) == (1000, 0)
    assert glow.contract().ended is None
    assert glow.refund("01-11", "r-2")["amount"] == 100000
    assert glow.contract().ended == "refunded"


def test_a_part_paid_time_line_earns_no_more_than_was_paid() -> None:
    glow = with_messaging(13650)
    assert glow.lot("messaging").accrued(day("12-31")) == 3650
    assert glow.lot("messaging").accrued(day("01-10")) == 1000


def test_a_line_of_access_without_value_ends_with_the_contract() -> None:
    glow = Glow()
    glow.service("session", 10000)
    units = {"kind": "units", "line": "session", "services": ["session"], "quantity": 10}
    access = {"kind": "access", "line": "messaging", "access": ["chat"]}
    glow.publish("both", 100000, [units, access], term={"days": 365})
    glow.sell("01-01", "both")
    glow.pay("01-01", 100000)
    assert glow.refund("01-10")["amount"] == 100000
    assert glow.contract().ended == "refunded"


def test_what_was_billed_and_not_paid_is_cancelled_with_the_units() -> None:
    glow = sessions(100000, 10, billing={"kind": "once", "cancellable": False})
    glow.sell("02-02", "six", tax=5000)
    glow.pay("02-03", 63000)
    glow.visit("02-04", "v1", "session:3")
    assert glow.accounts() == {"1020": 63000, "1100": 42000, "2100": -70000, "2200": -5000} | {
        "4000": -30000
    }
    answer = glow.refund("02-05")
    assert (answer["amount"], answer["tax"]) == (31500, 1500)
    assert glow.accounts() == {"1020": 31500, "2200": -1500, "4000": -30000}
    assert (glow.contract().receivable, glow.contract().owed) == (0, 0)


def test_what_was_a_deposit_goes_back_as_any_money_once_the_contract_is_assessed() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six", contract_met=False)
    glow.pay("02-02", 100000)
    assert glow.accounts() == {"1020": 100000, "2150": -100000}
    glow.change("02-05", AssessContract, assess_contract, met=True, approver="bo")
    assert glow.refund("02-06")["amount"] == 100000
    assert glow.accounts() == {}
