"""Store credit nobody spends: reports say what a tick will record, and the state is paid (7.8).

The row is an example of how a law is written down, not law.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from consumers import asking
from projections.balances.asof import View
from projections.reports import accounting
from tests.journeys.story import CLINIC, Story, day, dollars, told_from

ROW = {
    "state": "AL",
    "kind": "credit_balance",
    "subject": True,
    "dormancy_months": 1,
    "effective_from": "2020-01-01",
}


@pytest.fixture
def story(database: str) -> Iterator[Story]:
    """100.00 of store credit since 5 January 2026."""
    with told_from(database, day("01-05")) as told:
        fields: dict[str, Any] = {"effective": "2026-01-01", "reason": "r", "approver": "bob"}
        told.does("set_policy", policy="escheat", value=[ROW], **fields)
        told.does("define_service", service="facial", label="Facial", list_price=10000)
        told.does("register_patient", patient="p-1", state="AL")
        line = {"kind": "units", "line": "m", "services": ["facial"], "quantity": "1"}
        told.does("publish_offer", offer="one", name="One", price=10000, lines=[line])
        payment = {"payment": "pay-1", "amount": 10000, "tender": "card"}
        told.does("sell_package", subscription="s-1", offer="one", patient="p-1", payment=payment)
        told.does(
            "refund", subscription="s-1", refund="r-1", to="store_credit", reason="r", approver="b"
        )
        told.ledger.catch_up(CLINIC)
        yield told


def reported(story: Story, on: date) -> tuple[dict[str, str], int]:
    """The accounts as of a day, and the patient's store credit."""
    with asking.books(story.ledger, CLINIC, View(on)) as books:
        shape = accounting.trial_balance(books, on)
    accounts = {row["account"]: dollars(row["balance"]) for row in shape["accounts"]}
    view = View(on)
    held = asking.balance(story.ledger, CLINIC, view, patient="p-1", subscription=None)
    assert held is not None
    return {key: value for key, value in accounts.items() if value != "0.00"}, held["store_credit"]


BEFORE = ({"1020": "100.00", "2180": "-100.00"}, 10000)
AFTER = ({"1020": "100.00", "2300": "-100.00"}, 0)


def test_reports_say_what_time_brings_before_and_after_it_is_recorded(story: Story) -> None:
    days = (date(2026, 2, 4), date(2026, 2, 5))
    assert [reported(story, on) for on in days] == [BEFORE, AFTER]
    story.until(date(2026, 2, 6))
    story.ledger.catch_up(CLINIC)
    assert [reported(story, on) for on in days] == [BEFORE, AFTER]


def test_the_state_is_paid_and_the_books_close(story: Story) -> None:
    story.until(date(2026, 2, 6))
    fields: dict[str, Any] = {"remittance": "al-1", "patients": ["p-1"]}
    assert not story.send("remit_unclaimed", amount=9999, **fields).ok
    story.does("remit_unclaimed", amount=10000, **fields)
    story.until(date(2026, 3, 3))
    assert story.trial_balance(date(2026, 2, 28)) == {"1010": "-100.00", "1020": "100.00"}
    story.nothing_more_happens()
