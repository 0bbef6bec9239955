"""Goodwill units: without value, without an entry (accounting.md 5.4; interfaces.md 4)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from ledger.codes import Code
from tests.support.clinic import counts, day
from tests.support.corrections import Desk, desk, tallied


def six(paid: int = 90000, **more: Any) -> Desk:
    glow = desk(90000, 6, **more)
    glow.sell("01-05", "six")
    if paid:
        glow.pay("01-05", paid)
    return glow


def test_units_on_a_contract_carry_nothing_and_post_nothing() -> None:
    glow = six()
    answer = glow.goodwill("01-10", "2", subscription="s-1")
    assert answer == {
        "subscription": "s-1",
        "line": "goodwill",
        "grant": "goodwill.1",
        "expires": "2026-04-04",
    }
    lot = glow.lot("goodwill")
    assert counts(lot.granted, lot.remaining) == ["2", "2"]
    assert (lot.allocated, lot.sold.bonus, lot.deferred(day("01-10"))) == (0, True, 0)
    assert glow.accounts() == {"1020": 90000, "2100": -90000}
    assert (glow.contract().price, glow.contract().owed) == (90000, 0)


def test_paid_units_go_first_and_goodwill_draws_at_nothing() -> None:
    glow = six()
    glow.goodwill("01-10", "1", subscription="s-1")
    [row] = glow.visit("01-12", "v1", "session:7")
    assert (row["covered"], row["prepaid"]) == ("7", 90000)
    assert [(draw["grant"], draw["amount"]) for draw in row["draws"]] == [
        ("session.1", 90000),
        ("goodwill.1", 0),
    ]
    assert glow.accounts() == {"1020": 90000, "4000": -90000}
    assert glow.journal()[-1][2] == {"2100 session": 90000, "4000": -90000}


def test_the_next_grant_of_the_service_is_the_next_lot_of_the_line() -> None:
    glow = six()
    glow.service("peel", 9000)
    glow.goodwill("01-10", "1", subscription="s-1")
    assert glow.goodwill("01-11", "1", subscription="s-1")["grant"] == "goodwill.2"
    assert glow.goodwill("01-11", "1", subscription="s-1", service="peel")["grant"] == (
        "goodwill-2.1"
    )


def test_without_a_contract_it_begins_one_named_after_the_command() -> None:
    glow = desk(90000, 6)
    answer = glow.goodwill("01-10", "2", expires="2026-02-10")
    assert answer["subscription"] == "cmd-7"
    state = glow.contract("cmd-7")
    assert (state.price, state.owed, state.last_day) == (0, 0, day("02-10"))
    assert glow.state("patient", "p-1").subscriptions == ("cmd-7",)
    [row] = glow.visit("02-10", "v1", "session")
    assert (row["covered"], row["prepaid"], row["patient_owes"]) == ("1", 0, 0)
    assert glow.visit("02-11", "v2", "session")[0]["reason"] == "expired"
    assert glow.journal() == []


def test_it_lapses_without_an_entry() -> None:
    glow = desk(90000, 6)
    glow.goodwill("01-10", "2", expires="2026-02-10")
    assert glow.tick("02-11", "cmd-7") == {"expired": ["goodwill.1"]}
    assert glow.events(e.ForfeitureHeld) == []
    assert glow.journal() == []
    assert tallied(glow.lot("goodwill", "cmd-7"))


@pytest.mark.parametrize("terms", [{}, {"grace_days": 10}])
def test_it_runs_with_its_contract_unless_a_last_day_is_given(terms: dict[str, Any]) -> None:
    glow = six(**terms)
    glow.goodwill("01-10", "1", subscription="s-1")
    glow.goodwill("01-10", "1", subscription="s-1", expires="2026-06-30")
    first, second = glow.contract().lots_of("goodwill")
    assert (first.expires, second.expires) == (day("04-04"), day("06-30"))
    assert second.lapses == day("06-30")
    assert first.lapses == glow.lot().lapses
    assert glow.contract().last_day == day("06-30")


def test_a_refund_gives_nothing_for_it_and_a_claw_back_takes_nothing() -> None:
    glow = six(refund={"formula": "list_clawback"})
    glow.goodwill("01-10", "1", subscription="s-1")
    glow.visit("01-12", "v1", lines=[{"line": "1", "service": "session", "quantity": "1"}])
    assert glow.refund("01-13")["amount"] == 90000 - 20000
    assert glow.contract().ended == "refunded"
    glow = six(refund={"formula": "list_clawback"})
    glow.visit("01-06", "v1", "session:6")
    glow.goodwill("01-10", "1", subscription="s-1")
    glow.visit("01-12", "v2", "session")
    assert counts(glow.lot("goodwill").used) == ["1"]
    assert glow.lot("goodwill").used_at_list == 0


def test_goodwill_needs_no_payment() -> None:
    glow = six(0)
    glow.goodwill("01-10", "1", subscription="s-1")
    assert glow.visit("01-12", "v1", "session")[0]["covered"] == "1"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"expires": "2026-01-09"}, Code.INVALID, "data.expires"),
        ({"subscription": "s-9"}, Code.UNKNOWN_SUBSCRIPTION, "data.subscription"),
        ({"subscription": "s-1", "patient": "p-9"}, Code.UNKNOWN_SUBSCRIPTION, "data.subscription"),
        ({"approver": None}, Code.APPROVAL_REQUIRED, "data.approver"),
        ({"approver": "amy"}, Code.APPROVAL_REQUIRED, "data.approver"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], code: Code, field: str) -> None:
    refused = six().goodwill("01-10", "1", **fields)
    assert (refused.code, refused.field) == (code, field)


def test_a_contract_that_is_over_or_ended_takes_none() -> None:
    glow = six()
    refused = glow.goodwill("04-05", "1", subscription="s-1")
    assert (refused.code, refused.field) == (Code.EXPIRED, "data.expires")
    glow.goodwill("04-05", "1", subscription="s-1", expires="2026-05-01")
    glow.refund("04-01")
    assert glow.goodwill("04-06", "1", subscription="s-1").code is Code.CANCELLED
    glow.goodwill("04-06", "1")
    assert glow.goodwill("04-06", "1").code is Code.DUPLICATE
