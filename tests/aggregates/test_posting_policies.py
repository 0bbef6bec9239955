"""Policies that say where the books show an amount, and what is looked at (accounting.md 18)."""

from datetime import date
from typing import Any

import pytest

from aggregates.clinic.policies import problem_with
from aggregates.lateness import LateEffect, for_review
from aggregates.subscription.change_events import ContractEnded
from aggregates.subscription.events import PackageSold, Refunded
from ledger.calendar import Period
from projections.close.figures import late_effects
from tests.support.alterations import Altered
from tests.support.clinic import Glow, sessions
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

EXEMPT = {"escheat": "exempt"}


class Lapsing(Altered, Desk):
    """Time, and what is taken back."""


@pytest.mark.parametrize(
    ("policies", "account"), [({}, "4040"), ({"forfeiture_account": "4030"}, "4030")]
)
def test_what_a_refund_keeps_is_forfeited_where_the_clinic_says(
    policies: dict[str, Any], account: str
) -> None:
    """Two of six at 200.00 used of 900.00: clawback gives back 500.00 of 600.00."""
    glow = sessions(90000, 6, clinic=Glow(EXEMPT | policies), refund={"formula": "list_clawback"})
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    glow.visit("01-12", "v1", "session:2")
    glow.refund("01-20")
    assert glow.journal()[-2] == ("01-20", "29", {"2100 session": 60000, "2170": -50000}
        | {account: -10000})  # fmt: skip
    assert glow.events(Refunded)[0].forfeits_to == (account if policies else None)
    with closed(glow, "2026-01") as books:
        assert balances(books, "2026-01")[account] == -10000


@pytest.mark.parametrize(
    ("policies", "account"), [({}, "4040"), ({"forfeiture_account": "4030"}, "4030")]
)
def test_so_is_what_a_cancelled_contract_leaves(policies: dict[str, Any], account: str) -> None:
    clinic = Altered(EXEMPT | policies)
    glow = sessions(90000, 6, clinic=clinic)
    glow.sell("01-05", "six")
    glow.consent("01-05")
    glow.pay("01-05", 90000)
    clinic.cancel("01-20", "now")
    clinic.passes("01-22")
    assert glow.journal()[-1] == ("01-20", "20", {"2100 session": 90000, account: -90000})
    assert [lot.forfeits_to for lot in glow.events(ContractEnded)[0].lots] == [
        account if policies else None
    ]
    with closed(glow, "2026-01") as books:
        assert books.rollforward(Period(2026, 1))["2100"]["breakage"] == -90000


SCHEDULE = {
    "formula": "fixed_schedule",
    "schedule": [{"within_days": 30, "percent": 50}, {"within_days": 90, "percent": 20}],
}


@pytest.mark.parametrize(("on", "amount"), [("01-20", 45000), ("03-01", 18000)])
def test_refunds_follow_the_clinic_s_schedule_where_the_offer_is_silent(
    on: str, amount: int
) -> None:
    glow = sessions(90000, 6, clinic=Glow(EXEMPT | {"refund_formula": SCHEDULE}))
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    assert glow.events(PackageSold)[0].refund.formula == "fixed_schedule"
    assert glow.refund(on)["amount"] == amount


@pytest.mark.parametrize(
    ("policies", "cancellable", "account"),
    [
        ({}, False, "1120"),
        ({"instalment_right": "unbilled_receivable"}, False, "1110"),
        ({"instalment_right": "unbilled_receivable"}, True, "1120"),
    ],
)
def test_what_is_earned_before_it_is_due(
    policies: dict[str, Any], cancellable: bool, account: str
) -> None:
    """Only time must pass where the plan cannot be cancelled: no contract asset, but a right."""
    plan = {
        "kind": "plan",
        "instalments": [{"due": due, "amount": 45000} for due in ("+0d", "+60d")],
        "cancellable": cancellable,
        "draw_before_payment": True,
    }
    glow = sessions(90000, 6, clinic=Glow(EXEMPT | policies), billing=plan)
    glow.sell("01-05", "six")
    glow.pay("01-05", 45000)
    glow.visit("01-12", "v1", "session:5")
    with closed(glow, "2026-01") as books:
        found = balances(books, "2026-01")
        assert (found[account], found["4000"]) == (30000, -75000)
        assert "2100" not in found
        back = [entry for entry in books.entries(date(2026, 2, 1)) if entry.rule == "53"]
        assert [line.account for entry in back for line in entry.lines] == ["2100", account]


@pytest.mark.parametrize(
    ("effects", "found"),
    [
        ([LateEffect("2026-01", 500, 100_000)], []),
        ([LateEffect("2026-01", 501, 100_000)], [("2026-01", 501)]),
        ([LateEffect("2026-01", -501, 100_000)], [("2026-01", -501)]),
        ([LateEffect("2026-01", 100_000, 90_000_000)], []),
        ([LateEffect("2026-01", 100_001, 90_000_000)], [("2026-01", 100_001)]),
        ([LateEffect("2025-12", 1, 0), LateEffect("2026-01", 0, 0)], [("2025-12", 1)]),
        ([LateEffect("2026-01", 1, -500)], [("2026-01", 1)]),
    ],
)
def test_late_effects_above_the_lower_limit_are_looked_at(
    effects: list[LateEffect], found: list[tuple[str, int]]
) -> None:
    limit = {"percent": "0.5", "amount": 100_000}
    flagged = list(for_review(effects, limit))
    assert [(item.id, item.amount) for item in flagged] == found
    assert {item.kind for item in flagged} <= {"late_effect"}


def test_a_first_close_takes_in_everything_and_nothing_is_late() -> None:
    glow = sessions(90000, 6)
    glow.sell("01-05", "six")
    glow.pay("01-05", 90000)
    glow.visit("01-12", "v1", "session")
    with closed(glow, "2026-02") as books:
        assert late_effects(books, Period(2026, 2)) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("refund_formula", SCHEDULE),
        ("refund_formula", "bonus_last"),
        ("late_event_limit", {"percent": "0.5", "amount": 0}),
        ("late_event_limit", {"percent": "100", "amount": 5}),
        ("late_event_limit", {"percent": 1, "amount": 5}),
        ("void_credit_grace_days", 0),
        ("void_credit_grace_days", 365),
        ("breakage_account", "4000"),
        ("financing_expedient", "off"),
    ],
)
def test_values_that_can_be_set(key: str, value: Any) -> None:
    assert problem_with(key, value) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("refund_formula", "fixed_schedule"),
        ("refund_formula", {"formula": "fixed_schedule"}),
        ("refund_formula", SCHEDULE | {"fee": 100}),
        ("refund_formula", {"formula": "pro_rata", "schedule": SCHEDULE["schedule"]}),
        ("refund_formula", {"formula": "fixed_schedule", "schedule": [{"within_days": 1}]}),
        ("refund_formula", 5),
        ("late_event_limit", {"percent": "0.5"}),
        ("late_event_limit", {"percent": "101", "amount": 5}),
        ("late_event_limit", {"percent": True, "amount": 5}),
        ("late_event_limit", {"percent": "-1", "amount": 5}),
        ("late_event_limit", {"percent": "1", "amount": -5}),
        ("late_event_limit", {"percent": "1", "amount": True}),
        ("late_event", "hold"),
        ("void_credit_grace_days", 366),
    ],
)
def test_values_that_the_books_do_not_follow_are_refused(key: str, value: Any) -> None:
    assert (problem_with(key, value) or "").startswith(key)


@pytest.mark.parametrize("account", ["4030", "4000"])
def test_breakage_has_its_own_line_or_is_among_services(account: str) -> None:
    """Five of six lapse, one of them was used in time after all, four come back."""
    glow = Lapsing(EXEMPT | {"breakage_account": account})
    sessions(90000, 6, clinic=glow).sell("01-05", "six")
    glow.consent("01-05")
    glow.pay("01-05", 90000)
    glow.visit("01-12", "v1", "session")
    glow.passes("04-06")
    assert glow.journal()[-1] == ("04-04", "20", {"2100 session": 75000, account: -75000})
    glow.visit("02-02", "v2", "session")
    back = {"2100 session": -15000, account: 15000}
    assert [entry for entry in glow.journal() if entry[0] == "02-02"] == [
        ("02-02", "20", back),
        ("02-02", "9", {"2100 session": 15000, "4000": -15000}),
    ]
    glow.reinstate("04-10", "2026-06-30")
    assert glow.journal()[-1] == ("04-10", "27", {"2100 session": -60000, account: 60000})
    with closed(glow, "2026-04") as books:
        assert balances(books, "2026-04") == {"1020": 90000, "2100": -60000, "4000": -30000}
