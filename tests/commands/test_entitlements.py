"""What may a patient have? Coverage, access, tier and perks, asked of the rules."""

from typing import Any

import pytest

from commands.asking import check
from tests.commands.practice import MASSAGE, OPENED, SOLD, VISITED, Practice, payment, visit

GOLD = 20000
LINES = [
    {"kind": "units", "line": "m", "services": ["massage"], "quantity": "1"},
    {"kind": "access", "line": "chat", "access": ["messaging", "same_day"], "ssp": 5000},
    {"kind": "discount", "line": "off", "percent": 10, "categories": ["skin"]},
    {"kind": "discount", "line": "gift", "amount": 500, "uses": 3},
]


def asked(practice: Practice, at: str = VISITED, patient: str = "p-1", **more: Any) -> Any:
    question = {"patient": patient, "access": ["messaging", "sauna"], "at": at} | more
    return check(practice.commands, practice.clinic, question)


def gold(practice: Practice, **more: Any) -> Practice:
    """A membership of 200.00 a month, sold on 5 January to p-1 and shared with p-2."""
    practice.opens()
    offer = {"offer": "gold", "name": "Gold", "price": GOLD, "tier": "gold", "lines": LINES}
    offer |= {"billing": {"kind": "recurring", "every": "month"}, "shareable": True}
    practice.does("publish_offer", offer | more.pop("terms", {}), OPENED)
    sale = {"subscription": "s-1", "offer": "gold", "patient": "p-1", "members": ["p-2"]}
    practice.does("sell_package", sale | more)
    return practice


@pytest.mark.parametrize("patient", ["p-1", "p-2"])
def test_a_paid_cycle_gives_its_access_and_perks_to_all_who_share_it(
    practice: Practice, patient: str
) -> None:
    gold(practice, payment=payment(amount=GOLD))
    before = practice.head()
    line = {"service": "massage", "quantity": "2"}
    answer = asked(practice, patient=patient, lines=[line])
    assert answer["access"] == {"messaging": True, "sauna": False}
    assert (answer["tier"], answer["perks"]) == ("gold", ["messaging", "same_day"])
    # One massage is covered, and 5.00 is more off the other than nothing.
    [row] = answer["coverage"]
    assert (row["covered"], row["discount"]) == ("1", 500)
    assert row["patient_owes"] == MASSAGE - 500
    assert practice.head() == before


def test_discounts_are_listed_with_what_is_left_of_them(practice: Practice) -> None:
    gold(practice, payment=payment(amount=GOLD))
    practice.does("record_visit", visit(quantity="2"), VISITED)
    off, gift = asked(practice)["discounts"]
    contract = {"subscription": "s-1"}
    assert off == contract | {"line": "off", "percent": 10, "categories": ["skin"]} | {
        "services": [],
        "remaining": None,
    }
    assert gift == contract | {"line": "gift", "amount": 500, "categories": []} | {
        "services": [],
        "remaining": "2",
    }


def test_the_tier_stays_when_the_units_are_used_up(practice: Practice) -> None:
    gold(practice, payment=payment(amount=GOLD), terms={"lines": LINES[:1]})
    practice.does("record_visit", visit(), VISITED)
    assert asked(practice)["tier"] == "gold"


@pytest.mark.parametrize(
    ("prepared", "at"),
    [
        ({}, VISITED),
        ({"payment": payment(amount=GOLD)}, "2026-02-05T10:00:00-05:00"),
        ({"payment": payment(amount=GOLD)}, "2026-01-04T10:00:00-05:00"),
    ],
    ids=["unpaid", "next cycle", "before"],
)
def test_a_cycle_that_is_not_paid_or_does_not_run_gives_nothing(
    practice: Practice, prepared: dict[str, Any], at: str
) -> None:
    answer = asked(gold(practice, **prepared), at)
    assert (answer["access"]["messaging"], answer["tier"]) == (False, None)
    assert (answer["perks"], answer["discounts"]) == ([], [])


def test_nothing_runs_before_the_first_use(practice: Practice) -> None:
    practice.opens()
    terms = {"validity": "first_use", "term": {"months": 1}}
    offer = {"offer": "start", "name": "Start", "price": GOLD, "lines": LINES}
    practice.does("publish_offer", offer | terms, OPENED)
    sale = {"subscription": "s-1", "offer": "start", "patient": "p-1"}
    practice.does("sell_package", sale | {"payment": payment(amount=GOLD)}, SOLD)
    assert asked(practice)["access"]["messaging"] is False
    before = practice.head()
    practice.does("record_visit", visit(), VISITED)
    assert practice.told(before) == [
        "VisitRecorded visit/v-1",
        "ValidityStarted subscription/s-1",
        "UnitsDrawn subscription/s-1",
    ]
    assert asked(practice)["access"]["messaging"] is True
    assert asked(practice, "2026-02-12T10:00:00-05:00")["access"]["messaging"] is False


def test_a_booked_visit_consumes_its_hold(practice: Practice) -> None:
    practice.opens().sells()
    hold = {"booking": "b-1", "patient": "p-1", "for": "2026-01-20T18:00:00-05:00"}
    lines = [{"line": "1", "service": "massage", "quantity": "5"}]
    practice.does("place_hold", hold | {"lines": lines})
    error = practice.refuses("place_hold", hold | {"booking": "b-2", "lines": lines})
    assert (error["code"], error["field"]) == ("held", "data.lines[0].quantity")
    error = practice.refuses("place_hold", hold | {"lines": lines, "for": "soon"})
    assert (error["code"], error["field"]) == ("invalid", "data.for")
    before = practice.head()
    data = visit(quantity="2", booking="b-1")
    practice.does("record_visit", data, "2026-01-20T18:30:00-05:00")
    assert practice.told(before) == [
        "VisitRecorded visit/v-1",
        "UnitsReleased subscription/s-1",
        "UnitsDrawn subscription/s-1",
    ]
    head = practice.head()
    practice.does("release_hold", {"booking": "b-1"})
    assert (practice.head(), practice.remaining()) == (head, "3")
