"""Accounting.md 21.2: $550 of credit for $500, used and lapsed; to the cent."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.journeys.story import Story, consent, day, told_from

LAST_DAY = date(2027, 1, 9)


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Story]:
    """The whole story; the tests look at it."""
    with told_from(module_database, day("01-01")) as story:
        sell_the_credit(story)
        story.until(day("01-24"))
        spend(story, "v1", 12000)
        story.until(day("02-12"))
        taxed = spend(story, "v2", 20000, tax=1575)
        names = ("covered", "credit", "prepaid", "patient_owes")
        assert [taxed[name] for name in names] == ["1", 21575, 19614, 0]
        story.until(day("05-08"))
        spend(story, "v3", 8333)
        story.until(date(2027, 2, 5))
        yield story


def sell_the_credit(story: Story) -> None:
    story.does("define_service", service="facial", label="Facial", list_price=12000)
    story.does(
        "publish_offer",
        offer="credit",
        name="$550 for $500",
        price=50000,
        term={"months": 12},
        lines=[
            {"kind": "credit", "line": "paid", "face": 50000},
            {"kind": "credit", "line": "bonus", "face": 5000, "bonus": True},
        ],
    )
    story.until(day("01-10"))
    answer = story.does(
        "sell_package",
        subscription="s-1",
        offer="credit",
        patient="p-1",
        consent=consent("c-1"),
        payment={"payment": "pay-1", "amount": 50000, "tender": "cash"},
    )
    assert answer["expires"] == "2027-01-09"


def spend(story: Story, visit: str, price: int, **more: Any) -> dict[str, Any]:
    """A visit that the credit pays; the answer is its one line of coverage."""
    lines = [{"line": "1", "service": "facial", "list_price": price, **more}]
    data: dict[str, Any] = {"patient": "p-1", "status": "completed", "lines": lines}
    row: dict[str, Any]
    [row] = story.does("record_visit", visit=visit, **data)["coverage"]
    return row


def test_the_journal_is_the_one_of_the_story(told: Story) -> None:
    assert told.journal(date(2027, 1, 31)) == [
        "01-10 row 6: 1010 500.00 | 2120 paid 500.00",
        "01-24 row 13: 2120 paid 109.09 | 4000 109.09",
        "02-12 row 13: 2120 paid 196.14 | 2200 15.75, 4000 180.39",
        "05-08 row 13: 2120 paid 75.75 | 4000 75.75",
        "01-09 row 20: 2120 paid 119.02 | 4030 119.02",
    ]


@pytest.mark.parametrize(
    ("period", "columns"),
    [
        (
            "2026-01",
            {
                "opening": "0.00",
                "additions": "500.00",
                "recognized_from_additions": "-109.09",
                "closing": "390.91",
            },
        ),
        (
            "2026-02",
            {"opening": "390.91", "recognized_from_opening": "-196.14", "closing": "194.77"},
        ),
        ("2026-03", {"opening": "194.77", "closing": "194.77"}),
        (
            "2026-05",
            {"opening": "194.77", "recognized_from_opening": "-75.75", "closing": "119.02"},
        ),
        ("2026-12", {"opening": "119.02", "closing": "119.02"}),
        ("2027-01", {"opening": "119.02", "breakage": "-119.02", "closing": "0.00"}),
    ],
)
def test_the_roll_forward_closes(told: Story, period: str, columns: dict[str, str]) -> None:
    assert told.rolled(period, "2120") == columns


def test_the_end(told: Story) -> None:
    assert told.trial_balance(date(2027, 1, 31)) == {
        "1010": "500.00",
        "2200": "-15.75",
        "4000": "-365.23",
        "4030": "-119.02",
    }


def test_paid_face_goes_first_and_reports_split_what_is_left(told: Story) -> None:
    """After the last visit 130.92 of face are left: 80.92 paid for, 50.00 bonus."""
    contract = told.balance("s-1", LAST_DAY.replace(day=8))
    assert (contract["status"], contract["deferred"]) == ("partially_used", 11902)
    shown = [
        [line[name] for name in ("line", "granted", "used", "remaining", "face_remaining")]
        for line in contract["lines"]
    ]
    assert shown == [
        ["paid", "50000", "41908", "8092", 8092],
        ["bonus", "5000", "0", "5000", 5000],
    ]
    assert [line["deferred"] for line in contract["lines"]] == [7356, 4546]
    assert [grant["paid"] for line in contract["lines"] for grant in line["grants"]] == [
        True,
        False,
    ]


def test_all_of_it_is_expired_at_the_end_of_its_last_day(told: Story) -> None:
    contract = told.balance("s-1", LAST_DAY)
    assert (contract["status"], contract["deferred"]) == ("expired", 0)
    assert [line["expired"] for line in contract["lines"]] == ["8092", "5000"]


def test_one_more_tick_and_a_rebuild_change_nothing(told: Story) -> None:
    told.nothing_more_happens()
