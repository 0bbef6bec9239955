"""Memberships in figures (docs/coverage.md, 129, 130, 133, 134, 135, 138)."""

import pytest

from ledger.calendar import Period
from tests.projections.members_story import club, figures, renews
from tests.support.alterations import Altered

SILVER = {"offer": "silver", "tier": "silver"}
GOLD = {"offer": "gold", "tier": "gold"}


@pytest.fixture
def told() -> Altered:
    return club()


def test_each_offer_in_march(told: Altered) -> None:
    """Anna and Cleo renewed in March; Cleo left on its last day."""
    assert figures(told, "03-31")["offers"] == [
        GOLD
        | {"active": 0, "new": 0, "renewed": 1, "not_renewed": 0, "open": 0, "ended": 1}
        | {"renewal_rate": "1.0000"},
        SILVER
        | {"active": 2, "new": 0, "renewed": 1, "not_renewed": 0, "open": 0, "ended": 0}
        | {"renewal_rate": "1.0000"},
    ]


@pytest.mark.parametrize(
    ("on", "renewed", "not_renewed", "waiting", "rate"),
    [
        ("02-28", 1, 0, 1, "1.0000"),
        ("03-13", 1, 0, 1, "1.0000"),
        ("03-14", 1, 1, 0, "0.5000"),
    ],
)
def test_february_is_decided_when_bobs_second_cycle_lapses(
    told: Altered, on: str, renewed: int, not_renewed: int, waiting: int, rate: str
) -> None:
    rows = figures(told, on, period=Period(2026, 2))["offers"]
    [silver] = [row for row in rows if row["offer"] == "silver"]
    assert (silver["renewed"], silver["not_renewed"], silver["open"]) == (
        renewed,
        not_renewed,
        waiting,
    )
    assert silver["renewal_rate"] == rate


def test_who_leaves_at_the_end_of_a_cycle_has_not_renewed(told: Altered) -> None:
    [gold] = [row for row in figures(told, "04-01")["offers"] if row["offer"] == "gold"]
    assert (gold["renewed"], gold["not_renewed"], gold["renewal_rate"]) == (0, 1, "0.0000")


def test_nothing_to_renew_has_no_rate(told: Altered) -> None:
    rows = figures(told, "01-31")["offers"]
    [silver] = [row for row in rows if row["offer"] == "silver"]
    assert (silver["new"], silver["renewal_rate"]) == (2, None)


def test_use_by_tier(told: Altered) -> None:
    """Gold granted four massages and two scans; silver four massages, those unpaid not counted."""
    assert figures(told, "03-31")["tiers"] == [
        {"tier": "gold", "granted": "6", "used": "3", "rate": "0.5000"},
        {"tier": "silver", "granted": "4", "used": "2", "rate": "0.5000"},
    ]


def test_the_least_used_service_comes_first(told: Altered) -> None:
    scan = {"services": ["scan"], "granted": "2", "used": "0", "rate": "0.0000"}
    massage = {"services": ["massage"], "granted": "8", "used": "5", "rate": "0.6250"}
    assert figures(told, "03-31")["services"] == [
        scan | {"underused": True},
        massage | {"underused": False},
    ]


def test_who_stayed_by_the_month_of_joining(told: Altered) -> None:
    """A month counts once it is over; Cleo's last day was the last of March."""
    kept = {
        (row["cohort"], month["period"]): (month["kept"], month["rate"])
        for row in figures(told, "04-15")["retention"]
        for month in row["months"]
    }
    assert kept == {
        ("2026-01", "2026-01"): (2, "1.0000"),
        ("2026-01", "2026-02"): (2, "1.0000"),
        ("2026-01", "2026-03"): (2, "1.0000"),
        ("2026-02", "2026-02"): (1, "1.0000"),
        ("2026-02", "2026-03"): (0, "0.0000"),
    }


def test_income_is_expected_of_those_who_go_on(told: Altered) -> None:
    """Anna and Bob, 120.00 each; under notice Cleo asks for no more."""
    months = [{"period": f"2026-0{number}", "cycles": 2, "amount": 24000} for number in (4, 5, 6)]
    expected = {"next_month": 24000, "next_quarter": 72000, "months": months}
    for on in ("03-11", "03-31"):
        assert figures(told, on)["expected_income"] == expected


def test_what_is_paid_ahead_or_paused_is_not_expected(told: Altered) -> None:
    told.pay("03-31", 12000, payment="ahead")
    told.pause("03-31", "05-01", mode="skip_billing", subscription="s-2", until="06-01")
    months = figures(told, "03-31")["expected_income"]["months"]
    assert [(month["cycles"], month["amount"]) for month in months] == [
        (1, 12000),
        (1, 12000),
        (2, 24000),
    ]


def test_what_is_paid_ahead_in_part_is_still_asked_for(told: Altered) -> None:
    told.pay("03-31", 5000, payment="ahead")
    assert figures(told, "03-31")["expected_income"]["next_month"] == 24000


def test_a_price_that_is_arranged_is_expected(told: Altered) -> None:
    told.change_plan("03-31", "gold", "next_cycle")
    assert figures(told, "03-31")["expected_income"]["next_month"] == 32000


def test_more_than_half_again_the_average_is_too_much_for_one(told: Altered) -> None:
    """In March dr-b had one visit, dr-a one and three of a patient without membership."""
    for number in (11, 12, 13):
        told.visit(f"03-{number}", f"w-{number}", "scan", patient="p-9", provider="dr-a")
    told.visit("03-14", "w-14", "scan", patient="p-9")
    assert figures(told, "03-31")["providers"] == [
        {"provider": "dr-a", "visits": 4, "share": "0.8000", "overloaded": True},
        {"provider": "dr-b", "visits": 1, "share": "0.2000", "overloaded": False},
    ]


def test_a_month_later(told: Altered) -> None:
    renews(told, "04-05", "s-1", 12000)
    rows = figures(told, "04-20")["offers"]
    [silver] = [row for row in rows if row["offer"] == "silver"]
    assert (silver["active"], silver["renewed"]) == (2, 1)
