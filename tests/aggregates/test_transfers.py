"""Transfers of units to another patient's contract (accounting.md 6.6; 4.9, "units leave")."""

from typing import Any

import pytest

from aggregates.refunding import refundable
from aggregates.subscription import correction_events as c
from aggregates.subscription import events as e
from ledger.codes import Code
from projections.balances.report import contract
from tests.support.clinic import DIGEST, counts, day
from tests.support.corrections import Desk, desk, tallied


def six(paid: int = 90000, **more: Any) -> Desk:
    """Six sessions for 900.00 that may be transferred."""
    terms = {"transferable": True} | more
    glow = desk(90000, 6, **terms)
    glow.sell("01-05", "six")
    if paid:
        glow.pay("01-05", paid)
    return glow


def test_value_travels_with_the_units() -> None:
    glow = six()
    glow.visit("01-06", "v1", "session:2")
    assert glow.transfer("01-10", "3") == {
        "to_subscription": "s-2",
        "lots": ["session.1"],
        "deferred": 45000,
    }
    assert glow.of_contract("s-1") == {"1020": 90000, "2100": -15000, "4000": -30000}
    assert glow.of_contract("s-2") == {"2100": -45000}
    assert glow.ties("01-10", "s-1", "s-2")
    given, got = glow.lot(), glow.lot("session", "s-2")
    assert counts(given.transferred, given.remaining, got.granted, got.remaining) == [
        "3",
        "1",
        "3",
        "3",
    ]
    assert tallied(given)
    assert (got.expires, got.allocated, got.deferred(day("01-10"))) == (day("04-04"), 45000, 45000)
    assert glow.visit("01-12", "v2", "session:3", patient="p-2")[0]["prepaid"] == 45000
    assert glow.visit("01-12", "v3", "session")[0]["prepaid"] == 15000
    assert glow.accounts() == {"1020": 90000, "4000": -90000}


def test_the_journal_has_one_entry_from_one_contract_to_the_other() -> None:
    glow = six()
    before = len(glow.journal())
    glow.transfer("01-10", "2")
    [(on, row, _)] = glow.journal()[before:]
    assert (on, row) == ("01-10", "6.6")


def test_a_new_contract_holds_just_the_units_under_the_same_offer_version() -> None:
    glow = six(grace_days=5)
    glow.transfer("01-10", "2")
    state = glow.contract("s-2")
    assert state.sold is not None
    assert (state.sold.offer, state.sold.offer_version, state.sold.patient) == ("six", 1, "p-2")
    assert (state.price, state.paid, state.owed) == (30000, 30000, 0)
    assert list(state.lots) == ["session.1"]
    assert state.last_day == day("04-04")
    assert glow.lot("session", "s-2").lapses == day("04-09")
    assert glow.state("patient", "p-2").subscriptions == ("s-2",)
    assert (glow.contract().paid, glow.contract().owed) == (60000, 0)


def test_units_join_a_contract_that_is_there_under_the_next_free_number() -> None:
    glow = six()
    glow.sell("01-06", "six", subscription="s-2", patient="p-2")
    glow.pay("01-06", 90000, subscription="s-2")
    glow.transfer("01-10", "2")
    assert glow.transfer("01-11", "1")["lots"] == ["session.3"]
    assert list(glow.contract("s-2").lots) == ["session.1", "session.2", "session.3"]
    assert len(glow.events(e.PackageSold)) == 2
    assert glow.contract("s-2").owed == 0
    assert glow.ties("01-11", "s-1", "s-2")


def test_odd_cents_stay_whole() -> None:
    glow = desk(100000, 7, transferable=True)
    glow.sell("01-05", "six")
    glow.pay("01-05", 100000)
    glow.visit("01-06", "v1", "session")
    assert glow.transfer("01-10", "2")["deferred"] == 28571
    assert glow.visit("01-11", "v2", "session:4")[0]["prepaid"] == 57143
    assert glow.visit("01-11", "v3", "session:2", patient="p-2")[0]["prepaid"] == 28571
    assert glow.accounts() == {"1020": 100000, "4000": -100000}


def test_what_was_not_paid_is_asked_of_the_other_contract() -> None:
    glow = six(0)
    glow.pay("01-05", 45000)
    glow.transfer("01-10", "3")
    giver, target = glow.contract(), glow.contract("s-2")
    assert (giver.owed, target.owed) == (22500, 22500)
    assert glow.ties("01-10", "s-1", "s-2")
    assert glow.visit("01-11", "v1", "session:2", patient="p-2")[0]["covered"] == "1"
    glow.pay("01-12", 22500, subscription="s-2")
    glow.pay("01-12", 22500)
    assert glow.of_contract("s-2") == {"1020": 22500, "2100": -30000, "4000": -15000}
    assert glow.contract().owed == 0
    assert glow.ties("01-12", "s-1", "s-2")


def test_tax_that_was_not_paid_goes_with_what_is_owed() -> None:
    glow = desk(90000, 6, transferable=True)
    glow.sell("01-05", "six", tax=9000)
    glow.transfer("01-10", "3")
    assert (glow.contract().owed, glow.contract("s-2").owed) == (49500, 49500)
    glow.pay("01-11", 49500, subscription="s-2")
    assert glow.of_contract("s-2") == {"1020": 49500, "2100": -45000, "2200": -4500}


def test_what_was_given_away_is_not_refunded() -> None:
    glow = six()
    glow.transfer("01-10", "2")
    assert glow.refund("01-11")["amount"] == 60000
    assert tallied(glow.lot())


def test_money_goes_back_once_whoever_holds_the_units() -> None:
    """Of 900.00, 300.00 counts at the other contract: more than 600.00 does not go back here."""
    glow = six()
    glow.transfer("01-10", "2")
    assert refundable(glow.contract()) == [
        {"payment": "pay-1", "charge": None, "refundable": 60000}
    ]
    agreed = {"approver": "bob", "reason": DIGEST}
    assert glow.refund("01-11", "r-1", amount=60001, **agreed).code is Code.REFUND_EXCEEDS
    assert glow.refund("01-11", "r-2", amount=60000, **agreed)["amount"] == 60000
    back = {"subscription": "s-2", "to": "store_credit"}
    assert glow.refund("01-12", "r-3", **back)["amount"] == 30000
    assert [glow.contract(key).paid for key in ("s-1", "s-2")] == [0, 0]
    assert glow.accounts() == {"1020": 30000, "2180": -30000}


@pytest.mark.parametrize(("quantity", "price"), [("2", 60000), ("6", 0)])
def test_what_was_given_away_is_no_part_of_the_price(quantity: str, price: int) -> None:
    glow = six()
    glow.transfer("01-10", quantity)
    given, got = (contract(glow.contract(key), day("01-10")) for key in ("s-1", "s-2"))
    assert (given["price"], given["paid"], given["payment_status"]) == (price, price, "paid")
    assert (got["price"], got["paid"], got["payment_status"]) == (
        90000 - price,
        90000 - price,
        "paid",
    )


def test_what_was_billed_and_not_paid_is_no_money_of_the_other_contract() -> None:
    """450.00 of 900.00 is billed and unpaid: four of six units take all the cash, and more."""
    due = [{"due": "+0d", "amount": 90000}]
    glow = six(0, billing={"kind": "plan", "instalments": due, "cancellable": False})
    glow.pay("01-05", 45000)
    assert glow.transfer("01-10", "4")["deferred"] == 60000
    assert [glow.contract(key).paid for key in ("s-1", "s-2")] == [0, 45000]
    back = {"subscription": "s-2", "to": "store_credit", "approver": "bob"}
    assert glow.refund("01-12", "r-1", amount=45001, **back).code is Code.REFUND_EXCEEDS
    glow.pay("01-12", 45000)
    assert [glow.contract(key).paid for key in ("s-1", "s-2")] == [45000, 45000]
    assert glow.contract().owed == glow.contract("s-2").owed == 0
    assert glow.ties("01-12", "s-1", "s-2")


def test_a_quota_that_is_earned_by_the_day_is_not_given_away_by_the_unit() -> None:
    """Its value is in its days: one of four visits would take all of it along (6.3)."""
    glow = Desk({"escheat": "exempt", "quota_membership": "ratable"})
    glow.service("session", 15000)
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": "4"}
    monthly = {"kind": "recurring", "every": "month", "grants": "each_cycle"}
    glow.publish("club", 40000, [line], billing=monthly, transferable=True)
    glow.sell("01-05", "club")
    glow.pay("01-05", 40000)
    refusal = glow.transfer("01-10", "1")
    assert (refusal.code, refusal.field) == (Code.NOT_TRANSFERABLE, "data.line")


def test_units_of_credit_are_face() -> None:
    glow = Desk()
    glow.service("session", 20000)
    line = {"kind": "credit", "line": "credit", "face": 55000}
    glow.publish("credit", 50000, [line], transferable=True)
    glow.sell("01-05", "credit")
    glow.pay("01-05", 50000)
    assert glow.transfer("01-10", "11000", line="credit")["deferred"] == 10000
    [row] = glow.visit("01-11", "v1", "session", patient="p-2")
    assert (row["credit"], row["prepaid"], row["patient_owes"]) == (11000, 10000, 9000)


@pytest.mark.parametrize(
    ("terms", "fields", "code", "field"),
    [
        ({}, {"line": "facial"}, Code.INVALID, "data.line"),
        ({}, {"to_subscription": "s-1", "to_patient": "p-1"}, Code.INVALID, "data.to_subscription"),
        ({}, {"to_subscription": "s-1"}, Code.UNKNOWN_SUBSCRIPTION, "data.to_subscription"),
        ({"transferable": False}, {}, Code.NOT_TRANSFERABLE, "data.subscription"),
        ({}, {"quantity": "7"}, Code.NOT_ENOUGH_UNITS, "data.quantity"),
    ],
)
def test_what_is_refused(
    terms: dict[str, Any], fields: dict[str, Any], code: Code, field: str
) -> None:
    glow = six(**terms)
    before = len(glow.history)
    refused = glow.transfer("01-10", **{"quantity": "2", **fields})
    assert (refused.code, refused.field) == (code, field)
    assert len(glow.history) == before


def test_what_is_over_or_held_cannot_go() -> None:
    glow = six()
    glow.consent("01-05")
    assert glow.transfer("04-05", "1").code is Code.EXPIRED
    glow.tick("04-05")
    assert glow.transfer("04-06", "1").code is Code.EXPIRED
    glow = six()
    glow.refund("01-06")
    assert glow.transfer("01-07", "1").code is Code.CANCELLED
    glow = six(0)
    glow.pay("01-05", 90000, charge="ch-1")
    glow.dispute("01-06", 90000)
    assert glow.transfer("01-07", "1").code is Code.HELD


def test_a_line_of_time_has_no_units() -> None:
    glow = Desk()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 9000, [access], term={"days": 90}, transferable=True)
    glow.sell("01-01", "lounge")
    assert glow.transfer("01-02", "1", line="lounge").code is Code.INVALID


def test_units_for_something_else_do_not_mix_with_a_line_of_that_name() -> None:
    glow = six()
    glow.service("peel", 9000)
    line = {"kind": "units", "line": "session", "services": ["peel"], "quantity": 3}
    glow.publish("peels", 20000, [line])
    glow.sell("01-05", "peels", subscription="s-2", patient="p-2")
    refused = glow.transfer("01-10", "1")
    assert (refused.code, refused.field) == (Code.INVALID, "data.to_subscription")


def test_both_sides_say_the_same_money() -> None:
    glow = six()
    glow.transfer("01-10", "2")
    [sent], [received] = glow.events(c.UnitsTransferred), glow.events(c.UnitsReceived)
    assert (sent.moved, sent.owed, sent.owed_tax) == (30000, 0, 0)
    assert (received.moved, received.owed, received.owed_tax) == (30000, 0, 0)
    assert [share.sale.subscription for share in sent.received] == ["s-2"]


def test_units_of_a_membership_become_a_contract_that_bills_nothing() -> None:
    glow = Desk()
    glow.service("session", 6000)
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": 4}
    monthly = {"kind": "recurring", "every": "month"}
    glow.publish("club", 20000, [line], billing=monthly, transferable=True)
    glow.sell("01-15", "club")
    assert glow.transfer("01-15", "1").code is Code.UNPAID
    glow.pay("01-15", 20000)
    assert glow.transfer("01-16", "1")["deferred"] == 5000
    assert glow.of_contract("s-2") == {"2110": -5000}
    state = glow.contract("s-2")
    assert (state.cycles, state.plan, state.owed) == ({}, None, 0)
    assert glow.lot("session", "s-2").expires == day("02-14")
    assert glow.visit("02-14", "v1", "session", patient="p-2")[0]["prepaid"] == 5000


def test_money_that_other_units_have_used_up_does_not_go() -> None:
    glow = six(0)
    glow.pay("01-05", 45000)
    glow.sell("01-05", "six", subscription="s-2", patient="p-2")
    glow.pay("01-05", 90000, subscription="s-2")
    back = {"subscription": "s-2", "to_subscription": "s-1", "to_patient": "p-1"}
    glow.transfer("01-06", "1", **back)
    assert glow.visit("01-07", "v1", "session:4")[0]["covered"] == "4"
    assert glow.transfer("01-08", "3")["deferred"] == 0
    assert (glow.contract().owed, glow.contract("s-2").owed) == (0, 45000)
    assert glow.contract().deferred(day("01-08")) == 0
    assert glow.ties("01-08", "s-1", "s-2")


def test_what_runs_from_its_first_use_does_so_for_whoever_uses_it() -> None:
    glow = six(validity="first_use")
    glow.transfer("01-10", "2")
    assert glow.lot("session", "s-2").expires is None
    glow.visit("06-01", "v1", "session", patient="p-2")
    assert glow.lot("session", "s-2").expires == day("08-31")
    assert glow.contract("s-2").last_day == day("08-31")
    assert glow.lot().expires is None
    assert glow.transfer("06-02", "1").code is Code.NOT_STARTED
