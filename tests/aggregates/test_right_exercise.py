"""Policy `material_right_exercise`: a right used as a modification of its contract (5.5, 9.2)."""

from typing import Any

import pytest

from aggregates.subscription.combining_events import RightExercised
from ledger.calendar import Period
from tests.support.alterations import Altered
from tests.support.clinic import consent
from tests.support.closed import balances, closed
from tests.support.corrections import Desk

MODIFICATION = {"escheat": "exempt", "material_right_exercise": "modification"}


class Whole(Altered, Desk):
    """A clinic with every command."""


def clinic(price: int = 12000, paid: int | None = None, **more: Any) -> Whole:
    """A massage of 100.00 with a right worth 20.00, 10 % off twice; a facial costs 80.00."""
    glow = Whole(more.pop("policies", MODIFICATION))
    glow.service("massage", 10000)
    glow.service("facial", 8000, category="skin")
    unit = {"kind": "units", "line": "unit", "services": ["massage"], "quantity": 1}
    right = {"kind": "discount", "line": "right", "percent": 10, "uses": 2, "ssp": 2000}
    right |= {"categories": ["skin"]}
    glow.publish("offer", price, [unit, right, *more.pop("lines", ())], term={"months": 3}, **more)
    glow.sell("01-05", "offer", consent=consent())
    glow.pay("01-05", price if paid is None else paid)
    return glow


def facial(glow: Whole, on: str, visit: str) -> tuple[int, int]:
    """What a facial earns of the contract, and what the patient pays for it."""
    [row] = glow.visit(on, visit, lines=[{"line": "1", "service": "facial"}])
    return row["prepaid"], row["patient_owes"]


def test_as_a_continuation_a_use_takes_its_own_share() -> None:
    glow = clinic(policies={"escheat": "exempt"})
    assert facial(glow, "01-10", "v-1") == (1000, 7200)
    assert glow.events(RightExercised) == []


def test_as_a_modification_what_is_left_and_the_price_are_allocated_anew() -> None:
    """100.00 + 20.00 + 72.00 over a massage of 100.00, one more use of 10.00 and the facial of
    80.00: 101.05, 10.11 and 80.84, of which 72.00 are paid at the visit.
    """
    glow = clinic()
    assert facial(glow, "01-10", "v-1") == (884, 7200)
    assert glow.journal()[-2:] == [
        ("01-10", "43", {"2130 right": 105, "2100 unit": -105}),
        ("01-10", "16", {"2130 right": 884, "4000": -884}),
    ]
    with closed(glow, "2026-01") as books:
        found = {"1020": 12000, "2100": -10105, "2130": -1011, "4000": -884}
        assert balances(books, "2026-01") == found
        row = books.rollforward(Period(2026, 1))["2130"]
        assert (row["modifications"], row["closing"]) == (-105, 1011)


def test_the_last_use_leaves_nothing_to_the_right() -> None:
    """The second facial: 101.05 + 10.11 + 72.00 over 100.00 and 80.00 is 101.76 and 81.40."""
    glow = clinic()
    facial(glow, "01-10", "v-1")
    assert facial(glow, "01-11", "v-2") == (940, 7200)
    assert glow.contract().lots["right.1"].remaining == 0
    glow.visit("01-12", "v-3", "massage")
    assert glow.accounts() == {"1020": 12000, "4000": -12000}


def test_with_nothing_else_left_it_is_between_the_visit_and_the_next_use() -> None:
    """20.00 + 72.00 over 10.00 and 80.00: 10.22 and 81.78; then all that is left."""
    glow = clinic()
    glow.visit("01-06", "v-0", "massage")
    assert facial(glow, "01-10", "v-1") == (978, 7200)
    assert facial(glow, "01-11", "v-2") == (1022, 7200)


def test_money_that_is_not_in_the_books_is_not_deferred() -> None:
    """36.00 for what is worth 120.00: 36.00 + 72.00 over 190.00 leave less than 72.00 to the
    facial. It earns nothing beside its price; the 36.00 are for the massage and the other use.
    """
    glow = clinic(3600)
    assert facial(glow, "01-10", "v-1") == (0, 7200)
    assert glow.journal()[-1] == ("01-10", "43", {"2130 right": 273, "2100 unit": -273})


def test_days_that_are_left_take_their_part() -> None:
    """90.00 of lounge for 90 days, five of which have passed: 85.00 of it is left."""
    lounge = {"kind": "access", "line": "lounge", "access": ["lounge"], "ssp": 9000}
    glow = clinic(21000, lines=(lounge,))
    earned, _ = facial(glow, "01-10", "v-1")
    [event] = glow.events(RightExercised)
    [time] = [lot for lot in event.lots if lot.line == "lounge"]
    assert (time.recognised, time.starts) == (500, event.lots[-1].starts)
    assert time.amount == 8500 + time.added
    assert sum(part.amount for part in event.given) == sum(part.amount for part in event.received)
    with closed(glow, "2026-04") as books:
        found = balances(books, "2026-04")
        assert found["4010"] == -(500 + time.amount)
        assert found["4000"] == -earned


@pytest.mark.parametrize(
    ("paid", "runs_ahead", "earned"), [(12000, False, 884), (500, False, 0), (500, True, 884)]
)
def test_a_use_earns_no_more_than_is_paid(paid: int, runs_ahead: bool, earned: int) -> None:
    billing = {"kind": "once", "draw_before_payment": runs_ahead}
    glow = clinic(paid=paid, billing=billing)
    assert facial(glow, "01-10", "v-1")[0] == earned


def test_a_visit_that_is_undone_brings_its_amount_back_to_the_right() -> None:
    glow = clinic()
    facial(glow, "01-10", "v-1")
    glow.reverse("01-11", "v-1")
    assert glow.accounts() == {"1020": 12000, "2100": -10105, "2130": -1895}
    glow.passes("04-06")
    assert glow.accounts() == {"1020": 12000, "4030": -12000}


def test_a_contract_whose_money_is_disputed_stays_as_it_is() -> None:
    glow = clinic(paid=6000)
    glow.pay("01-06", 6000, payment="pay-2", charge="ch-2")
    glow.dispute("01-07", 100, charge="ch-2")
    facial(glow, "01-10", "v-1")
    assert glow.events(RightExercised) == []


def test_a_standing_right_is_earned_by_day_whatever_the_policy() -> None:
    standing = {"kind": "discount", "line": "always", "percent": 20, "ssp": 900}
    glow = clinic(12900, lines=(standing,))
    assert facial(glow, "01-10", "v-1") == (0, 6400)
    assert glow.events(RightExercised) == []
