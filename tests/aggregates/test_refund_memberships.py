"""Refunds of memberships: each cycle is a contract of its own (accounting.md 6.3, 8.1)."""

from typing import Any

import pytest

from aggregates.cycles import coming_cycle
from aggregates.quoting import quotes
from aggregates.subscription.correction_orders import TransferUnits
from aggregates.transferring import transfer_units
from ledger.codes import Code, Refused
from tests.support.clinic import DIGEST, Glow, counts, day, parsed, sessions

MONTHLY = {"kind": "recurring", "every": "month"}
FEE = 30000


def gold(formula: str = "pro_rata", *, tax: int = 0, **offer: Any) -> Glow:
    """300.00 a month for two massages of 100.00 and the sauna at 200.00, from 15 January."""
    glow = Glow()
    glow.service("massage", 10000)
    glow.service("sauna", 3000)
    lines = [
        {"kind": "units", "line": "massage", "services": ["massage"], "quantity": 2},
        {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": 20000},
    ]
    terms = {"billing": MONTHLY, "refund": {"formula": formula}} | offer
    assert glow.publish("gold", FEE, lines, **terms) == {"offer": "gold", "version": 1}
    glow.sell("01-15", "gold", tax=tax)
    return glow


def paid(formula: str = "pro_rata", **offer: Any) -> Glow:
    glow = gold(formula, **offer)
    glow.pay("01-15", FEE)
    return glow


def amounts(glow: Glow, on: str) -> tuple[int, int]:
    """What pro rata and claw-back come to."""
    shown = {row["formula"]: row["amount"] for row in quotes(glow.contract(), day(on))}
    return shown["pro_rata"], shown["list_clawback"]


def test_a_refund_of_the_running_cycle_ends_the_membership() -> None:
    """One of two massages and 11 of 31 days used: 75.00 + 96.77; 300 − 100 − 70.97 at list."""
    glow = paid("list_clawback")
    glow.visit("01-20", "v1", "massage")
    assert amounts(glow, "01-25") == (17177, 12903)
    assert glow.refund("01-25")["amount"] == 12903
    debits = {"2110 massage": 7500, "2110 sauna": 9677}
    assert glow.journal()[-2] == ("01-25", "29", debits | {"2170": -12903, "4040": -4274})
    contract = glow.contract()
    assert (contract.ended, contract.owed, contract.deferred(day("02-28"))) == ("refunded", 0, 0)
    assert coming_cycle(contract) is None
    assert glow.visit("01-26", "v2", "sauna")[0]["reason"] == "cancelled"


def test_cycles_that_are_over_do_not_count() -> None:
    """Nothing was used of the first cycle, and nothing comes back for it; 6 of 28 days used."""
    glow = paid("list_clawback")
    glow.consent("01-15", "expiry")
    glow.pay("02-15", FEE)
    glow.tick("02-16")
    assert amounts(glow, "02-20") == (15000 + 11786, FEE - 4286)
    assert glow.refund("02-20")["payments"] == [{"payment": "pay-2", "amount": 25714}]


def test_a_cycle_paid_ahead_comes_back_whole_and_first() -> None:
    glow = paid()
    glow.visit("01-20", "v1", "massage")
    glow.pay("01-21", FEE)
    assert amounts(glow, "01-25") == (17177 + FEE, 2 * FEE - 10000 - 7097)
    over = glow.refund("01-25", lines=[{"line": "massage", "quantity": 4}])
    assert over.code is Code.NOT_ENOUGH_UNITS
    two = glow.refund("01-25", lines=[{"line": "massage", "quantity": 2}])
    assert two["payments"] == [{"payment": "pay-2", "amount": 15000}]
    first, ahead = glow.contract().lots_of("massage")
    assert counts(first.remaining, ahead.remaining) == ["1", "0"]
    assert glow.contract().ended is None
    assert glow.refund("01-25", "r-2")["amount"] == 17177 + 15000
    assert glow.contract().ended == "refunded"


def test_a_refund_of_one_line_leaves_the_membership_running() -> None:
    glow = paid()
    assert glow.refund("01-25", lines=[{"line": "massage"}])["amount"] == 15000
    assert glow.contract().ended is None
    coming = coming_cycle(glow.contract())
    assert coming is not None
    assert coming.starts == day("02-15")
    assert glow.visit("01-26", "v2", "sauna")[0]["covered"] == "1"


def test_a_cycle_that_is_not_paid_in_full_has_nothing_to_give_back() -> None:
    glow = gold()
    glow.pay("01-15", 10000)
    assert glow.refund("01-20").code is Code.REFUND_EXCEEDS
    glow.pay("01-21", 20000)
    glow.pay("01-21", 10000)
    assert amounts(glow, "01-21") == (15000 + 14400, FEE - 800)
    assert glow.refund("01-21")["amount"] == 15000 + 14400
    contract = glow.contract()
    assert (contract.ended, contract.deferred(day("01-31"))) == (None, 10000)


def test_the_tax_of_a_cycle_comes_back_in_proportion() -> None:
    glow = gold(tax=2400)
    glow.pay("01-15", FEE + 2400)
    glow.pay("02-15", FEE + 2400)
    glow.tick("02-16")
    answer = glow.refund("02-20")
    assert (answer["amount"], answer["tax"]) == (26786 + 2143, 2143)


def test_a_joining_fee_comes_back_by_the_day() -> None:
    """62.00 over the first cycle's 31 days, 11 of them used."""
    glow = gold(billing=MONTHLY | {"setup_fee": 6200})
    glow.pay("01-15", FEE + 6200)
    answer = glow.refund("01-25", lines=[{"line": "setup_fee"}])
    assert answer["amount"] == 4000
    assert glow.journal()[-2] == ("01-25", "29", {"2140 setup_fee": 4000, "2170": -4000})


def test_a_joining_fee_is_no_part_of_the_price_that_bonus_units_share() -> None:
    """Two massages of 100.00 and a free one for 120.00 a month, one used: 120 × (2 − 1) ÷ 2."""
    glow = Glow()
    glow.service("massage", 10000)
    lines = [
        {"kind": "units", "line": "paid", "services": ["massage"], "quantity": 2},
        {"kind": "units", "line": "free", "services": ["massage"], "quantity": 1, "bonus": True},
    ]
    billing = MONTHLY | {"setup_fee": 6200}
    glow.publish("o", 12000, lines, billing=billing, refund={"formula": "bonus_last"})
    glow.sell("01-15", "o")
    glow.pay("01-15", 12000 + 6200)
    glow.visit("01-20", "v1", "massage")
    assert glow.refund("01-25")["amount"] == 6000 + 4000


COMMITTED: dict[str, Any] = {"billing": MONTHLY | {"commitment_cycles": 2}}


@pytest.mark.parametrize(
    ("penalty", "kept"), [({"percent": 20}, 6000), ({"amount": 2500}, 2500), (None, 0)]
)
def test_leaving_within_the_commitment_costs_the_penalty(
    penalty: dict[str, int] | None, kept: int
) -> None:
    glow = paid(**COMMITTED, cancellation={"penalty": penalty})
    answer = glow.refund("01-25")
    assert answer["amount"] == 15000 + 9677 - kept
    assert glow.accounts().get("4040", 0) == -kept
    assert glow.contract().owed == 0


def test_after_the_commitment_there_is_no_penalty() -> None:
    glow = paid(**COMMITTED, cancellation={"penalty": {"percent": 20}})
    glow.pay("02-15", FEE)
    assert glow.refund("03-14", lines=[{"line": "massage"}])["amount"] == 15000 - 3000
    glow.pay("03-15", FEE)
    assert glow.refund("03-15", "r-2")["amount"] == 15000 + 14516


def test_a_membership_without_commitment_has_no_penalty() -> None:
    glow = paid(cancellation={"penalty": {"percent": 20}})
    assert glow.refund("01-25")["amount"] == 15000 + 9677


def transferred(formula: str) -> Glow:
    """Four of ten sessions for 800.00 went from s-1 to s-2; two of s-1 were used."""
    glow = sessions(80000, 10, each=10000, refund={"formula": formula}, transferable=True)
    glow.sell("02-02", "six")
    glow.pay("02-02", 80000)
    glow.visit("02-03", "v1", "session:2")
    fields = {
        "subscription": "s-1",
        "line": "session",
        "quantity": 4,
        "to_patient": "p-2",
        "to_subscription": "s-2",
        "reason": DIGEST,
    }
    context = glow.context("02-04")
    order = parsed(TransferUnits, fields)
    decision = transfer_units(context, order, glow.contract(), glow.contract("s-2"))
    assert not isinstance(glow.take(context, decision), Refused)
    return glow


@pytest.mark.parametrize(
    ("formula", "giver", "receiver"), [("pro_rata", 32000, 32000), ("list_clawback", 28000, 32000)]
)
def test_units_that_went_elsewhere_are_refunded_there_as_store_credit(
    formula: str, giver: int, receiver: int
) -> None:
    """Paid for s-1 is 480.00 of which 200.00 at list is used; the payment lies on s-1."""
    glow = transferred(formula)
    assert glow.refund("02-05")["amount"] == giver
    assert glow.contract().ended == "refunded"
    assert glow.refund("02-05", "r-2", subscription="s-2").code is Code.REFUND_EXCEEDS
    answer = glow.refund("02-05", "r-2", subscription="s-2", to="store_credit")
    assert answer["amount"] == receiver
    assert glow.state("patient", "p-2").store_credit == receiver
    assert glow.contract("s-2").ended == "refunded"
