"""Opening balances: what was used before the ledger was kept, drawn at the value of its sale."""

from dataclasses import replace
from typing import Any

import pytest

from aggregates.carrying import carry_over_use
from aggregates.clinic.events import PeriodLocked
from aggregates.clinic.state import Clinic
from aggregates.covering.holdings import Chart
from aggregates.subscription import events as e
from aggregates.visit.events import VisitRecorded
from aggregates.visit.orders import CarryOverUse
from ledger.codes import Code, Refused
from tests.support.clinic import Glow, parsed

TEN = {"kind": "units", "line": "drips", "services": ["drip"], "quantity": "10"}
MENU = {"kind": "units", "line": "any", "services": ["drip", "peel"], "quantity": "4", "ssp": 60000}
MONEY = {"kind": "credit", "line": "money", "face": 55000}
CUT_OVER = "2025-12-31"


def sold(*lines: dict[str, Any], price: int = 150000, paid: int = 150000, **policies: Any) -> Glow:
    """A package sold on 1 September 2025 for six months."""
    glow = Glow({"escheat": "exempt", "draw_before_payment": False, **policies})
    glow.service("drip", 20000)
    glow.service("peel", 10000)
    glow.publish("old", price, lines, term={"months": 6})
    glow.sell("2025-09-01", "old")
    if paid:
        glow.pay("2025-09-01", paid)
    return glow


def carry(
    glow: Glow, *lines: dict[str, Any], on: str = CUT_OVER, clinic: Clinic | None = None
) -> Any:
    order = parsed(CarryOverUse, {"subscription": "s-1", "visit": "before", "lines": lines})
    context = glow.context(on)
    chart = Chart(glow.state("visit", "before"), glow.state("patient", "p-1"), {}, glow.services())
    clinic = clinic or glow.state("clinic")
    return glow.take(context, carry_over_use(context, order, glow.contract(), chart, clinic))


@pytest.mark.parametrize(
    ("lines", "use", "amount", "left"),
    [
        ([TEN], {"quantity": "7"}, 105000, "3"),
        ([TEN], {"remaining": "3"}, 105000, "3"),
        ([TEN], {"remaining": "0"}, 150000, "0"),
        ([TEN], {"remaining": "2.5", "service": "drip"}, 112500, "2.5"),
        ([MENU], {"quantity": "1", "service": "peel"}, 27273, "3"),
        ([MONEY], {"value": 22000, "service": "drip"}, 60000, "33000"),
        ([TEN, MONEY], {"value": 11000, "service": "peel"}, None, "10"),
    ],
)
def test_what_was_used_draws_its_part_of_the_price(
    lines: list[dict[str, Any]], use: dict[str, Any], amount: int | None, left: str
) -> None:
    glow = sold(*lines)
    answer = carry(glow, use)
    assert amount in (None, answer["amount"])
    assert str(next(iter(glow.contract().lots.values())).remaining) == left
    assert -glow.accounts()["4000"] == answer["amount"]
    assert glow.contract().paid_ex_tax - answer["amount"] == glow.contract().deferred(
        glow.context(CUT_OVER).on
    )


def test_the_entry_is_dated_before_the_cut_over_and_says_that_it_is_no_visit() -> None:
    glow = sold(TEN)
    carry(glow, {"quantity": "4"})
    assert glow.journal()[-1] == ("12-31", "9", {"2100 drips": 60000, "4000": -60000})
    [draw], [visit] = glow.events(e.UnitsDrawn), glow.events(VisitRecorded)
    assert (draw.carried_over, visit.carried_over) == (True, True)


def test_nobody_needs_to_sign_for_it() -> None:
    glow = sold(TEN, unit_trigger="signed")
    carry(glow, {"quantity": "4"})
    assert glow.contract().unposted == {}
    assert -glow.accounts()["4000"] == 60000


def test_nothing_used_records_nothing() -> None:
    glow = sold(TEN)
    assert carry(glow, {"remaining": "10"}) == {"visit": "before", "amount": 0}
    assert glow.events(VisitRecorded) == []


@pytest.mark.parametrize(
    ("lines", "use", "paid", "on", "code"),
    [
        ([TEN], {"quantity": "11"}, 150000, CUT_OVER, Code.NOT_ENOUGH_UNITS),
        ([TEN], {"remaining": "11"}, 150000, CUT_OVER, Code.NOT_ENOUGH_UNITS),
        ([TEN], {"quantity": "6"}, 75000, CUT_OVER, Code.UNPAID),
        ([TEN], {"quantity": "1"}, 0, CUT_OVER, Code.UNPAID),
        ([TEN], {"quantity": "1"}, 150000, "2026-03-02", Code.EXPIRED),
        ([TEN], {"quantity": "1"}, 150000, "2025-08-31", Code.NOT_STARTED),
        ([TEN], {"quantity": "1", "service": "peel"}, 150000, CUT_OVER, Code.NOT_COVERED),
        ([TEN], {"quantity": "1", "service": "nail"}, 150000, CUT_OVER, Code.UNKNOWN_SERVICE),
        ([MENU], {"quantity": "1"}, 150000, CUT_OVER, Code.INVALID),
        ([MONEY], {"value": 55001, "service": "drip"}, 150000, CUT_OVER, Code.NOT_ENOUGH_UNITS),
        ([TEN, MONEY], {"quantity": "11"}, 150000, CUT_OVER, Code.NOT_COVERED),
        ([TEN], {"value": 5000}, 150000, CUT_OVER, Code.NOT_COVERED),
    ],
)
def test_what_the_contract_cannot_have_given_is_refused(
    lines: list[dict[str, Any]], use: dict[str, Any], paid: int, on: str, code: Code
) -> None:
    glow = sold(*lines, paid=paid)
    answer = carry(glow, use, on=on)
    assert isinstance(answer, Refused)
    assert answer.code is code
    assert glow.events(VisitRecorded) == []


def test_the_same_use_is_carried_over_once() -> None:
    glow = sold(TEN)
    carry(glow, {"quantity": "4"})
    assert carry(glow, {"quantity": "1"}).code is Code.DUPLICATE


def test_a_closed_month_takes_none_of_it() -> None:
    """It would be posted late, as revenue of the first open month (accounting.md 14.2)."""
    glow = sold(TEN)
    clinic = replace(
        glow.state("clinic"), locked=(PeriodLocked(period="2025-12", version=1, cut=9),)
    )
    answer = carry(glow, {"quantity": "1"}, clinic=clinic)
    assert (answer.code, answer.field) == (Code.PERIOD_CLOSED, "at")
    assert carry(glow, {"quantity": "1"}, on="2026-01-01", clinic=clinic)["amount"] == 15000
