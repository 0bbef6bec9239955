"""Revenue that waits for a signature (policy `unit_trigger: signed`; accounting.md 6.1, 12.1)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from aggregates.subscription.using_events import DrawPosted
from ledger.codes import Code
from tests.support.clinic import Glow, day


def signing(**policies: Any) -> Glow:
    """Six sessions for 600.00, paid."""
    glow = Glow({"escheat": "exempt", "unit_trigger": "signed", **policies})
    glow.service("session", 10000)
    glow.publish(
        "six",
        60000,
        [{"kind": "units", "line": "session", "services": ["session"], "quantity": 6}],
        term={"months": 6},
    )
    glow.sell("01-05", "six")
    glow.pay("01-05", 60000)
    return glow


def test_a_visit_uses_units_at_once_and_is_earned_when_it_is_signed() -> None:
    glow = signing()
    [row] = glow.visit("01-10", "v1", "session:2")
    assert (row["covered"], row["prepaid"]) == ("2", 20000)
    assert glow.lot().remaining == 4
    assert glow.accounts() == {"1020": 60000, "2100": -60000}
    assert glow.contract().deferred(day("01-10")) == 60000
    glow.sign("02-03", "v1")
    # the service keeps its date, so that the row is dated like the visit
    assert glow.journal()[-1] == ("01-10", "9", {"2100 session": 20000, "4000": -20000})
    assert glow.contract().deferred(day("02-03")) == 40000
    assert glow.sign("02-04", "v1").code is Code.DUPLICATE
    assert len(glow.events(DrawPosted)) == 1


def test_the_default_earns_with_the_visit_and_a_signature_posts_nothing() -> None:
    glow = signing(unit_trigger="completed")
    glow.visit("01-10", "v1", "session")
    rows = len(glow.journal())
    glow.sign("01-11", "v1")
    assert len(glow.journal()) == rows
    assert glow.accounts() == {"1020": 60000, "2100": -50000, "4000": -10000}


def test_what_nobody_can_sign_is_earned_at_once() -> None:
    glow = signing()
    glow.visit("01-10", "v1", "session", status="no_show")
    assert glow.accounts() == {"1020": 60000, "2100": -50000, "4040": -10000}


@pytest.mark.parametrize("signed", [False, True])
def test_a_visit_that_is_undone(signed: bool) -> None:
    glow = signing()
    glow.visit("01-10", "v1", "session")
    if signed:
        glow.sign("01-11", "v1")
    glow.reverse("01-12", "v1")
    assert glow.accounts() == {"1020": 60000, "2100": -60000}
    assert (glow.lot().unsigned, glow.lot().earned, int(glow.lot().remaining)) == (0, 0, 6)
    assert glow.contract().unposted == {}
    if not signed:
        assert glow.sign("01-13", "v1") == {"visit": "v1"}
        assert glow.events(DrawPosted) == []


def test_an_unsigned_visit_is_neither_refunded_nor_forfeited() -> None:
    """What it used stays deferred until somebody signs; only the rest leaves."""
    glow = signing()
    glow.visit("01-10", "v1", "session:2")
    assert glow.refund("01-20")["amount"] == 40000
    assert glow.accounts() == {"1020": 20000, "2100": -20000}
    glow.sign("01-21", "v1")
    assert glow.accounts() == {"1020": 20000, "4000": -20000}

    glow = signing()
    glow.consent("01-05", "expiry")
    glow.visit("01-10", "v1", "session:2")
    glow.tick("08-01")
    assert glow.accounts() == {"1020": 60000, "2100": -20000, "4030": -40000}


def test_draws_are_limited_by_what_is_paid_all_the_same() -> None:
    glow = signing()
    glow.sell("01-05", "six", subscription="s-2", patient="p-2")
    glow.pay("01-05", 20000, subscription="s-2")
    [row] = glow.visit("01-10", "v1", "session:3", patient="p-2")
    assert (row["covered"], row["reason"]) == ("2", "unpaid")


def test_credit_pays_tax_when_the_visit_is_signed() -> None:
    glow = signing()
    glow.publish("credit", 50000, [{"kind": "credit", "line": "credit", "face": 55000}])
    glow.sell("01-05", "credit", subscription="s-2", patient="p-2")
    glow.pay("01-05", 50000, subscription="s-2", tender="cash")
    line = {"line": "1", "service": "session", "quantity": "2", "tax": 1575}
    glow.visit("01-12", "v1", lines=[line], patient="p-2")
    [draw] = glow.events(e.UnitsDrawn)
    assert (draw.unposted, draw.tax) == (draw.amount, 0)
    glow.sign("01-13", "v1")
    assert glow.journal()[-1] == (
        "01-12",
        "13",
        {"2120 credit": 19614, "2200": -1575, "4000": -18039},
    )
