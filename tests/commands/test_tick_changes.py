"""What was arranged comes with the clock: pauses, plan changes, the end of a contract."""

from typing import Any

from aggregates.subscription import change_events as c
from tests.commands.practice import Practice, payment, visit
from tests.commands.test_tick_cycles import (
    FEE,
    MASSAGE,
    happened,
    joins,
    noon,
    opens,
    silver,
    ticks,
)

APRIL = "2026-04-15T10:00:00-04:00"
LATER = "2026-04-16T10:00:00-04:00"
S_1 = {"subscription": "s-1"}
GOLD = silver() | {"offer": "gold", "name": "Gold", "price": 20000}


def joined(practice: Practice) -> Practice:
    """A membership of 120.00 a month from 15 April, paid; gold costs 200.00 for two massages."""
    practice.clock.now = noon("2026-04-16")
    opens(practice)
    practice.does("publish_offer", GOLD | {"lines": [MASSAGE | {"quantity": "2"}]})
    joins(practice, at=APRIL)
    return practice


def named(practice: Practice, kind: type[Any]) -> list[str]:
    """The effective dates of the events of a kind."""
    history = practice.history()
    return [f"{item.effective_on:%m-%d}" for item in history if isinstance(item.event, kind)]


def test_a_cancelled_contract_ends_with_its_last_day_once(practice: Practice) -> None:
    joined(practice)
    asked = {"effective": "period_end", "channel": "app", "reason": "moved away"}
    result = practice.does("cancel", S_1 | asked, LATER)
    assert result.data == {"ends": "2026-05-14", "penalty": 0}
    before = practice.head()
    ticks(practice, "2026-05-14")
    assert happened(practice, before) == []
    ticks(practice, "2026-08-01")
    assert happened(practice, before) == [("05-14", "ContractEnded"), ("05-14", "ForfeitureHeld")]
    assert ticks(practice, "2026-08-02") == []
    assert practice.commands.desk(practice.clinic).patient("p-1").store_credit == FEE


def test_a_plan_changes_on_the_day_that_was_arranged(practice: Practice) -> None:
    joined(practice)
    change = {"offer": "gold", "effective": "2026-04-30", "proration": "days"}
    result = practice.does("change_plan", S_1 | change, LATER)
    assert result.data["due"] == 4000
    ticks(practice, "2026-05-01")
    assert named(practice, c.PlanChanged) == ["04-30"]
    practice.does("record_payment", payment("pay-2", 4000) | S_1, "2026-05-01T07:00:00-04:00")
    ticks(practice, "2026-05-20")
    state = practice.commands.desk(practice.clinic).subscription("s-1")
    assert state.owed == 20000
    assert list(state.cycles) == [1, 2]


def test_a_pause_with_benefits_spreads_the_rest_on_its_first_day(practice: Practice) -> None:
    joined(practice)
    pause = {"from": "2026-04-20", "until": "2026-04-30", "mode": "benefits_usable"}
    practice.does("pause", S_1 | pause, LATER)
    practice.does("record_visit", visit(), LATER)
    before = practice.head()
    ticks(practice, "2026-05-25")
    assert happened(practice, before) == [
        ("04-20", "PauseBegan"),
        ("05-25", "CycleDue"),
        ("05-25", "PaymentDue"),
    ]


def test_a_retired_offer_is_no_plan(practice: Practice) -> None:
    joined(practice)
    practice.does("retire_offer", {"offer": "gold"}, APRIL)
    change = {"offer": "gold", "effective": "now", "proration": "none"}
    error = practice.refuses("change_plan", S_1 | change, LATER)
    assert (error["code"], error["field"]) == ("unknown_offer", "data.offer")


def test_refusals_come_in_their_order(practice: Practice) -> None:
    joined(practice)
    unknown = {"subscription": "s-9"}
    for command, data, code in (
        ("pause", {"from": "2026-04-20"}, "unknown_subscription"),
        ("resume", {}, "unknown_subscription"),
        ("end_contract", {}, "unknown_subscription"),
        ("apply_changes", {}, "unknown_subscription"),
        ("cancel", {"effective": "now", "channel": "app", "reason": "x"}, "unknown_subscription"),
        ("change_plan", {"offer": "x", "effective": "now", "proration": "none"}, "unknown_offer"),
        (
            "change_plan",
            {"offer": "gold", "effective": "now", "proration": "none"},
            "unknown_subscription",
        ),
        ("modify_contract", modification("laser"), "unknown_service"),
        ("modify_contract", modification("massage"), "unknown_subscription"),
    ):
        assert practice.refuses(command, unknown | data, LATER)["code"] == code
    own = modification("massage") | {"approver": "amy", "price": 10000}
    error = practice.refuses("modify_contract", S_1 | own, LATER)
    assert (error["code"], error["field"]) == ("approval_required", "data.approver")
    practice.does("modify_contract", S_1 | own | {"approver": "bob"}, LATER)


def modification(service: str) -> dict[str, Any]:
    line = {"kind": "units", "line": "more", "services": [service], "quantity": "1"}
    agreed = {"modification": "m-1", "effective": "2026-04-16", "price": 0, "reason": "agreed"}
    return agreed | {"lines": [line]}


def test_what_is_unreadable_is_invalid(practice: Practice) -> None:
    joined(practice)
    for command, data in (
        ("pause", {"from": "2026-04-20", "mode": "sleep"}),
        ("cancel", {"effective": "soon", "channel": "app", "reason": "x"}),
        ("change_plan", {"offer": "gold", "effective": "now", "proration": "half"}),
        ("modify_contract", modification("massage") | {"lines": [{"line": "m"}]}),
        ("modify_contract", modification("massage") | {"lines": [{"line": "m", "quantity": "0"}]}),
        ("modify_contract", modification("massage") | {"lines": [{"line": "n", "kind": "units"}]}),
    ):
        assert practice.refuses(command, S_1 | data, LATER)["code"] == "invalid"
