"""Value that can still be used, and nobody uses: due to the state after its law's months (7.8).

The rows are examples of how a law is written down, not law.
"""

from typing import Any

import pytest

from aggregates import due
from aggregates.subscription import events as e
from aggregates.subscription.dormancy_events import DormancyReached
from ledger.codes import Refused
from tests.aggregates.test_lawtables import Row, law
from tests.aggregates.test_unclaimed import Owner, clinic
from tests.support.clinic import consent, counts, day, sessions
from tests.support.corrections import tallied
from tests.support.holds import hold

THREE_YEARS = law("AL", "stored_value", dormancy_months=36, trigger="last_activity")
OF_SALE = THREE_YEARS | {"trigger": "sale"}
SIXTY = {"percent": 60}
UNITS = law("AL", dormancy_months=36, trigger="last_activity")
FIVE_YEARS = {"state": "US", "kind": "stored_value", "months": 60, "effective_from": "2010-08-22"}


def carded(*rows: Row, used: str | None = "03-01", **policies: Any) -> Owner:
    """500.00 of credit without an expiry, sold for as much on 5 January 2026, 100.00 of it used."""
    owner = clinic(escheat=list(rows), **policies)
    owner.service("facial", 10000)
    owner.publish("card", 50000, [{"kind": "credit", "line": "session", "face": 50000}])
    payment = {"payment": "pay-1", "amount": 50000, "tender": "cash"}
    owner.sell("01-05", "card", payment=payment, consent=consent())
    if used is not None:
        owner.visit(used, "v1", "facial")
    return owner


def packed(*rows: Row, term: dict[str, int] | None = None, **policies: Any) -> Owner:
    """Ten sessions for 1,000.00, sold and paid on 5 January 2026, until they are used."""
    owner = clinic(escheat=list(rows), **policies)
    sessions(100000, 10, clinic=owner, term=term)
    payment = {"payment": "pay-1", "amount": 100000, "tender": "cash"}
    owner.sell("01-05", "six", payment=payment, consent=consent())
    return owner


def test_credit_nobody_uses_is_due_three_years_after_its_last_use() -> None:
    owner = carded(THREE_YEARS)
    assert due.next_due(owner.contract()) == day("2029-03-01")
    assert owner.elapses("2029-03-01") == {"dormant": []}  # its day is not over yet
    assert owner.elapses("2029-06-30") == {"dormant": ["session.1"]}
    assert owner.journal()[-1] == ("03-01", "21", {"2120 session": 40000, "2300": -40000})
    assert owner.accounts() == {"1010": 50000, "2300": -40000, "4000": -10000}
    assert due.next_due(owner.contract()) is None
    assert owner.elapses("2060-01-01") == {"dormant": []}
    lot = owner.lot()
    assert counts(lot.used, lot.expired, lot.remaining) == ["10000", "40000", "0"]
    assert tallied(lot)


@pytest.mark.parametrize(
    ("rows", "used", "on"),
    [
        ([THREE_YEARS], None, "2029-01-05"),  # its payment is an act of the owner
        ([THREE_YEARS], "2028-12-31", "2031-12-31"),
        ([OF_SALE], "2028-12-31", "2029-01-05"),  # by this law use changes nothing
        ([THREE_YEARS | {"dormancy_months": 60}], "03-01", "2031-03-01"),
        # A law that ends before its months are over never comes to it; the next one counts anew.
        ([THREE_YEARS | {"effective_to": "2028-12-31"}], "03-01", None),
        ([THREE_YEARS | {"effective_from": "2030-01-01"}], "03-01", "2030-01-01"),
        (
            [
                THREE_YEARS | {"effective_to": "2028-12-31"},
                OF_SALE | {"effective_from": "2029-01-01", "dormancy_months": 48},
            ],
            "03-01",
            "2030-01-05",
        ),
        ([THREE_YEARS | {"trigger": "expiry"}], "03-01", None),
        ([THREE_YEARS | {"subject": False}], "03-01", None),
        ([law("AL", "stored_value")], "03-01", None),
        ([THREE_YEARS | {"state": "NY"}], "03-01", None),
        ([UNITS], "03-01", None),
        ([], "03-01", None),
    ],
)
def test_the_day_is_that_of_the_law(rows: list[Row], used: str | None, on: str | None) -> None:
    owner = carded(*rows, used=used)
    assert due.next_due(owner.contract()) == (None if on is None else day(on))


def test_a_booking_is_an_act_of_the_owner() -> None:
    owner = packed(UNITS)
    hold(owner, "2028-12-01", "b-1", "2029-02-01", "session")
    assert due.next_due(owner.contract()) == day("2031-12-01")


def test_an_extension_is_an_act_of_the_owner() -> None:
    owner = packed(UNITS, term={"years": 5})
    owner.extend("2028-12-01", "2033-01-04", approver="bob")
    assert due.next_due(owner.contract()) == day("2031-12-01")


@pytest.mark.parametrize(
    ("policies", "goes"),
    [
        ({}, (24000, 16000, 0)),
        ({"minimum_life": [FIVE_YEARS]}, (24000, 0, 16000)),
        ({"minimum_life": [FIVE_YEARS], "forfeiture_guard": "off"}, (24000, 0, 16000)),
    ],
)
def test_the_rest_of_a_states_percent_goes_where_an_expiry_would_take_it(
    policies: dict[str, Any], goes: tuple[int, int, int]
) -> None:
    """What protects the owner from the clinic does not keep the state's part from the state."""
    owner = carded(THREE_YEARS | SIXTY, **policies)
    owner.elapses("2029-03-02")
    [lapsed] = owner.events(e.LotExpired)
    assert (lapsed.held, lapsed.forfeited, lapsed.credited) == goes
    [reached] = owner.events(DormancyReached)
    assert reached.amount == 24000
    assert owner.ties("2029-03-02", "s-1")
    assert owner.state("patient", "p-1").store_credit == goes[2]


def test_without_the_clause_the_rest_stays_the_owners() -> None:
    owner = carded(THREE_YEARS | SIXTY)
    owner.history = [one for one in owner.history if type(one.event) is not e.ConsentRecorded]
    owner.elapses("2029-03-02")
    assert owner.accounts() == {"1010": 50000, "2180": -16000, "2300": -24000, "4000": -10000}
    [told] = owner.events(e.ForfeitureHeld)
    assert (told.amount, told.missing) == (16000, ("clause expiry",))


@pytest.mark.parametrize("clauses", [("expiry",), ("refund",)])
def test_an_owner_who_comes_back_in_time_has_all_of_it_again(clauses: tuple[str, ...]) -> None:
    """Row 23 and a reinstatement: also the rest, wherever it went."""
    owner = carded(THREE_YEARS | SIXTY)
    given = [one for one in owner.history if type(one.event) is not e.ConsentRecorded]
    owner.history = given
    owner.consent("2026-01-05", *clauses)
    owner.elapses("2029-03-02")
    late = owner.visit("2029-03-20", "v2", "facial")
    assert [(row["covered"], row["reason"]) for row in late] == [("0", "not_enough_units")]
    assert owner.claims("2029-04-01") == {"patient": "p-1", "amount": 24000}
    owner.reinstate("2029-04-01", until="2035-12-31")
    assert owner.accounts() == {"1010": 50000, "2120": -40000, "4000": -10000}
    assert owner.state("patient", "p-1").store_credit == 0
    assert due.next_due(owner.contract()) == day("2032-04-01")
    [row] = owner.visit("2029-05-01", "v3", "facial")
    assert (row["covered"], row["prepaid"]) == ("1", 10000)
    assert owner.elapses("2032-05-02") == {"dormant": ["session.1"]}
    assert owner.rows()[-1][1] == {"2120 session": 18000, "2300": -18000}


def test_what_came_back_counts_anew_where_the_law_counts_from_the_sale() -> None:
    owner = carded(OF_SALE)
    owner.elapses("2029-03-02")
    owner.claims("2029-04-01")
    assert due.next_due(owner.contract()) == day("2032-04-01")
    owner.reinstate("2029-05-01", until="2035-12-31")
    assert due.next_due(owner.contract()) == day("2032-05-01")


def test_the_state_is_paid_and_the_card_stays_empty() -> None:
    owner = carded(THREE_YEARS)
    owner.elapses("2029-03-02")
    assert owner.remits("2029-11-01", 40000) == {"remittance": "al-1", "owners": 1}
    assert isinstance(owner.claims("2029-11-02"), Refused)
    assert isinstance(owner.reinstate("2029-11-02", until="2035-12-31"), Refused)
    assert owner.accounts() == {"1010": 10000, "4000": -10000}


def test_a_use_given_back_later_is_due_to_the_state_as_well() -> None:
    owner = carded(THREE_YEARS)
    owner.elapses("2029-03-02")
    owner.reverse("2029-04-01", "v1")
    assert due.next_due(owner.contract()) == day("2029-03-01")
    assert owner.elapses("2029-04-02") == {"dormant": ["session.1"]}
    assert owner.accounts() == {"1010": 50000, "2300": -50000}


@pytest.mark.parametrize(
    ("term", "on", "row"),
    [
        ({"years": 5}, "2029-01-05", "21"),
        ({"months": 36}, "2029-01-04", "20"),  # the last day comes first
        (None, "2029-01-05", "21"),
    ],
)
def test_units_that_are_still_valid_do_not_wait_for_their_last_day(
    term: dict[str, int] | None, on: str, row: str
) -> None:
    owner = packed(UNITS, term=term)
    assert due.next_due(owner.contract()) == day(on)
    owner.elapses("2029-01-06")
    assert owner.rows() == ([("21", {"2100 session": 100000, "2300": -100000})] * (row == "21"))


def test_units_that_lapse_first_are_due_by_the_same_law() -> None:
    owner = packed(UNITS, term={"months": 12})
    owner.tick("2027-01-05")
    assert due.next_due(owner.contract()) == day("2029-01-05")


def test_only_what_was_paid_is_the_states() -> None:
    """Ten sessions for 1,000.00, 300.00 of it paid, one used: nobody owes the rest any more."""
    owner = clinic(escheat=[UNITS])
    sessions(100000, 10, clinic=owner, term=None)
    payment = {"payment": "pay-1", "amount": 30000, "tender": "cash"}
    owner.sell("01-05", "six", payment=payment, consent=consent())
    owner.visit("03-01", "v1", "session")
    owner.elapses("2029-03-02")
    assert owner.accounts() == {"1010": 30000, "2300": -20000, "4000": -10000}
    [lapsed] = owner.events(e.LotExpired)
    assert (lapsed.held, lapsed.waived) == (20000, 70000)


def test_what_a_dispute_holds_back_waits_until_it_is_closed() -> None:
    owner = clinic(escheat=[UNITS])
    sessions(100000, 10, clinic=owner, term=None)
    payment = {"payment": "pay-1", "amount": 100000, "tender": "card", "charge": "ch-1"}
    owner.sell("01-05", "six", payment=payment, consent=consent())
    owner.dispute("2028-12-01", 100000)
    assert owner.elapses("2029-03-01") == {"dormant": []}
    owner.close_dispute("2029-03-01", "won")
    assert owner.elapses("2029-03-02") == {"dormant": ["session.1"]}


def test_a_gift_carries_nothing_for_the_state() -> None:
    owner = clinic(escheat=[UNITS])
    sessions(100000, 10, clinic=owner, term=None)
    owner.goodwill("01-05", "2", expires=day("2040-01-01"))
    keys = owner.state("patient", "p-1").subscriptions
    assert [due.next_due(owner.contract(key)) for key in keys] == [day("2040-01-01")]
