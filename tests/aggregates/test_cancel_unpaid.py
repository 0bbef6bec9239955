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


def ten(
    tax: int = 0,
    clauses: tuple[str, ...] = ("expiry", "cancellation"),
    policies: dict[str, Any] | None = None,
    **more: Any,
) -> Whole:
    """Ten sessions for 1,000.00 in thirds, the first of them paid on 1 February."""
    glow = Whole({"escheat": "exempt"} if policies is None else policies)
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


@pytest.mark.parametrize("tax", [0, 10000])
def test_without_the_clause_only_what_was_paid_becomes_store_credit(tax: int) -> None:
    """Two thirds are due, one is paid, nothing used: the third that is billed is owed no more."""
    glow = ten(tax=tax, clauses=("refund",), cancellable=False)
    glow.passes("03-10")
    glow.cancel("03-10")
    state = glow.contract()
    books = glow.accounts()
    assert (state.owed, state.receivable, "1100" in books) == (0, 0, False)
    assert books["1020"] == 33334 == -books["2180"] - books.get("2200", 0)
    assert state.deferred(day("03-10")) == 0


def test_with_the_clause_what_is_billed_is_kept_and_stays_owed() -> None:
    glow = ten(cancellable=False)
    glow.passes("03-10")
    glow.cancel("03-10")
    assert glow.contract().owed == 33333
    assert glow.accounts() == {"1020": 33334, "1100": 33333, "4040": -66667}


def test_expiry_without_the_clause_credits_what_was_paid() -> None:
    """Two of ten sessions used, all thirds billed, one paid: 133.34 of it is left."""
    glow = ten(clauses=("refund",), cancellable=False)
    glow.visit("02-02", "v-1", "session:2")
    glow.passes("08-02")
    assert glow.contract().owed == 0
    assert glow.accounts() == {"1020": 33334, "4000": -20000, "2180": -13334}


def test_the_state_is_due_nothing_that_was_never_paid() -> None:
    """Escheat at its default: what is held is the money, the rest is owed and earned."""
    glow = ten(policies={}, cancellable=False)
    glow.passes("03-10")
    glow.cancel("03-10")
    assert glow.lot().held == 33334
    assert glow.accounts() == {"1020": 33334, "1100": 33333, "2100": -33334, "4040": -33333}


def test_what_thaws_after_the_cancellation_is_kept_as_a_cancellation_is() -> None:
    """Two of ten sessions used, 1,000.00 paid; disputed, cancelled, won: 4040, not breakage."""
    glow = ten()
    glow.pay("02-01", 66666, charge="ch-1")
    glow.visit("02-02", "v-1", "session:2")
    glow.dispute("02-03", 66666)
    glow.cancel("02-10")
    glow.close_dispute("02-20", "won")
    assert glow.accounts() == {"1020": 100000, "4000": -20000, "4040": -80000}
