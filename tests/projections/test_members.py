"""Each membership as its member uses it (docs/coverage.md, 109, 127, 128, 131, 132, 139)."""

from typing import Any

import pytest

from tests.projections.members_story import club, joins, member_rows
from tests.support.alterations import Altered


@pytest.fixture
def told() -> Altered:
    return club()


# What three members come to on 31 March. Anna used two massages at 60.00 and the sauna twice at
# 30.00, for three fees of 120.00; Cleo used three massages for two fees of 200.00.
MARCH: dict[str, dict[str, Any]] = {
    "s-1": {
        "patient": "p-1",
        "subscription": "s-1",
        "offer": "silver",
        "tier": "silver",
        "status": "partially_used",
        "since": "2026-01-05",
        "cycles": {"paid": 3, "missed": 0},
        "visits": 3,
        "visits_per_month": "1.00",
        "used_at_list": 18000,
        "fees_paid": 36000,
        "value_ratio": "0.50",
        "messages": {"in": 0, "out": 0},
        "last_visit": "2026-03-10",
        "missed_milestones": 0,
        "risk": [],
    },
    "s-2": {
        "patient": "p-2",
        "subscription": "s-2",
        "offer": "silver",
        "tier": "silver",
        "status": "past_due",
        "since": "2026-01-15",
        "cycles": {"paid": 1, "missed": 1},
        "visits": 0,
        "visits_per_month": "0.00",
        "used_at_list": 0,
        "fees_paid": 12000,
        "value_ratio": "0.00",
        "messages": {"in": 1, "out": 1},
        "last_visit": None,
        "missed_milestones": 1,
        "risk": ["no_visit_60_days", "payment_failed", "underused"],
    },
    "s-3": {
        "patient": "p-3",
        "subscription": "s-3",
        "offer": "gold",
        "tier": "gold",
        "status": "cancelled",
        "since": "2026-02-01",
        "cycles": {"paid": 2, "missed": 0},
        "visits": 2,
        "visits_per_month": "1.00",
        "used_at_list": 18000,
        "fees_paid": 40000,
        "value_ratio": "0.45",
        "messages": {"in": 0, "out": 0},
        "last_visit": "2026-03-05",
        "missed_milestones": 0,
        "risk": [],
    },
}


@pytest.mark.parametrize("key", MARCH)
def test_a_member_at_the_end_of_march(told: Altered, key: str) -> None:
    assert member_rows(told, "03-31")[key] == MARCH[key]


@pytest.mark.parametrize(
    ("on", "risk"),
    [
        ("03-09", []),
        ("03-10", ["under_notice"]),
        ("03-30", ["under_notice"]),
        ("03-31", []),
    ],
)
def test_notice_is_a_risk_until_the_last_day(told: Altered, on: str, risk: list[str]) -> None:
    assert member_rows(told, on)["s-3"]["risk"] == risk


@pytest.mark.parametrize(
    ("on", "quiet"),
    [("03-10", False), ("05-08", False), ("05-09", True)],
)
def test_sixty_days_without_a_visit_are_a_risk(told: Altered, on: str, quiet: bool) -> None:
    assert ("no_visit_60_days" in member_rows(told, on)["s-1"]["risk"]) is quiet


def test_a_refused_payment_is_a_risk_at_once_and_none_once_it_is_paid(told: Altered) -> None:
    told.passes("04-05")
    told.fails("04-05", "a-1")
    assert "payment_failed" in member_rows(told, "04-05")["s-1"]["risk"]
    told.pay("04-05", 12000, payment="pay-late")
    assert "payment_failed" not in member_rows(told, "04-05")["s-1"]["risk"]


def test_less_than_half_of_past_units_is_too_little(told: Altered) -> None:
    """Anna used none of January's massage, and that of February: just half of two."""
    assert member_rows(told, "04-03")["s-1"]["risk"] == []
    told.reverse("04-03", "v-2")
    assert member_rows(told, "04-03")["s-1"]["risk"] == ["underused"]


def test_a_visit_that_was_reversed_did_not_take_place(told: Altered) -> None:
    told.reverse("03-12", "v-3")
    row = member_rows(told, "03-31")["s-1"]
    assert (row["visits"], row["last_visit"], row["used_at_list"]) == (2, "2026-02-10", 9000)


@pytest.mark.parametrize(
    ("status", "visits"), [("completed", 1), ("no_show", 0), ("late_cancel", 0)]
)
def test_only_those_who_came_have_visited(told: Altered, status: str, visits: int) -> None:
    told.visit("03-20", "v-9", "scan", patient="p-2", status=status)
    assert member_rows(told, "03-31")["s-2"]["visits"] == visits


def test_a_visit_counts_for_the_membership_that_covered_it(told: Altered) -> None:
    """Anna has gold, too: her scan is of gold, a treatment that nothing covers is of both."""
    told.service("treatment", 10000)
    joins(told, "03-16", "s-4", "p-1", 20000, offer="gold")
    told.visit("03-20", "v-8", "scan", patient="p-1")
    told.visit("03-21", "v-9", "treatment", patient="p-1")
    rows = member_rows(told, "03-31")
    assert (rows["s-1"]["visits"], rows["s-4"]["visits"]) == (4, 2)


def test_a_message_of_a_patient_counts_in_each_of_his_memberships(told: Altered) -> None:
    joins(told, "03-16", "s-4", "p-2", 20000, offer="gold")
    rows = member_rows(told, "04-02")
    assert rows["s-2"]["messages"] == {"in": 1, "out": 2}
    assert rows["s-4"]["messages"] == {"in": 1, "out": 0}


def test_a_milestone_is_missed_once_the_next_one_comes(told: Altered) -> None:
    """Bob's check-ins are on the 15th; one visit meets that of March."""
    told.visit("03-20", "v-9", "scan", patient="p-2")
    missed = {on: member_rows(told, on)["s-2"]["missed_milestones"] for on in MISSED}
    assert missed == MISSED


MISSED = {"03-13": 0, "03-14": 1, "04-14": 1, "05-14": 2}


@pytest.mark.parametrize(
    ("on", "risk"),
    [
        ("02-13", []),
        ("02-14", ["underused"]),
        ("02-16", ["payment_failed", "underused"]),
        ("03-14", ["payment_failed", "underused"]),
    ],
)
def test_bob_on_the_way(told: Altered, on: str, risk: list[str]) -> None:
    """His first cycle is over on 14 February, the second is due on the 15th and lapses."""
    found = member_rows(told, on)["s-2"]["risk"]
    assert [reason for reason in found if reason != "no_visit_60_days"] == risk


@pytest.mark.parametrize(("on", "a_month"), [("02-04", "1.00"), ("02-05", "0.50")])
def test_a_month_counts_once_it_has_begun(told: Altered, on: str, a_month: str) -> None:
    assert member_rows(told, on)["s-1"]["visits_per_month"] == a_month


def test_a_milestone_within_a_pause_asks_for_nothing(told: Altered) -> None:
    told.pause("03-31", "04-01", until="04-11", mode="stop_clock")
    assert member_rows(told, "05-04")["s-1"]["missed_milestones"] == 0
