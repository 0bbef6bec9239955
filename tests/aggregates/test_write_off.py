"""Write-off and recovery (accounting.md 8.7; rows 41 and 42)."""

from typing import Any

import pytest

from ledger.codes import Code
from tests.support.alterations import Altered
from tests.support.clinic import counts, day, sessions
from tests.support.corrections import Desk, desk, tallied

BILLED: dict[str, Any] = {
    "billing": {"kind": "once", "cancellable": False, "draw_before_payment": True}
}
AHEAD: dict[str, Any] = {"billing": {"kind": "once", "draw_before_payment": True}}


def ten(tax: int = 0, **terms: Any) -> Desk:
    """Ten sessions for 1,000.00."""
    glow = desk(100000, 10, **terms)
    glow.sell("01-05", "six", tax=tax)
    return glow


def test_what_is_undelivered_is_cancelled_without_a_loss() -> None:
    glow = ten(**BILLED)
    glow.visit("01-06", "v1", "session:4")
    assert glow.write_off("06-01", 60000) == {"delivered": 0, "undelivered": 60000}
    assert glow.journal()[-1] == ("06-01", "41", {"2100 session": 60000, "1100": -60000})
    assert counts(glow.lot().remaining, glow.lot().refunded) == ["0", "6"]
    assert tallied(glow.lot())
    assert (glow.contract().owed, glow.contract().receivable) == (40000, 40000)
    assert glow.ties("06-01", "s-1")


def test_what_was_delivered_is_lost() -> None:
    glow = ten(**BILLED)
    glow.visit("01-06", "v1", "session:4")
    assert glow.write_off("06-01", 100000) == {"delivered": 40000, "undelivered": 60000}
    assert glow.journal()[-1] == (
        "06-01",
        "41",
        {"1190": 40000, "2100 session": 60000, "1100": -100000},
    )
    assert glow.accounts() == {"1190": 40000, "4000": -40000}
    assert glow.contract().owed == 0


def test_units_worth_a_part_of_the_liability_are_cancelled() -> None:
    glow = ten(**BILLED)
    glow.pay("01-05", 40000)
    glow.visit("01-06", "v1", "session:2")
    glow.write_off("06-01", 25000)
    assert counts(glow.lot().remaining, glow.lot().refunded) == ["5.5", "2.5"]
    assert glow.lot().value_left(day("06-01")) == 55000
    assert (glow.contract().receivable, glow.contract().owed) == (35000, 35000)
    assert glow.visit("01-07", "v2", lines=[line("5.5")])[0]["prepaid"] == 55000


def line(quantity: str) -> dict[str, str]:
    return {"line": "1", "service": "session", "quantity": quantity}


def test_units_are_rounded_up_to_a_thousandth() -> None:
    glow = ten(**BILLED)
    glow.write_off("06-01", 33333)
    assert counts(glow.lot().refunded, glow.lot().remaining) == ["3.334", "6.666"]
    assert glow.lot().deferred(day("06-01")) == 66667
    assert tallied(glow.lot())


def test_what_services_ran_ahead_of_cash_credits_the_liability() -> None:
    glow = ten(**AHEAD)
    glow.visit("01-06", "v1", "session:3")
    assert glow.accounts() == {"2100": 30000, "4000": -30000}
    glow.write_off("06-01", 30000)
    assert glow.journal()[-1] == ("06-01", "41", {"1190": 30000, "2100 session": -30000})
    assert glow.contract().owed == 70000
    assert counts(glow.lot().remaining) == ["7"]
    glow.pay("06-02", 70000)
    assert [row for _, row, _ in glow.journal()[-2:]] == ["42", "6"]
    assert glow.contract().owed == 30000
    assert glow.ties("06-02", "s-1")


def test_a_late_payment_recovers_what_was_lost() -> None:
    glow = ten(**BILLED)
    glow.visit("01-06", "v1", "session:4")
    glow.write_off("06-01", 100000)
    assert glow.pay("07-01", 40001).code is Code.AMOUNT_MISMATCH
    glow.pay("07-01", 15000, tender="cash")
    assert glow.journal()[-1] == ("07-01", "42", {"1010": 15000, "1190": -15000})
    contract = glow.contract()
    assert (contract.written_off, contract.paid, contract.owed) == (25000, 15000, 0)
    glow.pay("07-02", 25000)
    assert glow.accounts() == {"1010": 15000, "1020": 25000, "4000": -40000}
    assert glow.pay("07-03", 1).code is Code.AMOUNT_MISMATCH


def test_a_payment_settles_what_is_billed_then_recovers_then_funds() -> None:
    plan = [{"due": "+0d", "amount": 60000}, {"due": "+30d", "amount": 40000}]
    billing = {
        "kind": "plan",
        "instalments": plan,
        "cancellable": False,
        "draw_before_payment": True,
    }
    glow = ten(billing=billing)
    glow.visit("01-06", "v1", "session:6")
    glow.write_off("01-20", 45000)
    glow.pay("01-21", 100000)
    assert [(row, lines) for _, row, lines in glow.journal()[-3:]] == [
        ("5", {"1020": 15000, "1100": -15000}),
        ("42", {"1020": 45000, "1190": -45000}),
        ("6", {"1020": 40000, "2100 session": -40000}),
    ]
    assert (glow.contract().owed, glow.contract().paid) == (0, 100000)
    assert glow.accounts() == {"1020": 100000, "2100": -40000, "4000": -60000}


def test_tax_that_was_billed_is_lost_with_the_rest() -> None:
    glow = ten(tax=8000, **BILLED)
    glow.write_off("06-01", 108000)
    assert glow.journal()[-1][2] == {"1190": 8000, "2100 session": 100000, "1100": -108000}
    assert glow.accounts() == {"1190": 8000, "2200": -8000}


@pytest.mark.parametrize(
    ("terms", "amount", "approver", "code", "field"),
    [
        ({}, 1, "bob", Code.AMOUNT_MISMATCH, "data.amount"),
        (AHEAD, 30001, "bob", Code.AMOUNT_MISMATCH, "data.amount"),
        (BILLED, 100001, "bob", Code.AMOUNT_MISMATCH, "data.amount"),
        (BILLED, 100000, None, Code.APPROVAL_REQUIRED, "data.approver"),
        (BILLED, 100000, "amy", Code.APPROVAL_REQUIRED, "data.approver"),
    ],
)
def test_what_is_refused(
    terms: dict[str, Any], amount: int, approver: str | None, code: Code, field: str
) -> None:
    glow = ten(**terms)
    glow.visit("01-06", "v1", "session:3")
    refused = glow.write_off("06-01", amount, approver=approver)
    assert (refused.code, refused.field) == (code, field)


def test_time_that_is_left_is_cancelled_too() -> None:
    glow = Desk()
    access = {"kind": "access", "line": "lounge", "access": ["lounge"]}
    glow.publish("lounge", 9000, [access], term={"days": 90}, **BILLED)
    glow.sell("01-01", "lounge")
    glow.write_off("01-30", 4000)
    lounge = glow.lot("lounge")
    assert lounge.value_left(day("01-30")) == 2000
    assert lounge.accrued(day("01-30")) == 3000
    assert lounge.accrued(day("03-31")) == 5000


class Waiting(Altered, Desk):
    """Write-offs, and time."""


def test_an_instalment_that_is_written_off_is_not_asked_for_again() -> None:
    """The first of three is lost: the others fall due on their days, for their amounts."""
    parts = [{"due": due, "amount": 30000} for due in ("+0d", "+1m", "+2m")]
    plan = {"kind": "plan", "cancellable": False, "instalments": parts}
    made = Waiting({"escheat": "exempt", "draw_before_payment": True})
    sessions(90000, 6, clinic=made, billing=plan).sell("01-05", "six")
    made.visit("01-06", "v1", "session:2")
    made.write_off("01-10", 30000)
    made.passes("03-20")
    due = [entry for entry in made.journal() if entry[1] == "4"]
    assert [(on, moved["1100"]) for on, _, moved in due] == [
        ("01-05", 30000),
        ("02-05", 30000),
        ("03-05", 30000),
    ]
    assert made.contract().owed == 60000
    made.pay("03-21", 90000)
    assert (made.contract().owed, made.contract().written_off) == (0, 0)
