"""A sale that is no contract yet: deposits, silent draws, and the test met later (accounting.md 2;
rows 7 and 8).
"""

from typing import Any

import pytest

from aggregates.subscription import correction_events as c
from ledger.codes import Code
from tests.support.clinic import counts, day
from tests.support.corrections import Desk, desk


def doubtful(tax: int = 0, **terms: Any) -> Desk:
    """Ten sessions for 1,000.00 to somebody who may not pay; no contract yet."""
    glow = desk(100000, 10, **terms)
    glow.sell("01-05", "six", tax=tax, contract_met=False)
    return glow


def test_money_waits_as_a_deposit_and_draws_post_nothing() -> None:
    glow = doubtful()
    glow.pay("01-05", 40000, fee=1200)
    assert glow.journal() == [
        ("01-05", "7", {"1020": 40000, "2150": -40000}),
        ("01-05", "47", {"6100": 1200, "1020": -1200}),
    ]
    [row] = glow.visit("01-06", "v1", "session:3")
    assert (row["covered"], row["prepaid"]) == ("3", 30000)
    assert len(glow.journal()) == 2
    assert (glow.contract().paid, glow.contract().owed) == (40000, 60000)
    assert glow.contract().deferred(day("01-06")) == 0
    assert glow.visit("01-07", "v2", "session:2")[0]["covered"] == "1"


def test_once_the_test_is_met_the_deposit_is_liability_and_revenue() -> None:
    glow = doubtful()
    glow.pay("01-05", 40000)
    glow.visit("01-06", "v1", "session:3")
    assert glow.assess("02-01") == {"met": True, "deposit": 40000}
    assert glow.journal()[-1] == (
        "02-01",
        "8",
        {"2150": 40000, "2100 session": -10000, "4000": -30000},
    )
    assert glow.ties("02-01", "s-1")
    glow.pay("02-02", 60000)
    glow.visit("02-03", "v2", "session:7")
    assert glow.accounts() == {"1020": 100000, "4000": -100000}
    assert (glow.contract().paid_ex_tax, glow.contract().owed) == (100000, 0)


def test_tax_in_the_deposit_is_owed_to_the_state() -> None:
    glow = doubtful(tax=8000)
    glow.pay("01-05", 54000)
    assert glow.visit("01-06", "v1", "session:6")[0]["covered"] == "5"
    glow.assess("02-01")
    assert glow.accounts() == {"1020": 54000, "2200": -4000, "4000": -50000}
    assert glow.ties("02-01", "s-1")


def test_services_ahead_of_the_deposit_are_a_contract_asset() -> None:
    glow = doubtful(billing={"kind": "once", "draw_before_payment": True})
    glow.pay("01-05", 10000)
    glow.visit("01-06", "v1", "session:4")
    glow.assess("02-01")
    assert glow.journal()[-1][2] == {"2150": 10000, "2100 session": 30000, "4000": -40000}
    assert glow.contract().deferred(day("02-01")) == -30000


def test_a_missed_visit_is_earned_where_missed_visits_are() -> None:
    glow = doubtful()
    glow.pay("01-05", 100000)
    glow.visit("01-06", "v1", "session")
    glow.visit("01-07", "v2", "session", status="no_show")
    glow.assess("02-01")
    assert glow.journal()[-1][2] == {
        "2150": 100000,
        "2100 session": -80000,
        "4000": -10000,
        "4040": -10000,
    }


def test_a_reversal_before_the_test_posts_nothing_and_one_after_it_mirrors() -> None:
    glow = doubtful()
    glow.pay("01-05", 100000)
    glow.visit("01-06", "v1", "session:2")
    glow.visit("01-07", "v2", "session")
    glow.reverse("01-08", "v1")
    assert glow.accounts() == {"1020": 100000, "2150": -100000}
    assert counts(glow.lot().used, glow.lot().remaining) == ["1", "9"]
    glow.assess("02-01")
    glow.reverse("02-02", "v2")
    assert glow.accounts() == {"1020": 100000, "2100": -100000}
    assert glow.ties("02-02", "s-1")


def test_judged_and_not_met_leaves_everything_as_it_is() -> None:
    glow = doubtful()
    glow.pay("01-05", 40000)
    before = glow.journal()
    assert glow.assess("02-01", met=False) == {"met": False, "deposit": 0}
    assert glow.journal() == before
    assert not glow.contract().has_contract
    glow.pay("02-02", 10000)
    assert glow.accounts() == {"1020": 50000, "2150": -50000}


def test_nothing_falls_due_before_there_is_a_contract() -> None:
    glow = doubtful(billing={"kind": "once", "cancellable": False})
    assert glow.journal() == []
    assert glow.contract().receivable == 0


def test_time_is_not_earned_before_there_is_a_contract() -> None:
    glow = Desk()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 9000, [access], term={"days": 90})
    glow.sell("01-01", "lounge", contract_met=False)
    glow.pay("01-01", 9000)
    assert glow.lot("lounge").accrued(day("01-30")) == 0
    glow.assess("01-31")
    assert glow.journal()[-1][2] == {"2150": 9000, "2110 lounge": -9000}
    assert glow.lot("lounge").accrued(day("01-30")) == 3000
    [assessed] = glow.events(c.ContractAssessed)
    assert [(lot.grant, lot.amount, lot.starts, lot.ends) for lot in assessed.running] == [
        ("lounge.1", 9000, day("01-01"), day("04-01"))
    ]


def test_each_payment_is_known_to_have_funded_its_part() -> None:
    glow = doubtful()
    glow.pay("01-05", 30000)
    glow.pay("01-06", 10000)
    glow.assess("02-01")
    assert [paid.shares for paid in glow.contract().payments.values()] == [
        (("session.1", 30000),),
        (("session.1", 10000),),
    ]


def test_a_deposit_for_units_that_expired_becomes_store_credit() -> None:
    glow = doubtful()
    glow.consent("01-05")
    glow.pay("01-05", 100000)
    glow.visit("01-06", "v1", "session:4")
    glow.tick("04-05")
    glow.assess("05-01")
    assert glow.accounts() == {"1020": 100000, "2180": -60000, "4000": -40000}
    assert glow.state("patient", "p-1").store_credit == 60000


@pytest.mark.parametrize(
    ("approver", "code", "field"),
    [
        (None, Code.APPROVAL_REQUIRED, "data.approver"),
        ("amy", Code.APPROVAL_REQUIRED, "data.approver"),
    ],
)
def test_somebody_else_must_approve(approver: str | None, code: Code, field: str) -> None:
    refused = doubtful().assess("02-01", approver=approver)
    assert (refused.code, refused.field) == (code, field)


def test_a_contract_is_not_assessed_twice() -> None:
    glow = doubtful()
    glow.assess("02-01")
    assert glow.assess("02-02").code is Code.DUPLICATE
    glow = desk(100000, 10)
    glow.sell("01-05", "six")
    assert glow.assess("02-01").code is Code.DUPLICATE


@pytest.mark.parametrize("outcome", ["lost", "accepted"])
def test_a_disputed_deposit_leaves_the_deposits(outcome: str) -> None:
    """Row 38 of money that never became a contract's."""
    glow = doubtful()
    glow.pay("01-05", 40000, charge="ch-1")
    glow.visit("01-06", "v1", "session")
    glow.dispute("01-10", 40000)
    glow.close_dispute("02-10", outcome, amount=30000)
    assert [lines for _, row, lines in glow.journal() if row in ("38", "39")] == [
        {"2150": 30000, "1130": -30000},
        {"1020": 10000, "1130": -10000},
    ]
    contract = glow.contract()
    assert (contract.deposit, contract.returned) == (10000, 30000)
    assert glow.accounts() == {"1020": 10000, "2150": -10000}
    assert glow.visit("02-11", "v2", "session")[0]["reason"] == "unpaid"
    assert glow.assess("03-01")["deposit"] == 10000
    assert glow.accounts() == {"1020": 10000, "4000": -10000}
    assert glow.ties("03-01", "s-1")


@pytest.mark.parametrize(("tax", "back"), [(0, 10000), (8000, 7600)])
def test_a_deposit_goes_back_less_what_was_delivered(tax: int, back: int) -> None:
    """400.00 are paid, three sessions at 100.00 were given; no revenue, and no more is owed."""
    glow = doubtful(tax=tax)
    glow.pay("01-05", 40000)
    glow.visit("01-06", "v1", "session:3")
    assert glow.refund("01-10")["amount"] == back
    assert glow.journal()[-2:] == [
        ("01-10", "29", {"2150": back, "2170": -back}),
        ("01-10", "30", {"2170": back, "1020": -back}),
    ]
    kept, contract = 40000 - back, glow.contract()
    assert (contract.deposit, contract.paid, contract.ended) == (kept, kept, "refunded")
    assert glow.accounts() == {"1020": kept, "2150": -kept}
    glow.assess("02-01")
    books = glow.accounts()
    assert (books["4000"], books.get("2200", 0), books.get("2180")) == (-30000, 30000 - kept, None)


def test_a_deposit_of_which_a_part_went_back_is_assessed_as_what_is_left() -> None:
    glow = doubtful()
    glow.pay("01-05", 40000)
    line = {"line": "session", "quantity": "8"}
    agreed: dict[str, Any] = {"amount": 20000, "lines": [line], "approver": "bob"}
    assert glow.refund("01-10", **agreed)["amount"] == 20000
    assert glow.refund("01-10", "r-2", amount=20001, approver="bob").code is Code.REFUND_EXCEEDS
    assert glow.assess("02-01")["deposit"] == 20000
    assert (glow.contract().owed, glow.contract().paid) == (0, 20000)
    glow.visit("02-02", "v1", "session:2")
    assert glow.accounts() == {"1020": 20000, "4000": -20000}


def test_a_visit_before_a_deposit_went_back_can_be_undone() -> None:
    """What comes back was worth 300.00 of the deposit, which can go back then."""
    glow = doubtful()
    glow.pay("01-05", 40000)
    glow.visit("01-06", "v1", "session:3")
    assert glow.refund("01-10", lines=[{"line": "session", "quantity": "2"}])["amount"] == 2857
    glow.reverse("01-11", "v1")
    assert not glow.contract().unposted
    assert glow.lot().value_left(day("01-11")) == 80000
    assert glow.refund("01-12", "r-2")["amount"] == 37143
    assert glow.accounts() == {}


def test_money_of_a_contract_is_not_refunded_twice_as_a_deposit() -> None:
    glow = doubtful()
    glow.pay("01-05", 40000)
    glow.refund("01-10")
    assert glow.refund("01-11", "r-2").code is Code.REFUND_EXCEEDS
