"""Accounting.md 21.3: a monthly membership, a cycle unpaid, then an upgrade in mid-cycle."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.story import Story, consent, day, dollars, pay, told_from, visit


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Story]:
    """The whole story; the tests look at it."""
    with told_from(module_database, day("01-01")) as story:
        silver_then_gold(story)
        yield story


def silver_then_gold(story: Story) -> None:
    """The story of 21.3, to the month after its end."""
    publish_silver_and_gold(story)
    story.until(day("01-15"))
    join(story)
    story.until(day("01-20"))
    visit(story, "v1", "massage")
    story.until(day("02-15"))
    pay(story, "pay-2", 12000)
    fail_to_collect(story)
    story.until(day("04-15"))
    pay(story, "pay-4", 12000)
    story.until(day("04-30"))
    upgrade(story)
    story.until(day("05-05"))
    visit(story, "v5", "massage")
    story.until(day("05-10"))
    cancel(story)
    story.until(day("06-05"))


def publish_silver_and_gold(story: Story) -> None:
    story.does("define_service", service="sauna", label="Sauna", list_price=3000)
    story.does("define_service", service="massage", label="Massage", list_price=6000)
    for name, price, sauna, massages in (("silver", 12000, 8000, "1"), ("gold", 20000, 14000, "2")):
        story.does(
            "publish_offer",
            offer=name,
            name=name,
            price=price,
            lines=[
                {"kind": "unlimited", "line": "sauna", "services": ["sauna"], "ssp": sauna},
                {"kind": "units", "line": "massage", "services": ["massage"], "quantity": massages},
            ],
            billing={"kind": "recurring", "every": "month", "grants": "each_cycle"},
        )


def join(story: Story) -> None:
    answer = story.does(
        "sell_package",
        subscription="s-1",
        offer="silver",
        patient="p-1",
        consent=consent("c-1"),
        payment={"payment": "pay-1", "amount": 12000, "tender": "card"},
    )
    assert {line["line"]: line["allocated"] for line in answer["lines"]} == {
        "sauna": 6857,
        "massage": 5143,
    }


def fail_to_collect(story: Story) -> None:
    """The charge of 15 March and its retries fail; a visit meanwhile is not covered."""
    for when in ("03-15", "03-16", "03-18", "03-25"):
        story.until(day(when))
        attempt: dict[str, Any] = {"attempt": f"a-{when}", "amount": 12000, "code": "declined"}
        story.does("record_payment_failure", subscription="s-1", **attempt)
        if when == "03-18":
            story.until(day("03-20"))
            lines = [{"line": "sauna", "service": "sauna"}]
            data: dict[str, Any] = {"patient": "p-1", "status": "completed", "lines": lines}
            [row] = story.does("record_visit", visit="v3", **data)["coverage"]
            assert (row["covered"], row["reason"]) == ("0", "unpaid")


def upgrade(story: Story) -> None:
    data: dict[str, Any] = {"offer": "gold", "effective": "now", "proration": "days"}
    answer = story.does("change_plan", subscription="s-1", **data)
    assert answer["due"] == 4000
    pay(story, "pay-5", 4000)


def cancel(story: Story) -> None:
    data: dict[str, Any] = {"effective": "period_end", "channel": "email", "reason": "moves away"}
    assert story.does("cancel", subscription="s-1", **data)["ends"] == "2026-05-14"


JOURNAL = [
    "01-15 row 6: 1020 120.00 | 2110 sauna 68.57, 2110 massage 51.43",
    "01-20 row 9: 2110 massage 51.43 | 4000 51.43",
    "01-31 row 14: 2110 sauna 37.60 | 4010 37.60",
    "02-15 row 6: 1020 120.00 | 2110 sauna 68.57, 2110 massage 51.43",
    "02-28 row 14: 2110 sauna 30.97 | 4010 30.97",
    "02-28 row 14: 2110 sauna 34.28 | 4010 34.28",
    "03-14 row 20: 2110 massage 51.43 | 4030 51.43",
    "03-31 row 14: 2110 sauna 34.29 | 4010 34.29",
    "04-15 row 6: 1020 120.00 | 2110 sauna 68.57, 2110 massage 51.43",
    ("04-30 row 43: 2110 sauna 34.29, 2110 massage 51.43 | 2110 sauna 46.16, 2110 massage 39.56"),
    "04-30 row 6: 1020 40.00 | 2110 sauna 21.54, 2110 massage 18.46",
    "04-30 row 14: 2110 sauna 34.28 | 4010 34.28",
    "04-30 row 14: 2110 sauna 4.51 | 4010 4.51",
    "05-05 row 9: 2110 massage 58.02 | 4000 58.02",
    "05-31 row 14: 2110 sauna 63.19 | 4010 63.19",
]
ROLLED = {
    "2026-01": ("0.00", "120.00", "0.00", "-89.03", "0.00", "30.97"),
    "2026-02": ("30.97", "120.00", "-30.97", "-34.28", "0.00", "85.72"),
    "2026-03": ("85.72", "0.00", "-34.29", "0.00", "-51.43", "0.00"),
    "2026-04": ("0.00", "160.00", "0.00", "-38.79", "0.00", "121.21"),
    "2026-05": ("121.21", "0.00", "-121.21", "0.00", "0.00", "0.00"),
}
JANUARY = ("2026-01-15", "2026-02-14")
FEBRUARY = ("2026-02-15", "2026-03-14")
MARCH = ("2026-03-15", "2026-04-14")
APRIL = ("2026-04-15", "2026-05-14")
COLUMNS = (
    "opening",
    "additions",
    "recognized_from_opening",
    "recognized_from_additions",
    "breakage",
    "closing",
)


def test_the_journal_is_the_one_of_the_story(told: Story) -> None:
    assert told.journal(day("05-31")) == JOURNAL


@pytest.mark.parametrize("period", ROLLED)
def test_the_roll_forward_closes(told: Story, period: str) -> None:
    expected = dict(zip(COLUMNS, ROLLED[period], strict=True))
    shown = {k: v for k, v in expected.items() if v != "0.00" or k in ("opening", "closing")}
    assert told.rolled(period, "2110") == shown


def test_the_end(told: Story) -> None:
    assert told.trial_balance(day("05-31")) == {
        "1020": "400.00",
        "4000": "-109.45",
        "4010": "-239.12",
        "4030": "-51.43",
    }
    contract = told.balance("s-1", day("05-31"))
    assert (contract["status"], contract["offer"], contract["owed"]) == ("cancelled", "gold", 0)


@pytest.mark.parametrize(
    ("when", "status", "sauna", "massage", "cycle"),
    [
        ("01-31", "partially_used", "30.97", "0.00", (*JANUARY, "1", "1", "0", True)),
        ("02-28", "partially_used", "34.29", "51.43", (*FEBRUARY, "1", "0", "1", True)),
        ("03-20", "past_due", "0.00", "0.00", (*MARCH, "0", "0", "0", False)),
        ("04-29", "partially_used", "34.29", "51.43", (*APRIL, "1", "0", "1", True)),
        ("05-04", "partially_used", "45.13", "58.02", (*APRIL, "1", "0", "1", True)),
    ],
)
def test_the_balance_on_the_way(
    told: Story, when: str, status: str, sauna: str, massage: str, cycle: tuple[Any, ...]
) -> None:
    contract = told.balance("s-1", day(when))
    lines = {line["line"]: line for line in contract["lines"]}
    assert contract["status"] == status
    assert dollars(lines["sauna"]["deferred"]) == sauna
    assert dollars(lines["massage"]["deferred"]) == massage
    assert tuple(lines["massage"]["cycle"].values()) == cycle
    assert lines["sauna"]["expires"] == (cycle[1] if cycle[5] else "2026-03-14")


def test_one_more_tick_and_a_rebuild_change_nothing(told: Story) -> None:
    told.nothing_more_happens()
