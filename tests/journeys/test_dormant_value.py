"""A gift card nobody uses: found by the clock, told by reports before it, due to the state (7.8).

The row is an example of how a law is written down, not law.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from consumers import asking
from ledger.store.pool import clinic_transaction, lent
from projections.balances.asof import View
from projections.balances.queries import due
from projections.reports import accounting
from tests.journeys.story import CLINIC, Story, consent, day, dollars, told_from

ROW = {
    "state": "AL",
    "kind": "stored_value",
    "subject": True,
    "dormancy_months": 1,
    "trigger": "last_activity",
    "percent": 60,
    "effective_from": "2020-01-01",
}


@pytest.fixture
def story(database: str) -> Iterator[Story]:
    """A card of 500.00 without an expiry, sold on 5 January 2026; 100.00 of it used on the 9th."""
    with told_from(database, day("01-05")) as told:
        fields: dict[str, Any] = {"effective": "2026-01-01", "reason": "r", "approver": "bob"}
        told.does("set_policy", policy="escheat", value=[ROW], **fields)
        told.does("define_service", service="facial", label="Facial", list_price=10000)
        told.does("register_patient", patient="p-1", state="AL")
        line = {"kind": "credit", "line": "card", "face": 50000}
        told.does("publish_offer", offer="card", name="Card", price=50000, lines=[line])
        paid = {"payment": "pay-1", "amount": 50000, "tender": "card"}
        data: dict[str, Any] = {"subscription": "s-1", "offer": "card", "patient": "p-1"}
        told.does("sell_package", payment=paid, consent=consent("c-1"), **data)
        told.until(day("01-09"))
        line = {"line": "1", "service": "facial"}
        told.does("record_visit", visit="v-1", patient="p-1", status="completed", lines=[line])
        told.ledger.catch_up(CLINIC)
        yield told


def asked(story: Story, on: date) -> list[str]:
    """The contracts for which the read model says that something may be due by a day."""
    with lent(story.ledger.store.pool) as connection, clinic_transaction(connection, CLINIC):
        return due(connection, CLINIC, on)


def reported(story: Story, on: date) -> tuple[dict[str, str], str, int]:
    """The accounts as of a day, what remains of the card, and what it is worth."""
    contract = story.balance("s-1", on)
    [line] = contract["lines"]
    with asking.books(story.ledger, CLINIC, View(on)) as books:
        rows = accounting.trial_balance(books, on)["accounts"]
    accounts = {row["account"]: dollars(row["balance"]) for row in rows if row["balance"]}
    return accounts, line["remaining"], contract["deferred"]


BEFORE = ({"1020": "500.00", "2120": "-400.00", "4000": "-100.00"}, "40000", 40000)
AFTER = (
    {"1020": "500.00", "2300": "-240.00", "4000": "-100.00", "4030": "-160.00"},
    "0",
    0,
)


def test_reports_say_what_time_brings_before_and_after_it_is_recorded(story: Story) -> None:
    days = (day("02-08"), day("02-09"))
    assert [asked(story, on) for on in days] == [[], ["s-1"]]
    assert [reported(story, on) for on in days] == [BEFORE, AFTER]
    story.until(day("02-10"))
    assert [reported(story, on) for on in days] == [BEFORE, AFTER]
    assert asked(story, date(2090, 1, 1)) == []
    story.nothing_more_happens()


def test_a_use_on_the_day_before_moves_it(story: Story) -> None:
    story.until(day("02-08"))
    line = {"line": "1", "service": "facial"}
    story.does("record_visit", visit="v-2", patient="p-1", status="completed", lines=[line])
    story.until(day("02-20"))
    assert [asked(story, on) for on in (day("03-07"), day("03-08"))] == [[], ["s-1"]]


def test_the_owner_comes_back_and_the_months_close(story: Story) -> None:
    """The close from a replay of everything seals what the rows of the journal say."""
    story.until(day("02-12"))
    assert story.does("claim_unclaimed", patient="p-1") == {"patient": "p-1", "amount": 24000}
    data: dict[str, Any] = {
        "subscription": "s-1",
        "until": "2031-01-05",
        "reason": "asked",
        "approver": "bob",
    }
    story.does("reinstate", **data)
    story.until(day("03-13"))
    story.does("remit_unclaimed", remittance="al-1", amount=24000, subscriptions=["s-1"])
    story.until(day("04-03"))
    assert story.journal(day("03-31"), day("02-01")) == [
        "02-09 row 20: 2120 card 160.00 | 4030 160.00",
        "02-09 row 21: 2120 card 240.00 | 2300 240.00",
        "02-12 row 23: 2300 240.00 | 2120 card 240.00",
        "02-12 row 27: 4030 160.00 | 2120 card 160.00",
        "03-12 row 20: 2120 card 160.00 | 4030 160.00",
        "03-12 row 21: 2120 card 240.00 | 2300 240.00",
        "03-13 row 22: 2300 240.00 | 1010 240.00",
    ]
    assert story.rolled("2026-03", "2120") == {
        "opening": "400.00",
        "breakage": "-160.00",
        "escheat": "-240.00",
        "closing": "0.00",
    }
    story.nothing_more_happens()
