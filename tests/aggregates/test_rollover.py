"""Unused units that outlive their cycle, up to a cap, with a last day of their own (6.3)."""

from typing import Any

import pytest

from aggregates.subscription import events as e
from aggregates.subscription.cycle_events import UnitsRolledOver
from tests.support.clinic import counts, day
from tests.support.club import SAUNA, Club

FOUR = {"kind": "units", "line": "massage", "services": ["massage"], "quantity": "4"}


def club(rollover: dict[str, Any] | None, **more: Any) -> Club:
    """Four massages a month for 120.00, paid on 15 January and 15 February."""
    if rollover is not None:
        more["rollover"] = rollover
    made = Club().offers(lines=[FOUR], **more)
    made.joins("01-15", paid=12000)
    made.consent("01-15", "expiry")
    made.visit("01-20", "v-1", "massage")
    made.passes("02-15")
    made.pay("02-15", 12000)
    return made


def left(made: Club) -> list[tuple[str, ...]]:
    """What is left of each lot, and its last day."""
    return [
        (lot.grant, *counts(lot.remaining), f"{lot.expires:%m-%d}")
        for lot in made.contract().lots.values()
        if lot.remaining
    ]


@pytest.mark.parametrize(
    ("rollover", "expected"),
    [
        (None, [("massage.2", "4", "03-14")]),
        ({}, [("massage.1", "3", "03-14"), ("massage.2", "4", "03-14")]),
        ({"cap": "2"}, [("massage.1", "2", "03-14"), ("massage.2", "4", "03-14")]),
        ({"cap": "0.5"}, [("massage.1", "0.5", "03-14"), ("massage.2", "4", "03-14")]),
        (
            {"expires_after": {"months": 2}},
            [("massage.1", "3", "04-14"), ("massage.2", "4", "03-14")],
        ),
        ({"lines": ["massage"]}, [("massage.1", "3", "03-14"), ("massage.2", "4", "03-14")]),
    ],
)
def test_what_rolls_over(rollover: dict[str, Any] | None, expected: list[tuple[str, ...]]) -> None:
    assert left(club(rollover)) == expected


def test_a_line_that_is_not_named_ends_with_its_cycle() -> None:
    made = Club().offers(
        lines=[FOUR, FOUR | {"line": "sauna", "services": ["sauna"]}],
        rollover={"lines": ["sauna"]},
    )
    made.joins("01-15", paid=12000)
    made.passes("02-15")
    assert left(made) == [("sauna.1", "4", "03-14")]


def test_it_moves_no_money_and_the_excess_expires() -> None:
    made = club({"cap": "2"})
    [rolled] = made.events(UnitsRolledOver)
    assert counts(rolled.quantity) == ["2"]
    assert made.journal()[-2] == ("02-14", "20", {"2110 massage": 3000, "4030": -3000})
    lot = made.contract().lots["massage.1"]
    assert (lot.value_left(day("02-15")), lot.deferred(day("02-15"))) == (6000, 6000)
    assert lot.granted == lot.used + lot.expired + lot.remaining


def test_the_lot_that_ends_first_is_drawn_first() -> None:
    made = club({"expires_after": {"months": 2}})
    [row] = made.visit("02-20", "v-2", "massage:5")
    assert [(draw["grant"], draw["quantity"]) for draw in row["draws"]] == [
        ("massage.2", "4"),
        ("massage.1", "1"),
    ]
    made = club({})
    [row] = made.visit("02-20", "v-2", "massage:4")
    assert [draw["grant"] for draw in row["draws"]] == ["massage.1", "massage.2"]
    assert [draw["amount"] for draw in row["draws"]] == [9000, 3000]


def test_units_roll_over_once() -> None:
    made = club({})
    made.passes("03-15")
    assert left(made) == [("massage.2", "4", "04-14")]
    expired = [(item.grant, *counts(item.quantity)) for item in made.events(e.LotExpired)]
    assert expired == [("massage.1", "3")]


def test_the_cap_counts_what_rolled_before_and_is_valid_still() -> None:
    made = club({"cap": "5", "expires_after": {"months": 3}})
    made.passes("03-15")
    assert left(made) == [("massage.1", "3", "05-14"), ("massage.2", "2", "06-14")]


def test_a_late_visit_takes_back_what_had_expired() -> None:
    made = club({"cap": "2"})
    [row] = made.visit("02-10", "v-late", "massage:3")
    assert (row["covered"], row["prepaid"]) == ("3", 9000)
    assert left(made) == [("massage.2", "4", "03-14")]


@pytest.mark.parametrize(
    "more",
    [{"billing": {"auto_renew": False, "commitment_cycles": 2}}, {"term": {"months": 2}}],
)
def test_nothing_outlives_the_contract(more: dict[str, Any]) -> None:
    made = club({}, **more)
    made.passes("03-15")
    assert left(made) == []


def test_an_unpaid_cycle_has_nothing_to_roll_over() -> None:
    made = Club().offers(lines=[FOUR], rollover={})
    made.joins("01-15")
    made.passes("03-20")
    assert made.events(UnitsRolledOver) == []


def test_time_does_not_roll_over() -> None:
    made = Club().offers(lines=[SAUNA, FOUR], rollover={})
    made.joins("01-15", paid=12000)
    made.passes("02-15")
    assert {event.line for event in made.events(UnitsRolledOver)} == {"massage"}
