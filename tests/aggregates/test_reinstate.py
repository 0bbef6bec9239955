"""Reinstatement of expired units (accounting.md 7.7; rows 27 and 28)."""

from typing import Any

import pytest

from aggregates.patient import events as p
from aggregates.subscription import correction_events as c
from ledger.codes import Code
from tests.support.clinic import counts, day
from tests.support.corrections import Desk, desk, tallied


def lapsed(paid: int = 100000, tax: int = 0, **more: Any) -> Desk:
    """Ten sessions for 1,000.00, four used; the rest expires on 4 April and is forfeited."""
    policies = {"escheat": "exempt"} | more.pop("policies", {})
    glow = desk(100000, 10, policies=policies, **more)
    glow.sell("01-05", "six", tax=tax)
    glow.consent("01-05")
    glow.pay("01-05", paid)
    glow.visit("01-06", "v1", "session:4")
    glow.tick("04-05")
    return glow


def test_within_the_days_the_release_is_reversed() -> None:
    glow = lapsed()
    assert glow.accounts() == {"1020": 100000, "4000": -40000, "4030": -60000}
    assert glow.reinstate("05-01", "06-30") == {
        "until": "2026-06-30",
        "lots": [{"grant": "session.1", "quantity": "6", "method": "reverse"}],
    }
    assert glow.journal()[-1] == ("05-01", "27", {"4030": 60000, "2100 session": -60000})
    lot = glow.lot()
    assert counts(lot.expired, lot.remaining) == ["0", "6"]
    assert (lot.expires, glow.contract().last_day) == (day("06-30"), day("06-30"))
    assert tallied(lot)
    assert glow.ties("05-01", "s-1")
    assert glow.visit("06-30", "v2", "session:6")[0]["prepaid"] == 60000
    assert glow.accounts() == {"1020": 100000, "4000": -100000}


@pytest.mark.parametrize(
    ("on", "policies", "method"),
    [
        ("07-03", {}, "reverse"),
        ("07-04", {}, "zero_price"),
        ("04-30", {"reinstatement_days": 25}, "zero_price"),
        ("04-29", {"reinstatement_days": 25}, "reverse"),
        ("04-06", {"reinstatement": "zero_price"}, "zero_price"),
    ],
)
def test_the_method_depends_on_the_days_since_the_expiry(
    on: str, policies: dict[str, Any], method: str
) -> None:
    glow = lapsed(policies=policies)
    assert glow.reinstate(on, "12-31")["lots"][0]["method"] == method


def test_beyond_the_days_units_come_back_at_no_price() -> None:
    glow = lapsed()
    before = glow.journal()
    glow.reinstate("08-01", "12-31")
    assert glow.journal() == before
    lot = glow.lot()
    assert counts(lot.expired, lot.remaining) == ["0", "6"]
    assert (lot.deferred(day("08-01")), lot.value_left(day("08-01"))) == (0, 0)
    [row] = glow.visit("08-02", "v2", "session:5")
    assert (row["covered"], row["prepaid"]) == ("5", 0)
    assert glow.journal() == before
    glow.tick("2027-01-01")
    assert glow.accounts() == {"1020": 100000, "4000": -40000, "4030": -60000}
    assert tallied(glow.lot())


def test_an_earlier_draw_can_still_be_reversed_after_units_came_back() -> None:
    glow = lapsed()
    glow.reinstate("08-01", "12-31")
    glow.reverse("08-02", "v1")
    assert glow.accounts() == {"1020": 100000, "2100": -40000, "4030": -60000}
    assert counts(glow.lot().used, glow.lot().remaining) == ["0", "10"]
    assert glow.visit("08-03", "v2", "session:10")[0]["prepaid"] == 40000


def test_value_that_became_store_credit_comes_back() -> None:
    glow = lapsed(notices={"before_expiry_days": [10]})
    assert glow.state("patient", "p-1").store_credit == 60000
    glow.reinstate("08-01", "12-31")
    assert glow.journal()[-1] == ("08-01", "27", {"2180": 60000, "2100 session": -60000})
    assert glow.state("patient", "p-1").store_credit == 0
    assert glow.events(p.StoreCreditApplied)[-1].cause == "reinstatement"
    assert glow.visit("08-02", "v2", "session:3")[0]["prepaid"] == 30000
    assert glow.ties("08-02", "s-1")


def test_only_unspent_store_credit_comes_back_and_all_units_share_it() -> None:
    glow = lapsed(notices={"before_expiry_days": [10]})
    glow.use_credit("04-10", 45000)
    glow.reinstate("05-01", "06-30")
    assert glow.state("patient", "p-1").store_credit == 0
    assert glow.lot().deferred(day("05-01")) == 15000
    assert glow.visit("05-02", "v2", "session:2")[0]["prepaid"] == 5000
    assert glow.visit("05-03", "v3", "session:4")[0]["prepaid"] == 10000
    assert glow.of_contract() == {"1020": 100000, "2180": -45000, "4000": -55000}


def test_value_still_held_comes_back_without_an_entry() -> None:
    glow = lapsed(policies={"escheat": "subject"})
    before = glow.journal()
    glow.reinstate("08-01", "12-31")
    assert glow.journal() == before
    assert (glow.lot().held, glow.lot().deferred(day("08-01"))) == (0, 60000)
    assert glow.visit("08-02", "v2", "session")[0]["prepaid"] == 10000


def test_what_was_never_paid_is_owed_again() -> None:
    glow = lapsed(paid=55000, tax=10000)
    assert glow.contract().owed == 0
    glow.reinstate("05-01", "06-30")
    assert glow.contract().owed == 55000
    assert glow.visit("05-02", "v2", "session:3")[0]["covered"] == "1"
    glow.pay("05-03", 55000)
    assert glow.visit("05-04", "v3", "session:5")[0]["prepaid"] == 50000
    assert glow.accounts() == {"1020": 110000, "2200": -10000, "4000": -100000}


def test_at_no_price_nothing_is_owed_again() -> None:
    glow = lapsed(paid=50000)
    glow.reinstate("08-01", "12-31")
    assert glow.contract().owed == 0
    assert glow.visit("08-02", "v2", "session:6")[0]["covered"] == "6"


def test_an_expiry_that_is_not_recorded_yet_comes_first() -> None:
    glow = desk(90000, 6)
    glow.sell("01-05", "six")
    glow.consent("01-05")
    glow.pay("01-05", 90000)
    glow.reinstate("04-20", "06-30")
    assert [entry[:2] for entry in glow.journal()[-2:]] == [("04-04", "20"), ("04-20", "27")]
    assert counts(glow.lot().remaining) == ["6"]


def test_units_expire_anew_and_may_come_back_again() -> None:
    glow = lapsed()
    glow.reinstate("05-01", "06-30")
    assert glow.tick("07-01") == {"expired": ["session.1"]}
    glow.reinstate("07-02", "08-31")
    assert glow.accounts() == {"1020": 100000, "2100": -60000, "4000": -40000}
    assert len(glow.events(c.LotReinstated)) == 2


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"line": "facial"}, Code.INVALID, "data.line"),
        ({"until": "2026-04-30"}, Code.INVALID, "data.until"),
        ({"approver": None}, Code.APPROVAL_REQUIRED, "data.approver"),
        ({"approver": "amy"}, Code.APPROVAL_REQUIRED, "data.approver"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], code: Code, field: str) -> None:
    glow = lapsed()
    until = fields.pop("until", "2026-06-30")
    refused = glow.reinstate("05-01", until, **fields)
    assert (refused.code, refused.field) == (code, field)


def test_what_has_not_expired_or_has_ended_is_refused() -> None:
    glow = desk(90000, 6)
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    assert glow.reinstate("02-01", "06-30").code is Code.NOT_ENOUGH_UNITS
    glow.refund("02-02")
    assert glow.reinstate("02-03", "06-30").code is Code.CANCELLED
