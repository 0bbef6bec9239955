"""Accounting.md 21.1: a 12-week program, used, a no-show, the rest expired; to the cent."""

from collections.abc import Iterator

import pytest

from tests.journeys.story import Story, consent, day, told_from, visit

PRICES = {"initial": 25000, "follow_up": 15000, "scan": 6000, "lab": 40000, "injection": 3500}
QUANTITIES = {"initial": "1", "follow_up": "5", "scan": "3", "lab": "1", "injection": "6"}


@pytest.fixture(scope="module")
def told(module_database: str) -> Iterator[Story]:
    """The whole story; the tests look at it."""
    with told_from(module_database, day("01-01")) as story:
        sell_the_program(story)
        visit(story, "v1", "initial", "scan", "lab")
        for when, name, services in (
            ("01-12", "v2", ("follow_up", "injection")),
            ("01-26", "v3", ("follow_up", "injection")),
            ("02-09", "v4", ("follow_up", "scan", "injection")),
        ):
            story.until(day(when))
            visit(story, name, *services)
        story.until(day("02-16"))
        visit(story, "v5", "follow_up", status="no_show")
        story.until(day("03-09"))
        visit(story, "v6", "follow_up", "injection")
        story.until(day("05-04"))
        yield story


def sell_the_program(story: Story) -> None:
    for name, price in PRICES.items():
        story.does("define_service", service=name, label=name, list_price=price)
    units = [
        {"kind": "units", "line": name, "services": [name], "quantity": quantity}
        for name, quantity in QUANTITIES.items()
    ]
    messaging = {
        "kind": "access",
        "line": "messaging",
        "access": ["messaging"],
        "ssp": 13500,
        "expires_after": {"months": 3},
    }
    story.does(
        "publish_offer",
        offer="program",
        name="12-Week Weight Loss",
        price=180000,
        program="weight_loss",
        term={"weeks": 12},
        lines=[*units, messaging],
    )
    story.until(day("01-05"))
    answer = story.does(
        "sell_package",
        subscription="s-1",
        offer="program",
        patient="p-1",
        consent=consent("c-1"),
        payment={"payment": "pay-1", "amount": 180000, "tender": "card", "fee": 5250},
    )
    assert answer["expires"] == "2026-03-29"
    assert answer["owed"] == 0


PROGRAM_JOURNAL = [
    (
        "01-05 row 6: 1020 1,800.00 | 2100 initial 233.77, 2100 follow_up 701.30, "
        "2100 scan 168.31, 2100 lab 374.03, 2100 injection 196.36, 2100 messaging 126.23"
    ),
    "01-05 row 47: 6100 52.50 | 1020 52.50",
    "01-05 row 9: 2100 initial 233.77 | 4000 233.77",
    "01-05 row 9: 2100 scan 56.10 | 4000 56.10",
    "01-05 row 9: 2100 lab 374.03 | 4000 374.03",
    "01-12 row 9: 2100 follow_up 140.26 | 4000 140.26",
    "01-12 row 9: 2100 injection 32.73 | 4000 32.73",
    "01-26 row 9: 2100 follow_up 140.26 | 4000 140.26",
    "01-26 row 9: 2100 injection 32.72 | 4000 32.72",
    "01-31 row 14: 2100 messaging 37.87 | 4010 37.87",
    "02-09 row 9: 2100 follow_up 140.26 | 4000 140.26",
    "02-09 row 9: 2100 scan 56.11 | 4000 56.11",
    "02-09 row 9: 2100 injection 32.73 | 4000 32.73",
    "02-16 row 18: 2100 follow_up 140.26 | 4040 140.26",
    "02-28 row 14: 2100 messaging 39.27 | 4010 39.27",
    "03-09 row 9: 2100 follow_up 140.26 | 4000 140.26",
    "03-09 row 9: 2100 injection 32.73 | 4000 32.73",
    "03-29 row 20: 2100 scan 56.10 | 4030 56.10",
    "03-29 row 20: 2100 injection 65.45 | 4030 65.45",
    "03-31 row 14: 2100 messaging 43.48 | 4010 43.48",
    "04-30 row 14: 2100 messaging 5.61 | 4010 5.61",
]
PROGRAM_ROLLFORWARD = {
    "2026-01": {
        "opening": "0.00",
        "additions": "1,800.00",
        "recognized_from_additions": "-1,047.74",
        "closing": "752.26",
    },
    "2026-02": {"opening": "752.26", "recognized_from_opening": "-408.63", "closing": "343.63"},
    "2026-03": {
        "opening": "343.63",
        "recognized_from_opening": "-216.47",
        "breakage": "-121.55",
        "closing": "5.61",
    },
    "2026-04": {"opening": "5.61", "recognized_from_opening": "-5.61", "closing": "0.00"},
}


def test_the_journal_is_the_one_of_the_story(told: Story) -> None:
    assert told.journal(day("04-30")) == PROGRAM_JOURNAL


@pytest.mark.parametrize("period", PROGRAM_ROLLFORWARD)
def test_the_roll_forward_closes(told: Story, period: str) -> None:
    assert told.rolled(period, "2100") == PROGRAM_ROLLFORWARD[period]


@pytest.mark.parametrize(
    ("when", "accounts"),
    [
        (
            "01-31",
            {
                "1020": "1,747.50",
                "2100": "-752.26",
                "4000": "-1,009.87",
                "4010": "-37.87",
                "6100": "52.50",
            },
        ),
        (
            "04-30",
            {
                "1020": "1,747.50",
                "4000": "-1,411.96",
                "4010": "-126.23",
                "4030": "-121.55",
                "4040": "-140.26",
                "6100": "52.50",
            },
        ),
    ],
)
def test_the_trial_balance(told: Story, when: str, accounts: dict[str, str]) -> None:
    assert told.trial_balance(day(when)) == accounts


def test_the_balance_at_the_end_of_february(told: Story) -> None:
    contract = told.balance("s-1", day("02-28"))
    assert contract["deferred"] == 34363
    left = {line["line"]: (line["remaining"], line["deferred"]) for line in contract["lines"]}
    assert left["follow_up"] == ("1", 14026)
    assert left["scan"] == ("1", 5610)
    assert left["injection"] == ("3", 9818)
    assert left["messaging"] == (None, 4909)


def test_one_more_tick_and_a_rebuild_change_nothing(told: Story) -> None:
    told.nothing_more_happens()
