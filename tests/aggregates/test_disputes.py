"""Disputes: units freeze, then leave or thaw (accounting.md 8.5, 21.6)."""

from decimal import Decimal

import pytest

from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.clinic import Glow, day, sessions


def disputed(amount: int = 95400) -> Glow:
    glow = sessions(90000, 6, each=15000)
    glow.sell("02-03", "six", tax=5400)
    glow.consent("02-03")
    glow.pay("02-03", 95400, charge="ch-1", fee=2797)
    for on, visit in (("02-10", "v1"), ("02-24", "v2"), ("03-10", "v3")):
        glow.visit(on, visit, "session")
    glow.dispute("04-10", amount, fee=1500)
    return glow


def test_frozen_units_neither_expire_nor_cover() -> None:
    glow = disputed()
    assert glow.journal()[-1] == ("04-10", "37", {"1130": 95400, "6110": 1500, "1020": -96900})
    assert glow.visit("04-11", "v4", "session")[0]["reason"] == "held"
    assert glow.tick("05-03") == {"expired": []}
    assert glow.refund("04-12").code is Code.REFUND_EXCEEDS


def test_lost_in_full() -> None:
    glow = disputed()
    assert glow.close_dispute("05-20", "lost")["lost"] == 95400
    assert glow.journal()[-1] == (
        "05-20",
        "38",
        {"2100 session": 45000, "2200": 5400, "4910": 45000, "1130": -95400},
    )
    assert glow.accounts() == {
        "1020": -4297,
        "4000": -45000,
        "4910": 45000,
        "6100": 2797,
        "6110": 1500,
    }
    contract = glow.contract()
    assert (contract.ended, contract.paid, contract.owed) == ("disputed", 0, 0)
    assert glow.lot().remaining == 0


def test_lost_in_part() -> None:
    glow = disputed()
    glow.close_dispute("05-20", "lost", amount=30000)
    lost, back, expired = glow.journal()[-3:]
    assert lost == ("05-20", "38", {"2100 session": 28302, "2200": 1698, "1130": -30000})
    assert back == ("05-20", "39", {"1020": 65400, "1130": -65400})
    assert expired == ("05-20", "20", {"2100 session": 16698, "4030": -16698})
    [settled] = glow.events(e.DisputeSettled)
    assert [str(lot.quantity) for lot in (*settled.lots, *settled.thawed)] == ["1.887", "1.113"]
    assert [str(glow.lot().refunded), str(glow.lot().expired)] == ["1.887", "1.113"]
    assert glow.lot().remaining == 0


@pytest.mark.parametrize("outcome", ["won", "withdrawn"])
def test_won(outcome: str) -> None:
    glow = disputed()
    glow.close_dispute("05-20", outcome, fee_returned=True)
    assert glow.journal()[-2:] == [
        ("05-20", "39", {"1020": 96900, "1130": -95400, "6110": -1500}),
        ("05-20", "20", {"2100 session": 45000, "4030": -45000}),
    ]


def test_won_while_the_units_are_still_valid() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "won")
    assert glow.visit("04-21", "v4", "session:3")[0]["covered"] == "3"


def test_more_than_the_liability_was_delivered() -> None:
    glow = disputed()
    glow.close_dispute("05-20", "accepted", amount=60000)
    assert glow.journal()[-2] == (
        "05-20",
        "38",
        {"2100 session": 45000, "2200": 3396, "4910": 11604, "1130": -60000},
    )
    assert glow.journal()[-1][1] == "39"


def test_an_inquiry_freezes_and_posts_nothing() -> None:
    glow = disputed()
    before = glow.accounts()
    glow.dispute("04-12", 95400, dispute="d-2", case_type="inquiry")
    assert glow.accounts() == before
    assert len(glow.events(e.UnitsFrozen)) == 1


def test_only_the_share_of_the_disputed_charge_is_frozen() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six")
    glow.pay("02-02", 60000, charge="ch-1")
    glow.pay("02-03", 40000, charge="ch-2")
    glow.visit("02-04", "v1", "session:2")
    glow.dispute("02-10", 60000)
    assert glow.lot().frozen == Decimal("4.8")
    assert glow.visit("02-11", "v2", "session:4")[0]["reason"] == "held"
    glow.close_dispute("02-20", "lost")
    assert glow.journal()[-1] == ("02-20", "38", {"2100 session": 48000, "4910": 12000}
        | {"1130": -60000})  # fmt: skip
    assert glow.contract().owed == 0


def test_units_that_were_not_fully_paid_leave_with_what_is_still_owed_for_them() -> None:
    glow = sessions(100000, 10)
    glow.sell("02-02", "six", tax=10000)
    glow.pay("02-02", 55000, charge="ch-1")
    glow.visit("02-04", "v1", "session:2")
    assert glow.contract().owed == 55000
    glow.dispute("02-10", 55000)
    glow.close_dispute("02-20", "lost")
    assert glow.journal()[-1] == ("02-20", "38", {"2100 session": 30000, "2200": 5000}
        | {"4910": 20000, "1130": -55000})  # fmt: skip
    contract, lot = glow.contract(), glow.lot()
    assert (contract.ended, contract.owed) == ("disputed", 0)
    assert lot.remaining == 0
    assert (lot.allocated, lot.funded) == (20000, 20000)


def test_after_a_partial_loss_the_tax_of_a_later_refund_is_its_own() -> None:
    glow = disputed()
    glow.close_dispute("04-20", "lost", amount=30000)
    answer = glow.refund("04-21")
    assert (answer["amount"], answer["tax"]) == (16698 + 1002, 1002)


def test_one_charge_may_have_paid_two_packages() -> None:
    glow = sessions(60000, 6, each=10000)
    for key, payment in (("s-1", "pay-1"), ("s-2", "pay-2")):
        glow.sell("02-02", "six", subscription=key)
        glow.pay("02-02", 60000, subscription=key, payment=payment, charge="ch-1")
    glow.visit("02-03", "v1", "session:6")
    glow.dispute("02-10", 120000, fee=1500)
    glow.close_dispute("02-20", "lost")
    assert glow.accounts() == {
        "1020": -1500,
        "4000": -60000,
        "4910": 60000,
        "6110": 1500,
    }
    assert [glow.contract(key).paid for key in ("s-1", "s-2")] == [0, 0]


def test_a_time_line_loses_its_remaining_days() -> None:
    glow = Glow()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 36500, [access], term={"days": 365})
    glow.sell("01-01", "lounge")
    glow.pay("01-01", 36500, charge="ch-1")
    glow.dispute("01-05", 10000)
    glow.close_dispute("01-10", "lost")
    assert glow.journal()[-1] == ("01-10", "38", {"2110 lounge": 10000, "1130": -10000})
    lounge = glow.lot("lounge")
    assert lounge.allocated == lounge.accrued(day("12-31")) == 26500
    assert glow.contract().ended is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"charge": "ch-9", "dispute": "d-2"}, Code.UNKNOWN_PAYMENT),
        ({}, Code.DUPLICATE),
        ({"currency": "eur", "dispute": "d-2"}, Code.CURRENCY_MISMATCH),
    ],
)
def test_what_cannot_be_disputed(fields: dict[str, str], code: Code) -> None:
    assert disputed().dispute("04-11", 95400, **fields).code is code


def test_what_cannot_be_closed() -> None:
    glow = disputed()
    assert glow.close_dispute("05-20", "lost", amount=95401).code is Code.AMOUNT_MISMATCH
    assert glow.close_dispute("05-20", "won", amount=100).code is Code.AMOUNT_MISMATCH
    glow.close_dispute("05-20", "won")
    assert glow.close_dispute("05-21", "won").code is Code.DUPLICATE
    assert Glow().close_dispute("05-20", "won").code is Code.UNKNOWN_DISPUTE
