"""A gift card nobody will use up: breakage in proportion, and what becomes of the estimate.

Product.md, rule 16: sold 100, expected unused 15; after a use of 40 the extra is 7.06 and the
revenue 47.06.
"""

from datetime import date
from typing import Any

import pytest

from ledger.calendar import Period
from projections.close.figures import verify
from projections.journal.queries import balances
from tests.journeys.story import CLINIC, Story, day, told_from

EVER = date(2025, 1, 1)
CARD = {"kind": "credit", "line": "credit", "face": 10000}


def opens(story: Story, **offer: Any) -> None:
    """The clinic with its gift card of 100, valid for a year."""
    story.does("define_service", service="facial", label="Facial", list_price=1000)
    terms = {"name": "Gift card", "price": 10000, "lines": [CARD], "term": {"months": 12}}
    story.does("publish_offer", offer="card", **{**terms, **offer})
    story.does("register_patient", patient="p-1", name="Pat")


def policy(story: Story, name: str, value: Any) -> None:
    story.does(
        "set_policy", policy=name, value=value, effective="2026-01-01", reason="r", approver="bob"
    )


def estimate(story: Story, rate: str, effective: str, **more: Any) -> dict[str, Any]:
    fields = {"estimate": "b-1", "kind": "breakage", "scope": {"offer": "card"}, **more}
    return story.does(
        "set_estimate", rate=rate, effective=effective, evidence="file 7", approver="bob", **fields
    )


def sells(story: Story, key: str = "s-1") -> None:
    payment = {"payment": f"pay-{key}", "amount": 10000, "tender": "card"}
    story.does("sell_package", subscription=key, offer="card", patient="p-1", payment=payment)


def uses(story: Story, visit: str, units: int) -> None:
    lines = [{"line": "1", "service": "facial", "quantity": str(units)}]
    story.does("record_visit", visit=visit, patient="p-1", status="completed", lines=lines)


@pytest.fixture
def story(database: str) -> Any:
    with told_from(database, day("01-01")) as told:
        opens(told)
        yield told


def test_breakage_in_proportion(story: Story) -> None:
    policy(story, "breakage_method", "proportional")
    estimate(story, "0.15", "2026-01-01")
    sells(story)
    story.until(day("01-20"))
    uses(story, "v-1", 4)
    assert story.journal(day("01-31"))[-1] == "01-31 row 10: 2120 credit 7.06 | 4030 7.06"
    story.until(day("02-04"))
    assert story.journal(day("01-31")) == [
        "01-01 row 6: 1020 100.00 | 2120 credit 100.00",
        "01-20 row 13: 2120 credit 40.00 | 4000 40.00",
        "01-31 row 10: 2120 credit 7.06 | 4030 7.06",
    ]
    assert story.trial_balance(day("01-31")) == {
        "1020": "100.00",
        "2120": "-52.94",
        "4000": "-40.00",
        "4030": "-7.06",
    }
    story.ledger.catch_up(CLINIC)
    assert balances(story.ledger.store, CLINIC, day("01-31"))["4030"] == -706
    found = verify(story.ledger.conninfo, CLINIC, Period(2026, 1))
    assert found is not None and found["same"]
    story.nothing_more_happens()
