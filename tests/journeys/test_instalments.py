"""Accounting.md 21.4: a package part-paid by instalments, refunded; to the cent."""

from collections.abc import Iterator
from typing import Any

import pytest

from consumers.asking import refund_quote
from projections.balances.asof import View
from tests.journeys.story import CLINIC, Story, consent, day, pay, told_from, visit


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Story]:
    """The whole story; the tests look at it."""
    with told_from(module_database, day("02-01")) as story:
        sell_six_laser_sessions(story)
        for when, name in (("02-10", "v1"), ("02-24", "v2")):
            story.until(day(when))
            visit(story, name, "laser")
        story.until(day("02-26"))
        assert unpaid(story) == ("0", "unpaid")
        story.until(day("03-04"))
        pay(story, "pay-2", 33333)
        story.until(day("03-10"))
        visit(story, "v4", "laser")
        story.until(day("03-25"))
        assert quoted(story) == {
            "pro_rata": 16667,
            "list_clawback": 6667,
            "fixed_schedule": 0,
            "bonus_last": 16667,
            "none": 0,
        }
        assert story.does("refund", subscription="s-1", refund="r-1", reason="moved away") == {
            "amount": 6667,
            "tax": 0,
            "payments": [{"payment": "pay-2", "amount": 6667}],
            "working": [
                {"step": "paid, without tax", "amount": 66667},
                {"step": "less what was used, at list price", "amount": -60000},
            ],
        }
        story.until(day("04-05"))
        yield story


def sell_six_laser_sessions(story: Story) -> None:
    story.does("define_service", service="laser", label="Laser", list_price=20000)
    amounts = {"+0d": 33334, "+30d": 33333, "+60d": 33333}
    plan = [{"due": due, "amount": amount} for due, amount in amounts.items()]
    story.does(
        "publish_offer",
        offer="six",
        name="6 laser sessions",
        price=100000,
        lines=[{"kind": "units", "line": "laser", "services": ["laser"], "quantity": "6"}],
        billing={"kind": "plan", "instalments": plan, "cancellable": True},
        refund={"formula": "list_clawback"},
    )
    story.until(day("02-02"))
    story.does(
        "sell_package",
        subscription="s-1",
        offer="six",
        patient="p-1",
        consent=consent("c-1"),
        payment={"payment": "pay-1", "amount": 33334, "tender": "card"},
    )


def unpaid(story: Story) -> tuple[str, str]:
    """A third draw would bring the draws to 500.00; paid is 333.34."""
    lines = [{"line": "laser", "service": "laser"}]
    data: dict[str, Any] = {"status": "completed", "patient": "p-1"}
    [row] = story.does("record_visit", visit="v3", lines=lines, **data)["coverage"]
    return row["covered"], row["reason"]


def quoted(story: Story) -> dict[str, int]:
    """Every formula's amount before the refund."""
    story.ledger.catch_up(CLINIC)
    found = refund_quote(story.ledger, CLINIC, "s-1", View(story.today, None))
    assert found is not None
    shown = found["quotes"]
    assert [row["formula"] for row in shown if row["chosen"]] == ["list_clawback"]
    return {row["formula"]: row["amount"] for row in shown}


def test_the_journal_is_the_one_of_the_story(told: Story) -> None:
    assert told.journal(day("03-31")) == [
        "02-02 row 6: 1020 333.34 | 2100 laser 333.34",
        "02-10 row 9: 2100 laser 166.67 | 4000 166.67",
        "02-24 row 9: 2100 laser 166.66 | 4000 166.66",
        "03-04 row 6: 1020 333.33 | 2100 laser 333.33",
        "03-10 row 9: 2100 laser 166.67 | 4000 166.67",
        "03-25 row 29: 2100 laser 166.67 | 2170 66.67, 4040 100.00",
        "03-25 row 30: 2170 66.67 | 1020 66.67",
    ]


@pytest.mark.parametrize(
    ("period", "columns"),
    [
        (
            "2026-02",
            {
                "opening": "0.00",
                "additions": "333.34",
                "recognized_from_additions": "-333.33",
                "closing": "0.01",
            },
        ),
        (
            "2026-03",
            {
                "opening": "0.01",
                "additions": "333.33",
                "recognized_from_opening": "-0.01",
                "recognized_from_additions": "-166.66",
                "refunds": "-166.67",
                "closing": "0.00",
            },
        ),
    ],
)
def test_the_roll_forward_closes(told: Story, period: str, columns: dict[str, str]) -> None:
    assert told.rolled(period, "2100") == columns


def test_the_end(told: Story) -> None:
    assert told.trial_balance(day("03-31")) == {
        "1020": "600.00",
        "4000": "-500.00",
        "4040": "-100.00",
    }
    contract = told.balance("s-1", day("03-31"))
    shown = (contract["status"], contract["paid"], contract["owed"], contract["due"])
    assert shown == ("refunded", 60000, 0, 0)
    assert contract["lines"][0]["refunded"] == "3"


def test_one_more_tick_and_a_rebuild_change_nothing(told: Story) -> None:
    told.nothing_more_happens()
