"""Refunds of every kind of lot: what is unused of it, and what its use was worth (8.1)."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from aggregates.listprices import used_at_list
from aggregates.quoting import quotes
from aggregates.sales import on_contract
from aggregates.subscription import events as e
from aggregates.subscription.correction_events import GoodwillGranted
from aggregates.subscription.leaving import FrozenLot
from aggregates.subscription.line import ServiceTerm, SoldLine
from aggregates.subscription.using_events import UnitsReserved
from ledger.codes import Code
from ledger.decider import Decided
from ledger.events import Event
from tests.support.clinic import DIGEST, Glow, day, sessions

FORMULAS = ("pro_rata", "list_clawback", "bonus_last")


def given(glow: Glow, on: str, event: Event, key: str = "s-1") -> None:
    """An event on the contract that was decided elsewhere."""
    context = glow.context(on)
    glow.take(context, Decided((on_contract(context, key, event),)))


def draw(glow: Glow, on: str, line: str, quantity: str, service: str = "massage") -> None:
    """A visit used so much of a line."""
    lot, visit = glow.lot(line), f"v-{len(glow.history)}"
    drawn = e.UnitsDrawn(
        visit=visit,
        visit_line="1",
        line=line,
        grant=lot.grant,
        service=service,
        quantity=Decimal(quantity),
        amount=lot.draw_amount(Decimal(quantity), service),
        status="completed",
        liability=lot.liability,
        revenue="services",
        sale=glow.contract().sale,
    )
    given(glow, on, drawn)


def sold(price: int, *lines: dict[str, Any], formula: str = "pro_rata", **offer: Any) -> Glow:
    """An offer of these lines, sold and paid on 1 January with a term of 100 days."""
    glow = Glow()
    glow.service("massage", 10000)
    named = [{"line": line["kind"], **line} for line in lines]
    terms = {"term": {"days": 100}, "refund": {"formula": formula}} | offer
    assert glow.publish("o", price, named, **terms) == {"offer": "o", "version": 1}
    glow.sell("01-01", "o")
    glow.pay("01-01", price)
    return glow


def amounts(glow: Glow, on: str) -> list[int]:
    """What pro rata, claw-back and bonus-last come to."""
    shown = {row["formula"]: row["amount"] for row in quotes(glow.contract(), day(on))}
    return [shown[name] for name in FORMULAS]


UNITS = {"kind": "units", "services": ["massage"], "quantity": 5}
CREDIT = {"kind": "credit", "face": 50000}
BONUS = {"kind": "credit", "line": "extra", "face": 5000, "bonus": True}
ACCESS = {"kind": "access", "access": ["chat"], "ssp": 10000}
SAUNA = {"kind": "unlimited", "services": ["massage"], "ssp": 20000}
POINTS = {"kind": "points", "earn": {"per_amount": 1000}, "value": 10, "ssp": 1000}
VOUCHER = {"kind": "discount", "percent": 20, "uses": 4, "ssp": 2000}


def test_a_pool_of_credit_with_bonus() -> None:
    """550.00 for 500.00, 120.00 used: 430 × 10/11, or 500 − 120, paid face being used first."""
    glow = sold(50000, CREDIT, BONUS)
    draw(glow, "01-10", "credit", "12000")
    assert amounts(glow, "01-20") == [39091, 38000, 38000]
    draw(glow, "01-11", "credit", "40000")
    assert amounts(glow, "01-20") == [2727, 0, 0]


def test_a_part_of_a_pool_takes_paid_and_bonus_face_alike() -> None:
    glow = sold(50000, CREDIT, BONUS, formula="bonus_last")
    draw(glow, "01-10", "credit", "12000")
    half = [{"line": "credit", "quantity": "21500"}]
    assert glow.refund("01-20", lines=half)["amount"] == 19000
    assert glow.lot("credit").remaining == 21500
    over = glow.refund("01-20", "r-2", lines=[{"line": "credit", "quantity": "21501"}])
    assert over.code is Code.NOT_ENOUGH_UNITS
    assert glow.refund("01-21", "r-2", lines=half)["amount"] == 19000
    assert glow.contract().ended == "refunded"


def test_bonus_credit_on_other_terms_counts_face_by_face() -> None:
    """Two lots, A = 454.55 and 45.45: 50.00 of bonus face used takes 50.00 of the paid face."""
    glow = sold(50000, CREDIT, BONUS | {"expires_after": {"days": 30}})
    draw(glow, "01-10", "extra", "5000")
    assert amounts(glow, "01-20") == [45455, 45000, 45000]


@pytest.mark.parametrize(
    ("line", "quantity", "expected"),
    [
        (UNITS | {"ssp": 25000}, "2", [50000, 40000, 50000]),
        (CREDIT | {"ssp": 50000}, "20000", [40000, 40000, 40000]),
        (POINTS, "25", [59583, 59750, 59583]),
        (VOUCHER, "1", [59500, 59500, 59500]),
    ],
)
def test_use_is_worth_its_list_price_face_value_or_stand_alone_price(
    line: dict[str, Any], quantity: str, expected: list[int]
) -> None:
    """Two lines for the 600.00 that they are worth; 60 points have a value of 10 each."""
    other = UNITS | {"line": "other", "ssp": 60000 - line["ssp"]}
    glow = sold(60000, line, other)
    draw(glow, "01-10", line["kind"], quantity)
    assert amounts(glow, "01-20") == expected


def test_unused_uses_of_a_voucher_and_points_leave_the_material_rights() -> None:
    glow = sold(53000, UNITS, POINTS, VOUCHER)
    draw(glow, "01-10", "discount", "1")
    draw(glow, "01-10", "points", "30")
    glow.refund("01-20")
    assert glow.lot("points").refunded == 23
    assert glow.lot("discount").refunded == 3
    debits = {"2100 units": 50000, "2130 points": 434, "2130 discount": 1500}
    assert glow.journal()[-2] == ("01-20", "29", debits | {"2170": -51934})
    assert glow.contract().ended == "refunded"


@pytest.mark.parametrize(("line", "ssp"), [(ACCESS, 10000), (SAUNA, 20000)])
def test_a_line_of_time_is_used_by_the_day(line: dict[str, Any], ssp: int) -> None:
    """25 of 100 days: that much of A is earned, and that much of the stand-alone price used."""
    glow = sold((50000 + ssp) // 2, UNITS, line)
    pro_rata = 25000 + ssp * 3 // 8
    assert amounts(glow, "01-25") == [pro_rata, 25000 + ssp // 4, pro_rata]
    alone = glow.refund("01-25", lines=[{"line": line["kind"], "quantity": 1}])
    assert alone["amount"] == ssp * 3 // 8
    assert glow.contract().ended is None
    assert used_at_list(glow.lot(line["kind"]), day("03-01")) == ssp // 4


def test_frozen_days_are_not_used() -> None:
    """20 days from 1 January of which 5 stood still: 15 of 100."""
    glow = sold(10000, SAUNA)
    lot = glow.lot("unlimited")
    frozen = replace(lot.spans[0], frozen=((day("01-04"), day("01-09")),))
    paused = replace(lot, spans=(frozen,))
    assert used_at_list(paused, day("01-20")) == 20000 * 15 // 100
    assert used_at_list(paused, day("04-15")) == 20000


def test_the_only_line_is_used_at_its_price_where_it_has_no_other() -> None:
    glow = sold(10000, {"kind": "unlimited", "services": ["massage"]})
    assert amounts(glow, "01-25") == [7500, 7500, 7500]


def test_an_extension_does_not_change_what_was_used() -> None:
    """25 of 100 days used; the rest runs over 150 days, and 50 of them are a third of it."""
    glow = sold(10000, ACCESS)
    glow.extend("01-25", "06-24")
    assert used_at_list(glow.lot("access"), day("01-25")) == 2500
    assert used_at_list(glow.lot("access"), day("03-16")) == 5000


def test_bonus_units_beside_time_count_against_both() -> None:
    """300.00 for a sauna at 200.00 and three massages at 100.00, one of them free: after 25 of
    100 days and the free massage, 300 × (150 + 200) ÷ 400 − 100 × 300 ÷ 400 are left.
    """
    massages = UNITS | {"quantity": 2}
    free = UNITS | {"line": "free", "quantity": 1, "bonus": True}
    glow = sold(30000, SAUNA, massages, free)
    draw(glow, "01-10", "free", "1")
    assert amounts(glow, "01-25") == [9000 + 12000, 30000 - 5000 - 10000, 26250 - 7500]


def test_three_kinds_of_line_in_one_refund() -> None:
    """1,200.00 at list for 600.00; two massages, 100.00 of face and 25 days are used."""
    glow = sold(60000, UNITS, CREDIT, SAUNA, formula="list_clawback")
    draw(glow, "01-10", "units", "2")
    draw(glow, "01-10", "credit", "10000")
    answer = glow.refund("01-25")
    assert answer["working"] == [
        {"step": "paid, without tax", "amount": 60000},
        {"step": "less what was used, at list price", "amount": -35000},
    ]
    debits = {"2100 units": 15000, "2120 credit": 20000, "2100 unlimited": 7500}
    assert glow.journal()[-2] == ("01-25", "29", debits | {"2170": -25000, "4040": -17500})
    assert glow.contract().deferred(day("01-25")) == 0


def test_time_that_has_not_begun_comes_back_whole() -> None:
    glow = sold(60000, UNITS, ACCESS, validity="first_use")
    assert glow.refund("03-01", lines=[{"line": "units"}])["amount"] == 50000
    assert glow.contract().ended is None
    assert glow.refund("03-02", "r-2", lines=[{"line": "access"}])["amount"] == 10000
    assert glow.lot("access").value_left(day("03-02")) == 0
    assert glow.contract().ended == "refunded"
    assert glow.accounts() == {}


def goodwill(glow: Glow, on: str) -> None:
    """Two sessions as an apology."""
    term = ServiceTerm(service="session", list_price=20000, ssp=Fraction(20000))
    line = SoldLine(
        line="goodwill",
        grant="goodwill.1",
        kind="units",
        ssp=Fraction(0),
        allocated=0,
        liability="packages",
        starts=day(on),
        quantity=Decimal(2),
        services=(term,),
        bonus=True,
    )
    sale = glow.contract().sale
    event = GoodwillGranted(patient="p-1", lines=(line,), reason=DIGEST, approver="bo", sale=sale)
    given(glow, on, event)


@pytest.mark.parametrize("formula", FORMULAS)
def test_goodwill_units_are_never_money_and_their_use_costs_nothing(formula: str) -> None:
    glow = sessions(120000, 6, refund={"formula": formula})
    glow.sell("02-02", "six")
    glow.pay("02-02", 120000)
    goodwill(glow, "02-03")
    draw(glow, "02-04", "goodwill", "1", "session")
    assert glow.refund("02-05", lines=[{"line": "goodwill"}]).code is Code.REFUND_EXCEEDS
    assert glow.refund("02-05")["amount"] == 120000
    assert glow.contract().ended == "refunded"
    assert glow.accounts() == {}


def test_goodwill_is_no_bonus() -> None:
    """Three lines of three for 100.00 each, one used of each: 66.67 three times over."""
    lines = [UNITS | {"line": f"line-{n}", "quantity": 3} for n in range(3)]
    glow = sold(30000, *lines)
    for line in lines:
        draw(glow, "01-10", str(line["line"]), "1")
    goodwill(glow, "01-11")
    assert amounts(glow, "01-20") == [20001, 0, 20001]


def test_units_on_hold_for_a_booking_stay_with_their_part_of_the_formula() -> None:
    """Six for 1,000.00, two used: 1,000 − 2 × 200 for the four unused, of which one is held."""
    glow = sessions(100000, 6, refund={"formula": "list_clawback"})
    glow.sell("02-02", "six")
    glow.pay("02-02", 100000)
    glow.visit("02-03", "v1", "session:2")
    held = FrozenLot(grant="session.1", quantity=Decimal(1))
    given(glow, "02-04", UnitsReserved(booking="b-1", booked_on=day("03-01"), lots=(held,)))
    over = glow.refund("02-05", lines=[{"line": "session", "quantity": "4"}])
    assert over.code is Code.NOT_ENOUGH_UNITS
    answer = glow.refund("02-05")
    assert answer["amount"] == 45000
    assert answer["working"][-1] == {
        "step": "less the part of the units on hold",
        "amount": -15000,
    }
    assert glow.lot().remaining == 1
    assert glow.contract().ended is None
    assert glow.visit("03-01", "v2", "session")[0]["reason"] == "held"
