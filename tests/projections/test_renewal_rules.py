"""The notices before a renewal, as the networks' and the states' rows ask (evidence.md 5)."""

from typing import Any

import pytest

from projections.evidence.assessment.gates import assess
from projections.evidence.assessment.renewal import renewal_checks
from tests.projections.cases import CHIP, case_of
from tests.support.club import Club

ANNUAL = {"every": "year"}


def renewed(
    network: str, notice: str | None, status: str = "delivered", every: str = "year"
) -> Club:
    """A membership of 10 January that renewed, by the disputed charge, on 10 January 2027."""
    club = Club().offers(billing={"every": every}, notices={"before_renewal_days": [20]})
    club.joins("2026-01-10", paid=12000)
    club.passes("2027-01-10" if every == "year" else "2026-02-10")
    if notice:
        club.log(notice, "n-1", "renewal", status=status)
    charged = "2027-01-10" if every == "year" else "2026-02-10"
    club.pay(charged, 12000, charge="ch-1", card=CHIP | {"network": network, "brand": network})
    return club


def checks(club: Club, **sold: Any) -> dict[str, bool]:
    case = case_of(club, "2027-02-01", "13.2", sold=sold)
    return {item.rule_set: item.notice is not None for item in renewal_checks(case)}


@pytest.mark.parametrize(
    ("network", "state", "notice", "expected"),
    [
        # The renewal is on 10 January 2027.
        ("mastercard", None, "2026-12-11", True),
        ("mastercard", None, "2026-12-10", False),
        ("mastercard", None, "2027-01-03", True),
        ("mastercard", None, "2027-01-04", False),
        ("visa", "CA", "2026-11-26", True),
        ("visa", "CA", "2026-11-25", False),
        ("visa", "ca", "2026-12-26", True),
        ("visa", "CA", "2026-12-27", False),
        ("visa", "NY", "2026-12-01", True),
        ("visa", "CO", "2026-12-01", True),
        ("visa", "CO", "2026-12-17", False),
        ("visa", "DE", "2026-11-11", True),
        ("visa", "DE", "2026-12-12", False),
        ("visa", "CA", None, False),
    ],
)
def test_a_notice_lies_within_the_window(
    network: str, state: str | None, notice: str | None, expected: bool
) -> None:
    found = checks(renewed(network, notice), state=state)
    names = {"CA": "california", "NY": "new_york", "CO": "colorado", "DE": "delaware"}
    name = names.get((state or "").upper(), "mastercard_long_interval")
    assert found[name] is expected


def test_a_notice_that_bounced_is_none() -> None:
    assert checks(renewed("visa", "2026-12-01", "bounced"), state="CA") == {"california": False}


def test_only_the_rows_that_hold_are_asked() -> None:
    assert checks(renewed("visa", "2026-12-01"), state="TX") == {}
    assert checks(renewed("visa", "2026-12-01"), promotion="spring") == {"visa_promotion": True}
    monthly = renewed("mastercard", None, every="month")
    assert checks(monthly) == {"mastercard_receipt": False}


def test_the_assessment_shows_window_and_notice() -> None:
    club = renewed("visa", "2026-12-01")
    data = assess(case_of(club, "2027-02-01", "13.5", sold={"state": "CA"})).data({})
    [row] = data["renewal_rules"]
    assert row["window"] == {"from": "2026-11-26", "until": "2026-12-26"}
    assert row["ok"]
    satisfied = {item["item"]: item for item in data["items"]}
    assert satisfied["renewal_notice"]["level"] == "required"
    assert satisfied["renewal_notice"]["satisfied"]
