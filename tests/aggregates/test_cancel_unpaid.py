"""Cancelling what is not paid: what is owed all the same, and what is owed no more (7.6, 10)."""

from typing import Any

import pytest

from projections.balances.report import payment_status
from tests.support.alterations import Altered
from tests.support.clinic import day
from tests.support.corrections import Desk

THIRDS = [{"due": due, "amount": 33333 + (due == "+0d")} for due in ("+0d", "+30d", "+60d")]


class Whole(Altered, Desk):
    """A clinic with every command."""


def ten(tax: int = 0, clauses: tuple[str, ...] = ("expiry", "cancellation"), **more: Any) -> Whole:
    """Ten sessions for 1,000.00 in thirds, the first of them paid on 1 February."""
    glow = Whole({"escheat": "exempt"})
    glow.service("session", 12000)
    line = {"kind": "units", "line": "session", "services": ["session"], "quantity": 10}
    billing = {"kind": "plan", "instalments": THIRDS, "cancellable": True} | more
    glow.publish("ten", 100000, [line], term={"months": 6}, billing=billing)
    glow.sell("02-01", "ten", tax=tax)
    glow.consent("02-01", *clauses)
    glow.pay("02-01", 33334)
    return glow


def test_what_was_used_ahead_of_payment_stays_owed() -> None:
    """Five sessions used, 333.34 paid: 166.66 are owed, and paid they leave no asset behind."""
    glow = ten(draw_before_payment=True)
    glow.visit("02-02", "v-1", "session:5")
    glow.cancel("02-10")
    state = glow.contract()
    assert (state.owed, state.deferred(day("02-10"))) == (16666, -16666)
    assert payment_status(state, day("02-10")) == "part_paid"
    glow.pay("02-12", 16666)
    assert glow.contract().owed == 0
    assert glow.accounts() == {"1020": 50000, "4000": -50000}
    assert payment_status(glow.contract(), day("02-12")) == "paid"


def test_its_tax_stays_owed_with_it() -> None:
    """10 % of tax: 303.04 of 333.34 are paid for sessions; 196.96 and 19.69 of tax are owed."""
    glow = ten(tax=10000, draw_before_payment=True)
    glow.visit("02-02", "v-1", "session:5")
    glow.cancel("02-10")
    assert -glow.contract().deferred(day("02-10")) == 19696
    assert glow.contract().owed == 19696 + 1970
    glow.pay("02-12", 21666)
    assert glow.accounts() == {"1020": 55000, "2200": -5000, "4000": -50000}


def test_what_is_not_collected_is_written_off_and_what_was_not_done_is_not_owed() -> None:
    glow = ten(draw_before_payment=True)
    glow.visit("02-02", "v-1", "session:4")
    glow.visit("02-02", "v-2", "session")
    glow.cancel("02-10")
    glow.reverse("02-11", "v-2")
    assert glow.contract().owed == 6666
    glow.write_off("02-12", 6666)
    assert glow.contract().owed == 0
    assert glow.contract().deferred(day("02-12")) == 0


def test_what_was_not_used_is_owed_no_more() -> None:
    glow = ten(draw_before_payment=True)
    glow.visit("02-02", "v-1", "session:2")
    glow.cancel("02-10")
    assert (glow.contract().owed, glow.contract().waived) == (0, 66666)
    assert glow.accounts() == {"1020": 33334, "4000": -20000, "4040": -13334}


@pytest.mark.parametrize("ticked", [True, False])
@pytest.mark.parametrize(("on", "owed"), [("03-02", 0), ("03-03", 33333), ("03-10", 33333)])
def test_an_instalment_that_is_due_is_owed_whether_or_not_the_clock_ran(
    ticked: bool, on: str, owed: int
) -> None:
    """The second third of a plan that cannot be cancelled falls due on 3 March."""
    glow = ten(cancellable=False)
    if ticked:
        glow.passes(on)
    glow.cancel(on)
    assert glow.contract().owed == owed
    assert glow.accounts().get("1100", 0) == owed
    assert glow.passes("06-01") == []
