"""Discounts and points on what units do not cover (accounting.md 5.5, 5.6; rows 16, 17)."""

from typing import Any

import pytest

from tests.support.clinic import Glow, consent, counts, day


def clinic(*lines: dict[str, Any], price: int = 10000, **more: Any) -> Glow:
    """An offer with these lines beside one unit of massage, paid in full on 5 January."""
    glow = Glow()
    glow.service("massage", 10000)
    glow.service("facial", 8000, category="skin")
    glow.service("peel", 6001, category="skin")
    unit = {"kind": "units", "line": "unit", "services": ["massage"], "quantity": 1}
    glow.publish("offer", price, [unit, *lines], term={"months": 3}, **more)
    glow.sell("01-05", "offer", consent=consent())
    glow.pay("01-05", price)
    return glow


def off(line: str, **more: Any) -> dict[str, Any]:
    return {"kind": "discount", "line": line, **more}


def asked(glow: Glow, on: str, visit: str, **line: Any) -> Any:
    [row] = glow.visit(on, visit, lines=[{"line": "1", "service": "facial"} | line])
    return row


def test_the_largest_single_discount_comes_off() -> None:
    """15 % of 80.00 against 10.00; they do not add up, and a standing one leaves no event."""
    glow = clinic(off("a", percent=15), off("b", amount=1000), off("c", percent=5))
    row = asked(glow, "01-06", "v1")
    assert (row["covered"], row["discount"], row["patient_owes"]) == ("0", 1200, 6800)
    assert (row["draws"], row["reason"]) == ([], "not_covered")


@pytest.mark.parametrize(
    ("line", "service", "expected"),
    [
        ({"percent": 50}, "peel", 3000),
        ({"percent": 100}, "peel", 6001),
        ({"amount": 9000}, "peel", 6001),
        ({"amount": 500, "categories": ["skin"]}, "facial", 500),
        ({"amount": 500, "categories": ["skin"]}, "massage", 0),
        ({"amount": 500, "services": ["peel"]}, "facial", 0),
    ],
)
def test_what_a_discount_takes_off(line: dict[str, Any], service: str, expected: int) -> None:
    """Half of 60.01 is rounded once, to even; an amount is never more than the price."""
    glow = clinic(off("a", **line))
    glow.visit("01-06", "v0", "massage")
    row = asked(glow, "01-06", "v1", service=service, tax=77)
    assert row["discount"] == expected
    assert row["patient_owes"] == row["list_price"] - expected + 77


def test_only_what_units_leave_is_discounted_and_credit_pays_after() -> None:
    credit = {"kind": "credit", "line": "credit", "face": 5000}
    glow = clinic(off("a", percent=10), credit, price=15000)
    row = asked(glow, "01-06", "v1", service="massage", quantity="2", tax=200)
    assert (row["discount"], row["credit"], row["patient_owes"]) == (1000, 5000, 4100)
    assert (row["covered"], row["prepaid"]) == ("1", 15000)


def test_a_discount_that_counts_its_uses_releases_its_share_of_each() -> None:
    """Accounting.md 5.5: 12.00 allocated over 5 uses; the rest lapses by row 17."""
    right = off("right", percent=40, uses=5, ssp=1364)
    glow = clinic(right, price=10000)
    lot = glow.lot("right")
    assert lot.allocated == 1200
    for n, on in enumerate(("01-06", "01-07")):
        assert asked(glow, on, f"v{n}")["prepaid"] == 240
    assert glow.journal()[-1] == ("01-07", "16", {"2130 right": 240, "4000": -240})
    assert counts(glow.lot("right").remaining) == ["3"]
    glow.reverse("01-08", "v1")
    assert glow.journal()[-1] == ("01-07", "16", {"4000": 240, "2130 right": -240})
    glow.tick("2026-05-01")
    assert ("04-04", "17", {"2130 right": 960, "4030": -960}) in glow.journal()


def test_a_discount_used_up_comes_off_no_more() -> None:
    glow = clinic(off("right", percent=40, uses=1))
    assert [asked(glow, "01-06", f"v{n}")["discount"] for n in range(2)] == [3200, 0]


def test_an_equal_standing_discount_goes_before_one_that_counts() -> None:
    glow = clinic(off("counts", percent=10, uses=1), off("stands", percent=10))
    asked(glow, "01-06", "v1")
    assert counts(glow.lot("counts").remaining) == ["1"]


@pytest.mark.parametrize("on", ["01-04", "04-05"])
def test_a_discount_outside_its_days_takes_nothing_off(on: str) -> None:
    assert asked(clinic(off("a", percent=10)), on, "v1")["discount"] == 0


def test_an_unpaid_offer_gives_no_discount() -> None:
    glow = Glow()
    glow.service("facial", 8000)
    unit = {"kind": "units", "line": "unit", "services": ["facial"], "quantity": 1}
    glow.publish("offer", 8000, [unit, off("a", percent=10)], term={"months": 1})
    glow.sell("01-05", "offer")
    row = asked(glow, "01-06", "v1")
    assert (row["discount"], row["reason"]) == (0, "unpaid")


POINTS = {"kind": "points", "line": "points", "earn": {"per_amount": 100}, "value": 10}


def test_points_pay_when_asked_and_release_their_share() -> None:
    """100.00 grants 100 points worth 0.10 each: SSP 10.00 beside 100.00."""
    glow = clinic(POINTS)
    assert (glow.lot("points").allocated, counts(glow.lot("points").granted)) == (909, ["100"])
    row = asked(glow, "01-06", "v1")
    assert (row["credit"], row["patient_owes"]) == (0, 8000)
    row = asked(glow, "01-06", "v2", points="40", tax=100)
    assert (row["credit"], row["prepaid"], row["patient_owes"]) == (400, 364, 7700)
    assert glow.journal()[-1] == ("01-06", "16", {"2130 points": 364, "4000": -364})
    row = asked(glow, "01-07", "v3", points="100")
    assert (row["credit"], row["prepaid"], row["patient_owes"]) == (600, 545, 7400)
    assert row["reason"] == "not_enough_units"
    assert glow.contract().lots["points.1"].remaining == 0


def test_points_are_worth_no_more_than_the_price_left() -> None:
    """Whole points: 7 of 0.10 pay 0.70 of 0.75; tax is never paid by points."""
    glow = clinic(POINTS)
    row = asked(glow, "01-06", "v1", list_price=75, tax=10, points="50")
    assert (row["credit"], row["patient_owes"]) == (70, 15)
    row = asked(glow, "01-06", "v2", list_price=80, points="50")
    assert (row["covered"], row["credit"], row["patient_owes"]) == ("1", 80, 0)


def test_points_go_before_credit() -> None:
    credit = {"kind": "credit", "line": "credit", "face": 5000}
    glow = clinic(POINTS, credit, off("a", percent=50), price=15000)
    row = asked(glow, "01-06", "v1", points="100", tax=40)
    assert (row["discount"], row["credit"], row["covered"]) == (4000, 1000 + 3040, "1")
    assert [draw["line"] for draw in row["draws"]] == ["points", "credit"]
    glow.reverse("01-07", "v1")
    assert glow.contract().deferred(day("01-05")) == 15000


def test_a_missed_visit_redeems_nothing() -> None:
    lines = [{"line": "1", "service": "facial", "points": "10"}]
    [row] = clinic(POINTS, off("a", percent=10)).visit("01-06", "v1", status="no_show", lines=lines)
    assert (row["credit"], row["discount"], row["patient_owes"]) == (0, 0, 0)
