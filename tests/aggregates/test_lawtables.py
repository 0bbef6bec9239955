"""Law tables: what is held, what may not lapse yet, what the state gets (accounting.md 7.6, 7.8).

The rows are examples of how a law is written down, not law.
"""

from typing import Any

import pytest

from aggregates import cancelling, dormancy, due, setup
from aggregates.clinic.orders import DefineClinic
from aggregates.clinic.policies import problem_with
from aggregates.clinic.state import Clinic
from aggregates.drafting import Draft
from aggregates.lawtables import percent_held
from aggregates.patient.orders import RegisterPatient
from aggregates.subscription import events as e
from aggregates.subscription.change_events import ContractEnded
from aggregates.subscription.cycle_orders import Dormancy
from aggregates.subscription.dormancy_events import DormancyReached
from ledger.codes import Code, Refused
from tests.support.alterations import Altered
from tests.support.clinic import Glow, consent, day, parsed, sessions
from tests.support.corrections import Desk

Row = dict[str, Any]


def law(state: str, kind: str = "service_entitlement", **more: Any) -> Row:
    return {"state": state, "kind": kind, "subject": True, "effective_from": "2020-01-01"} | more


ALASKA = law("AK", dormancy_months=36, trigger="sale", note="price paid")
ALABAMA = law("AL", dormancy_months=36, trigger="last_activity", percent=60)
ARIZONA = law("AZ", subject=False, exemption="gift cards")
NEW_YORK = law("NY", dormancy_months=60, trigger="expiry")
TABLE = [ALASKA, ALABAMA, ARIZONA, NEW_YORK]
FIVE_YEARS = {
    "state": "US",
    "kind": "stored_value",
    "months": 60,
    "effective_from": "2010-08-22",
}


def clinic(kind: type[Glow] = Glow, **policies: Any) -> Glow:
    return kind({"escheat": TABLE} | policies)


def registered(glow: Glow, state: str | None) -> Glow:
    order = parsed(RegisterPatient, {"patient": "p-1", "state": state})
    context = glow.context("01-02")
    assert glow.take(context, setup.register_patient(context, order)) == {"patient": "p-1"}
    return glow


def ten(glow: Glow, state: str | None) -> Glow:
    """Ten sessions for 1,000.00, sold on 5 January until 4 April to a patient of that state."""
    registered(sessions(100000, 10, clinic=glow), state)
    glow.sell("01-05", "six", consent=consent())
    glow.pay("01-06", 100000)
    return glow


def ticks(glow: Glow, on: str) -> Any:
    context = glow.context(on)
    order = Dormancy(subscription="s-1")
    return glow.take(context, dormancy.reach_dormancy(context, order, glow.contract()))


@pytest.mark.parametrize(
    ("state", "held"),
    [("AK", 100000), ("AL", 60000), ("AZ", 0), ("NY", 100000), ("TX", 100000), (None, 100000)],
)
def test_the_states_percent_is_held_and_the_rest_goes_on(state: str | None, held: int) -> None:
    """Where no row holds, everything is subject."""
    glow = ten(clinic(), state)
    glow.tick("04-05")
    [expired] = glow.events(e.LotExpired)
    assert (expired.held, expired.forfeited, expired.credited) == (held, 100000 - held, 0)
    assert glow.lot().held == glow.lot().deferred(day("04-05")) == held
    assert glow.accounts().get("4030", 0) == held - 100000


@pytest.mark.parametrize(
    ("on", "percent"),
    [("2019-12-31", 100), ("2020-01-01", 60), ("2026-12-31", 60), ("2027-01-01", 0)],
)
def test_the_row_in_force_on_the_day_holds(on: str, percent: int) -> None:
    rows = [ALABAMA | {"effective_to": "2026-12-31"}]
    rows.append(law("AL", subject=False, effective_from="2027-01-01"))
    assert percent_held({"escheat": rows}, "AL", "service_entitlement", day(on)) == percent
    assert percent_held({"escheat": rows}, "AL", "stored_value", day(on)) == 100


def test_the_clause_comes_before_the_table() -> None:
    glow = ten(clinic(), "AZ")
    glow.history = [item for item in glow.history if type(item.event) is not e.ConsentRecorded]
    glow.tick("04-05")
    assert glow.accounts() == {"1020": 100000, "2180": -100000}


def test_an_end_holds_the_percent_of_each_lot_too() -> None:
    club = ten(clinic(), "AL")
    club.visit("01-10", "v1", "session:4")
    context = club.context("02-10")
    draft = Draft(context, club.contract())
    ended = cancelling.end(draft, day("02-10"))
    assert isinstance(ended, ContractEnded)
    assert (ended.held, ended.forfeited, ended.credited) == (36000, 24000, 0)


def test_the_owners_state_goes_before_the_place_of_sale_and_the_clinics() -> None:
    found = []
    for owner, place in (("AZ", "main"), (None, "main"), (None, None)):
        glow = clinic()
        where = {"location": "main", "name": "Main", "state": "AL"}
        fields = {"name": "Glow", "currency": "USD", "timezone": "America/New_York"}
        order = parsed(
            DefineClinic,
            fields | {"state": "NY", "locations": (where,), "policies": {"escheat": TABLE}},
        )
        glow.history.clear()
        glow.did(setup.define_clinic(glow.context("2025-01-01"), order, Clinic()))
        registered(sessions(100000, 10, clinic=glow), owner)
        glow.sell("01-05", "six", location=place)
        sold = glow.contract().sold
        assert sold is not None
        found.append((sold.state, sold.policies["escheat"]))
    assert found == [("AZ", [ARIZONA]), ("AL", [ALABAMA]), ("NY", [NEW_YORK])]


@pytest.mark.parametrize(
    ("state", "due_on", "amount"),
    [
        ("AK", "2029-01-05", 100000),  # three years after the sale
        ("AL", "2029-01-06", 60000),  # three years after the payment, the last act
        ("NY", "2031-04-04", 100000),  # five years after the expiry
    ],
)
def test_dormant_value_goes_to_the_state_once(state: str, due_on: str, amount: int) -> None:
    glow = ten(clinic(), state)
    glow.tick("04-05")
    assert due.next_due(glow.contract()) == day(due_on)
    assert ticks(glow, due_on) == {"dormant": []}  # its day is not over yet
    assert ticks(glow, "2031-12-31") == {"dormant": ["session.1"]}
    assert ticks(glow, "2032-12-31") == {"dormant": []}
    assert glow.events(DormancyReached)[0].amount == amount
    assert glow.journal()[-1] == (due_on[5:], "21", {"2100 session": amount, "2300": -amount})
    lot = glow.lot()
    assert (lot.held, lot.deferred(day("2031-12-31")), lot.escheated) == (0, 0, amount)
    assert due.next_due(glow.contract()) is None


@pytest.mark.parametrize("policy", ["subject", [law("NY")], "exempt"])
def test_without_months_nothing_ever_grows_dormant(policy: Any) -> None:
    glow = ten(clinic(escheat=policy), "NY")
    glow.tick("04-05")
    assert ticks(glow, "2090-01-01") == {"dormant": []}
    assert glow.accounts().get("2300") is None


def test_a_visit_is_an_act_of_the_owner() -> None:
    glow = ten(clinic(), "AL")
    glow.visit("03-01", "v1", "session")
    glow.tick("04-05")
    assert due.next_due(glow.contract()) == day("2029-03-01")


def test_what_is_split_comes_back_in_its_parts_until_the_state_has_it() -> None:
    glow = ten(clinic(Desk), "AL")
    assert isinstance(glow, Desk)
    glow.tick("04-05")
    assert glow.visit("04-01", "v1", "session")[0]["prepaid"] == 10000
    [back] = glow.events(e.ExpiryReversed)
    assert (back.held, back.forfeited) == (6000, 4000)
    assert ticks(glow, "2031-12-31") == {"dormant": ["session.1"]}
    assert glow.accounts() == {"1020": 100000, "2300": -54000, "4000": -10000, "4030": -36000}
    [late] = glow.visit("04-02", "v2", "session")
    assert (late["covered"], late["reason"]) == ("0", "not_enough_units")
    refusal = glow.reinstate("2032-01-01", until="2032-06-30")
    assert isinstance(refusal, Refused)
    assert refusal.code is Code.NOT_ENOUGH_UNITS


@pytest.mark.parametrize(
    ("years", "rows", "goes"),
    [
        (1, [FIVE_YEARS], (0, 50000)),
        (5, [FIVE_YEARS], (50000, 0)),
        (1, [FIVE_YEARS | {"effective_from": "2027-01-01"}], (50000, 0)),
        (1, [FIVE_YEARS | {"state": "CA"}], (50000, 0)),
        (1, [FIVE_YEARS | {"state": "NY", "months": 12}], (50000, 0)),
        (1, [FIVE_YEARS | {"state": "NY", "months": 13}, FIVE_YEARS], (0, 50000)),
        (1, [], (50000, 0)),
    ],
)
@pytest.mark.parametrize("guard", ["on", "off"])
def test_paid_credit_does_not_lapse_before_its_minimum_life(
    years: int, rows: list[Row], goes: tuple[int, int], guard: str
) -> None:
    glow = clinic(escheat="exempt", minimum_life=rows, forfeiture_guard=guard)
    registered(glow, "NY")
    line = {"kind": "credit", "line": "credit", "face": 50000}
    glow.publish("credit", 50000, [line], term={"years": years})
    payment = {"payment": "pay-1", "amount": 50000, "tender": "cash"}
    glow.sell("01-10", "credit", payment=payment, consent=consent())
    glow.tick(f"{2026 + years}-01-10")
    [expired] = glow.events(e.LotExpired)
    assert (expired.forfeited, expired.credited) == goes
    told = [held.missing for held in glow.events(e.ForfeitureHeld)]
    assert told == ([("minimum life of 60 months",)] if goes[1] else [])


@pytest.mark.parametrize(("rows", "kept"), [([FIVE_YEARS], 0), ([], 50000)])
def test_paid_credit_is_not_kept_when_its_contract_is_cancelled_before_its_minimum_life(
    rows: list[Row], kept: int
) -> None:
    glow = clinic(Altered, escheat="exempt", minimum_life=rows)
    assert isinstance(glow, Altered)
    registered(glow, "NY")
    line = {"kind": "credit", "line": "credit", "face": 50000}
    glow.publish("credit", 50000, [line], term={"years": 1})
    payment = {"payment": "pay-1", "amount": 50000, "tender": "cash"}
    glow.sell("01-10", "credit", payment=payment, consent=consent())
    glow.cancel("02-10")
    [ended] = glow.events(ContractEnded)
    assert (ended.forfeited, ended.credited) == (kept, 50000 - kept)
    told = [held.missing for held in glow.events(e.ForfeitureHeld)]
    assert told == ([] if kept else [("minimum life of 60 months",)])


def test_a_gift_has_no_minimum_life() -> None:
    glow = clinic(escheat="exempt", minimum_life=[FIVE_YEARS], bonus_credit="separate")
    paid = {"kind": "credit", "line": "credit", "face": 50000}
    gift = {"kind": "credit", "line": "gift", "face": 5000, "bonus": True}
    glow.publish("credit", 50000, [paid, gift], term={"years": 1})
    payment = {"payment": "pay-1", "amount": 50000, "tender": "cash"}
    glow.sell("01-10", "credit", payment=payment, consent=consent())
    glow.tick("2027-01-10")
    went = {lot.line: (lot.credited > 0, lot.forfeited > 0) for lot in glow.events(e.LotExpired)}
    assert went == {"credit": (True, False), "gift": (False, True)}


@pytest.mark.parametrize(
    ("policy", "value", "problem"),
    [
        ("escheat", "maybe", "escheat is 'subject', 'exempt' or a list"),
        ("escheat", [law("NYC")], "escheat row 1: state: "),
        ("escheat", [ALASKA, law("NY", percent=101)], "escheat row 2: percent: "),
        ("escheat", [law("NY", percent="60")], "escheat row 1: percent: "),
        ("escheat", [law("NY", kind="gift")], "escheat row 1: kind: "),
        ("escheat", [law("NY", trigger="birth")], "escheat row 1: trigger: "),
        ("escheat", [law("NY", dormancy_months=0)], "escheat row 1: dormancy_months: "),
        ("escheat", [law("NY", colour="red")], "escheat row 1: colour: "),
        ("escheat", [law("NY", exemption="none")], "an exemption is named where"),
        ("escheat", [law("NY", effective_to="2019-12-31")], "effective_to lies before"),
        ("escheat", [{"state": "NY"}], "escheat row 1: kind: Field required"),
        ("escheat", ["NY"], "escheat row 1: "),
        ("escheat", [ALASKA, NEW_YORK, ALASKA], "escheat rows 1 and 3 are in force on the same"),
        ("minimum_life", "five years", "minimum_life is a list of rows"),
        ("minimum_life", [FIVE_YEARS | {"months": 0}], "minimum_life row 1: months: "),
        ("minimum_life", [FIVE_YEARS, FIVE_YEARS], "minimum_life rows 1 and 2 are"),
    ],
)
def test_a_table_that_cannot_be_says_what_is_wrong(policy: str, value: Any, problem: str) -> None:
    assert problem in (problem_with(policy, value) or "")


def test_the_tables_themselves_can_be() -> None:
    assert problem_with("escheat", TABLE) is None
    assert problem_with("minimum_life", [FIVE_YEARS]) is None
