"""Corrections at the desk: who may move at once, what is named after the command."""

from datetime import timedelta
from typing import Any

import pytest

from tests.commands.practice import VISITED, Practice, visit

OWN = {"id": "jo", "role": "front_desk"}
MOVE = {"visit": "v-1", "line": "1", "to_subscription": "s-2", "reason": "the wrong pack"}
GIFT = {"patient": "p-1", "service": "massage", "quantity": "1", "reason": "a late start"}


@pytest.mark.parametrize(
    ("minutes", "actor", "code"),
    [
        (15, OWN, None),
        (16, OWN, "approval_required"),
        (0, OWN | {"id": "kim"}, "approval_required"),
        (600, {"id": "acc", "role": "accountant"}, None),
    ],
)
def test_who_recorded_a_visit_may_move_it_within_minutes(
    practice: Practice, minutes: int, actor: Any, code: str | None
) -> None:
    practice.opens().sells().sells("s-2")
    practice.does("record_visit", visit(), VISITED, actor=OWN)
    practice.clock.now += timedelta(minutes=minutes)
    result = practice.send(practice.line("move_consumption", MOVE, VISITED, actor=actor))
    assert (result.error and result.error.code.value) == code
    assert practice.remaining("s-2") == ("5" if code else "4")


def test_goodwill_without_a_contract_is_found_under_the_commands_id(practice: Practice) -> None:
    practice.opens()
    result = practice.does("grant_goodwill", GIFT | {"approver": "bob"})
    key = result.data["subscription"]
    assert key == result.id
    assert practice.remaining(key) == "1"
    [row] = practice.does("record_visit", visit(), VISITED).data["coverage"]
    assert [draw["subscription"] for draw in row["draws"]] == [key]


def test_a_member_of_a_sale_finds_the_contract_on_the_roster(practice: Practice) -> None:
    practice.opens()
    shared = {"offer": "shared", "name": "Shared", "price": 45000, "shareable": True}
    line = {"kind": "units", "line": "m", "services": ["massage"], "quantity": "5"}
    practice.does("publish_offer", shared | {"lines": [line]})
    practice.sells(offer="shared", members=["p-2", "p-3"])
    [row] = practice.does("record_visit", visit(patient="p-3"), VISITED).data["coverage"]
    assert row["covered"] == "1"
    assert practice.refuses("share", {"subscription": "s-1", "patient": "p-2"})["code"] == (
        "duplicate"
    )


@pytest.mark.parametrize("members", [["p-1"], ["p-2", "p-2"]])
def test_members_are_other_people_each_named_once(practice: Practice, members: list[str]) -> None:
    practice.opens()
    sale = {"subscription": "s-1", "offer": "pack", "patient": "p-1", "members": members}
    assert practice.refuses("sell_package", sale)["code"] == "invalid"


@pytest.mark.parametrize("purpose", [{}, "visit", {"visit": ""}, {"visit": "v-1", "x": 1}, None])
def test_store_credit_is_for_a_visit_or_paid_out(practice: Practice, purpose: Any) -> None:
    practice.opens()
    use = {"patient": "p-1", "use": "u-1", "amount": 1, "for": purpose, "reason": "asked"}
    error = practice.refuses("use_store_credit", use)
    assert error["code"] == "invalid"
    assert error["field"].startswith("data.for")
